/** The result's bytes, or null for BadArgument. */
export function verifySignature(argument: Uint8Array): Buffer | null;
