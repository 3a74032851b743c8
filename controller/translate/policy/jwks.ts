/** A JWKS document as given inline, or why it is not one. Whether its keys can be used is the filter's to say (validator.ts). */
export function parseJwks(text: string): { keys: Record<string, unknown>[] } | { problem: string } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's own words would quote the key.
    return { problem: "is not a JWKS: not JSON (PEM keys are not implemented yet)" };
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    return { problem: "is not a JWKS: not a JSON object" };
  }
  if (!("keys" in document)) {
    return { problem: 'is not a JWKS: no "keys" (a single JWK is not implemented yet; wrap it as {"keys":[…]})' };
  }
  const keys = document.keys;
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === "object" && key !== null && !Array.isArray(key))) {
    return { problem: 'is not a JWKS: "keys" is not a list of objects' };
  }
  return { keys: keys as Record<string, unknown>[] };
}
