/**
 * JSON without white space and with object members sorted by name (UTF-16 order, as RFC 8785 has it): equal content, equal text.
 * Envoy compares plugin configurations as bytes.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}
