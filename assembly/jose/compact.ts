import { findByte } from "../bytes/search";

/** Where the parts of a compact JWS are; addresses into the token. Make one and reuse it. */
export class CompactJws {
  header: usize = 0;
  headerLength: i32 = 0;
  payload: usize = 0;
  payloadLength: i32 = 0;
  signature: usize = 0;
  signatureLength: i32 = 0;
  /** Bytes from `header` on that are signed: header, dot, payload (RFC 7515 §5.1). */
  signedLength: i32 = 0;

  /**
   * Splits the `length` bytes at `token`; true if they are exactly three segments with something in each (RFC 7515 §7.1). Four
   * dots are a JWE, an empty signature an unsecured JWS: neither is a token here. Characters are base64url's to judge.
   */
  split(token: usize, length: i32): bool {
    const first = indexOfDot(token, length, 0);
    const second = indexOfDot(token, length, first + 1);
    if (first <= 0 || second <= first + 1 || second + 1 >= length) return false;
    if (indexOfDot(token, length, second + 1) >= 0) return false;
    this.header = token;
    this.headerLength = first;
    this.payload = token + <usize>first + 1;
    this.payloadLength = second - first - 1;
    this.signature = token + <usize>second + 1;
    this.signatureLength = length - second - 1;
    this.signedLength = second;
    return true;
  }
}

function indexOfDot(token: usize, length: i32, from: i32): i32 {
  const last = token + <usize>length;
  const at = findByte(token + <usize>from, last, 0x2e);
  return at < last ? <i32>(at - token) : -1;
}
