// Durations on their way from Gateway API (GEP-2257) to Envoy.
export { parseDuration } from "../../api/duration.js";

/** proto3 JSON of a google.protobuf.Duration. */
export function protoDuration(milliseconds: number): string {
  return `${milliseconds / 1000}s`;
}
