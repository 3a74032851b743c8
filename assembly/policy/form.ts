// application/x-www-form-urlencoded, as far as names and values of query parameters go (WHATWG URL §5.1): `%41` is A, `+` a
// space; a percent sign that no two hexadecimal digits follow is itself.

/** Bytes the last `decodeNext` read. */
let taken: usize = 0;

/** Whether the encoded text from `at` to `last` is `name`. */
export function isEncoded(at: usize, last: usize, name: StaticArray<u8>): bool {
  const length = name.length;
  let i = 0;
  while (at < last && i < length) {
    if (decodeNext(at, last) != unchecked(name[i])) return false;
    at += taken;
    i++;
  }
  return at == last && i == length;
}

/** Decodes the text from `at` to `last` to where `to` points, which may be `at`; the length. */
export function decodeForm(at: usize, last: usize, to: usize): i32 {
  const start = to;
  while (at < last) {
    store<u8>(to++, decodeNext(at, last));
    at += taken;
  }
  return <i32>(to - start);
}

/** Whether the text has anything that decoding changes. */
export function needsDecoding(at: usize, last: usize): bool {
  while (at < last && load<u8>(at) != 0x25 && load<u8>(at) != 0x2b) at++;
  return at < last;
}

function decodeNext(at: usize, last: usize): u32 {
  const c: u32 = load<u8>(at);
  taken = 1;
  if (c == 0x2b) return 0x20;
  if (c != 0x25 || last - at < 3) return c;
  const high = hexValue(load<u8>(at, 1));
  const low = hexValue(load<u8>(at, 2));
  if ((high | low) > 15) return c;
  taken = 3;
  return (high << 4) | low;
}

/** More than 15 if it is no hexadecimal digit. */
function hexValue(c: u32): u32 {
  if (c - 0x30 < 10) return c - 0x30;
  const letter = (c | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : 16;
}
