const BAD: u8 = 0xff;

/** Values of the base64url characters (RFC 4648 §5), {@link BAD} for every other byte. */
const VALUES: usize = heap.alloc(256);

/** "A…Za…z0…9+/" (RFC 4648 §4). */
const STANDARD: usize = heap.alloc(64);

function fillTables(): void {
  memory.fill(VALUES, BAD, 256);
  for (let i: u32 = 0; i < 64; i++) {
    const c: u32 = i < 26 ? 0x41 + i : i < 52 ? 0x61 + i - 26 : i < 62 ? 0x30 + i - 52 : i == 62 ? 0x2b : 0x2f;
    store<u8>(STANDARD + i, <u8>c);
    store<u8>(VALUES + <usize>(i < 62 ? c : i == 62 ? <u32>0x2d : <u32>0x5f), <u8>i);
  }
}

fillTables();

// @ts-ignore: decorator
@inline
function valueAt(p: usize): u32 {
  return load<u8>(VALUES + <usize>load<u8>(p));
}

/**
 * Decodes `length` base64url characters (RFC 7515 §2) and answers the bytes written, at most `length * 3 / 4`; -1 unless the
 * text is the one encoding of its bytes: no padding, no white space, no `+` or `/`, no bits left over (RFC 4648 §3.5). Several
 * spellings of a signature would be several tokens with the same meaning. `target` may be `source`.
 */
export function decodeBase64Url(source: usize, length: i32, target: usize): i32 {
  const rest = length & 3;
  if (length < 0 || rest == 1) return -1;
  const end = source + <usize>(length - rest);
  let out = target;
  for (; source < end; source += 4, out += 3) {
    const a = valueAt(source);
    const b = valueAt(source + 1);
    const c = valueAt(source + 2);
    const d = valueAt(source + 3);
    if ((a | b | c | d) > 63) return -1;
    store<u8>(out, <u8>((a << 2) | (b >> 4)));
    store<u8>(out, <u8>((b << 4) | (c >> 2)), 1);
    store<u8>(out, <u8>((c << 6) | d), 2);
  }
  if (rest != 0) {
    const a = valueAt(source);
    const b = valueAt(source + 1);
    const c = rest == 3 ? valueAt(source + 2) : 0;
    if ((a | b | c) > 63 || ((rest == 3 ? c << 6 : b << 4) & 0xff) != 0) return -1;
    store<u8>(out++, <u8>((a << 2) | (b >> 4)));
    if (rest == 3) store<u8>(out++, <u8>((b << 4) | (c >> 2)));
  }
  return <i32>(out - target);
}

/** Encodes `length` bytes as padded standard base64 (RFC 4648 §4): `(length + 2) / 3 * 4` characters, which is the answer. */
export function encodeBase64(source: usize, length: i32, target: usize): i32 {
  let out = target;
  for (; length > 0; length -= 3, source += 3, out += 4) {
    const a: u32 = load<u8>(source);
    const b: u32 = length > 1 ? load<u8>(source, 1) : 0;
    const c: u32 = length > 2 ? load<u8>(source, 2) : 0;
    store<u8>(out, load<u8>(STANDARD + (a >> 2)));
    store<u8>(out, load<u8>(STANDARD + (((a << 4) | (b >> 4)) & 63)), 1);
    store<u8>(out, length > 1 ? load<u8>(STANDARD + (((b << 2) | (c >> 6)) & 63)) : 0x3d, 2);
    store<u8>(out, length > 2 ? load<u8>(STANDARD + (c & 63)) : 0x3d, 3);
  }
  return <i32>(out - target);
}
