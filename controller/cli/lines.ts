/** A line longer than allowed; its bytes are gone. */
export const TOO_LONG = Symbol("a line that is too long");

/**
 * The lines of a stream, without LF or CRLF; the last one may lack it. What is longer than `most` bytes is not kept in memory: it is
 * TOO_LONG.
 */
export async function* linesOf(
  stream: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<Buffer | typeof TOO_LONG> {
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer): void => {
    length += part.length;
    // One more byte than allowed, for a CR.
    if (length <= most + 1) parts.push(part);
    else parts = [];
  };
  const take = (): Buffer | typeof TOO_LONG => {
    const whole = Buffer.concat(parts);
    const line = whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
    const result = length > most + 1 || line.length > most ? TOO_LONG : line;
    parts = [];
    length = 0;
    return result;
  };
  for await (const bytes of stream) {
    let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      add(rest.subarray(0, end));
      yield take();
      rest = rest.subarray(end + 1);
    }
    add(rest);
  }
  if (length > 0) yield take();
}
