// Audiences as Envoy compares them (source/common/jwt/check_audience.cc): one leading http:// or https:// and one trailing slash
// do not count, on either side.
import { pointer } from "../host/literal";

/** Offset of the part of an audience that counts, and its end; for the `length` bytes at `at`. */
export let audienceStart: i32 = 0;
export let audienceEnd: i32 = 0;

/** Sets `audienceStart` and `audienceEnd`, relative to `at`. */
export function trimAudience(at: usize, length: i32): void {
  let start = 0;
  // "http", then "://" or "s://".
  if (length >= 7 && load<u32>(at) == 0x70747468) {
    const secure = load<u8>(at, 4) == 0x73;
    const slashes = at + (secure ? 5 : 4);
    if ((!secure || length >= 8) && load<u16>(slashes) == 0x2f3a && load<u8>(slashes, 2) == 0x2f)
      start = secure ? 8 : 7;
  }
  audienceStart = start;
  audienceEnd = length > start && load<u8>(at + length - 1) == 0x2f ? length - 1 : length;
}

/** Configured audiences, ready to be compared. */
export function sanitizeAudiences(audiences: StaticArray<u8>[]): StaticArray<u8>[] {
  for (let i = 0; i < audiences.length; i++) {
    const audience = unchecked(audiences[i]);
    trimAudience(pointer(audience), audience.length);
    unchecked((audiences[i] = StaticArray.slice<u8>(audience, audienceStart, audienceEnd)));
  }
  return audiences;
}
