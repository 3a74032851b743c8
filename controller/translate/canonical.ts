/**
 * JSON without white space and with object members sorted by name (UTF-16 order, as RFC 8785 has it): equal content, equal text.
 * Envoy compares plugin configurations as bytes.
 */
export function canonicalJson(value: unknown): string {
  return write(value) ?? "null";
}

/** Texts of objects that are asked for again and again as parts of others; undefined until somebody has asked. */
const kept = new WeakMap<object, string | undefined>();

/** Says of an object that it will not be changed any more, so that its text need be made only once. */
export function unchanging<T extends object>(value: T): T {
  kept.set(value, undefined);
  return value;
}

/** What JSON has no word for is left out of objects and is null in arrays, as with JSON.stringify. */
function write(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) as string | undefined;
  const known = kept.get(value);
  if (known !== undefined) return known;
  const text = Array.isArray(value)
    ? `[${value.map((item) => write(item) ?? "null").join()}]`
    : writeMembers(value as Record<string, unknown>);
  if (kept.has(value)) kept.set(value, text);
  return text;
}

function writeMembers(object: Record<string, unknown>): string {
  let text = "";
  for (const name of Object.keys(object).sort()) {
    const member = write(object[name]);
    if (member === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${member}`;
  }
  return `{${text}}`;
}
