import protobuf from "protobufjs";

const INTEGER_RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  sint32: [-(2n ** 31n), 2n ** 31n - 1n],
  sfixed32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  sint64: [-(2n ** 63n), 2n ** 63n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
};

/** google.protobuf.StringValue and its kin: in JSON the plain value (https://protobuf.dev/programming-guides/json). */
export function isWrapper(type: protobuf.Type): boolean {
  return /^\.google\.protobuf\.(Bool|Bytes|Double|Float|Int32|Int64|String|UInt32|UInt64)Value$/.test(type.fullName);
}

/** The protobufjs value of a scalar or enum in JSON. Throws an Error that says what it must be. */
export function scalar(field: protobuf.Field, value: unknown): unknown {
  if (field.resolvedType instanceof protobuf.Enum) return enumeration(field.resolvedType, value);
  switch (field.type) {
    case "string":
      if (typeof value !== "string") throw wrong("a string", value);
      // protobuf strings are UTF-8; a lone surrogate (all the class matches in u mode) would silently become U+FFFD.
      if (/\p{Surrogate}/u.test(value)) throw new Error("is not well-formed Unicode");
      return value;
    case "bool":
      if (typeof value !== "boolean") throw wrong("a boolean", value);
      return value;
    case "bytes":
      return bytes(value);
    case "double":
    case "float":
      if (typeof value !== "number" || !Number.isFinite(value)) throw wrong("a finite number", value);
      return value;
    default:
      return integer(field.type, value);
  }
}

function enumeration(type: protobuf.Enum, value: unknown): number {
  const known = Object.keys(type.values);
  const number = typeof value === "string" && known.includes(value) ? type.values[value] : undefined;
  if (number === undefined) throw new Error(`must be one of ${known.join(", ")}, is ${JSON.stringify(value)}`);
  return number;
}

function bytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "string") throw wrong("bytes or base64", value);
  const decoded = Buffer.from(value, "base64");
  // Buffer skips what is not base64; only the exact round trip proves that nothing was skipped.
  if (decoded.toString("base64") !== value) throw new Error("is not padded base64");
  return decoded;
}

function integer(type: string, value: unknown): unknown {
  const range = INTEGER_RANGES[type];
  if (range === undefined) throw new Error(`has the unsupported type ${type}`);
  let exact: bigint;
  if (typeof value === "number" && Number.isSafeInteger(value)) exact = BigInt(value);
  // proto3 JSON writes 64-bit integers as strings; only these, to notice a port given as "80".
  else if (typeof value === "string" && type.endsWith("64") && /^-?[0-9]+$/.test(value)) exact = BigInt(value);
  else throw wrong("an integer", value);
  if (exact < range[0] || exact > range[1]) throw new Error(`is out of range for ${type}`);
  if (!type.endsWith("64")) return Number(exact);
  return long(exact);
}

/** google.protobuf.Duration from "1.5s": at most nine decimals, ±315,576,000,000 s (duration.proto). */
export function encodeDuration(value: unknown): { seconds?: unknown; nanos?: number } {
  const match = typeof value === "string" ? /^(-?)([0-9]{1,12})(?:\.([0-9]{1,9}))?s$/.exec(value) : null;
  if (match === null) throw new Error(`must be a duration like "1.5s", is ${JSON.stringify(value)}`);
  const sign = match[1] === "-" ? -1 : 1;
  const seconds = Number(match[2]);
  if (seconds > 315_576_000_000) throw new Error("is out of range for a duration");
  const nanos = Number((match[3] ?? "").padEnd(9, "0"));
  return {
    ...(seconds === 0 ? {} : { seconds: long(BigInt(sign * seconds)) }),
    ...(nanos === 0 ? {} : { nanos: sign * nanos }),
  };
}

/** Whether a converted scalar is the default of its type; messages and lists never are. */
export function isDefault(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  if (typeof value === "object" && value !== null && "low" in value && "high" in value) {
    return value.low === 0 && value.high === 0;
  }
  return value === "" || value === 0 || value === false;
}

/** A 64-bit integer as protobufjs' writer takes it: two halves. A number would lose digits above 2^53. */
function long(value: bigint): { low: number; high: number } {
  return { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)) };
}

function wrong(expected: string, value: unknown): Error {
  const kind = value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
  return new Error(`must be ${expected}, is ${kind === "number" ? String(value) : kind}`);
}
