import { JsonDocument, Kind } from "./document";
import { writeSixDecimals } from "./decimal";
import { Decimal } from "./literal";

export const enum IntegerStatus {
  NotNumber = 0,
  /** Negative, or 2^64 and more. */
  OutOfRange = 1,
  Ok = 2,
}

/** Longest integer written; the largest double has 309 digits. */
export const MAX_INTEGER_DIGITS: i32 = 330;

/** Value of the last {@link integerStatus} if that was Ok, otherwise 0. */
export let integerValue: u64 = 0;

const decimal = new Decimal();

/**
 * Reads a number as an unsigned 64-bit integer into {@link integerValue}: a fraction is cut off and nothing is rounded (Envoy
 * goes through a double: StructUtils::GetUInt64 in source/common/jwt/struct_utils.cc).
 */
export function integerStatus(doc: JsonDocument, token: i32): IntegerStatus {
  integerValue = 0;
  if (doc.kind(token) != Kind.Number) return IntegerStatus.NotNumber;
  decimal.read(doc.pointer(token), doc.length(token));
  if (decimal.first == 0) return IntegerStatus.Ok;
  if (decimal.negative || decimal.scale > 20) return IntegerStatus.OutOfRange;
  let value: u64 = 0;
  let p = decimal.first;
  for (let i = 0; i < decimal.scale; i++) {
    let digit: u64 = 0;
    if (p <= decimal.last) {
      if (load<u8>(p) == 0x2e) p++;
      digit = <u64>load<u8>(p++) - 0x30;
    }
    if (value > u64.MAX_VALUE / 10 || (value == u64.MAX_VALUE / 10 && digit > u64.MAX_VALUE % 10)) {
      return IntegerStatus.OutOfRange;
    }
    value = value * 10 + digit;
  }
  integerValue = value;
  return IntegerStatus.Ok;
}

/**
 * Writes a number the way a claim header shows it: integral values as decimal integers without loss, others with six decimals
 * like C++ `std::to_string(double)` (Envoy: addJWTClaimToHeader in jwt_authn/authenticator.cc). Answers the bytes written; -1
 * if `token` is no number, has more than {@link MAX_INTEGER_DIGITS} digits before the point, is no integer and beyond the
 * largest double, or does not fit into `capacity` bytes at `out`.
 */
export function writeNumber(doc: JsonDocument, token: i32, out: usize, capacity: i32): i32 {
  if (doc.kind(token) != Kind.Number) return -1;
  decimal.read(doc.pointer(token), doc.length(token));
  if (decimal.scale > MAX_INTEGER_DIGITS) return -1;
  if (decimal.digits > decimal.scale) return writeSixDecimals(decimal, out, capacity);
  return writeInteger(out, capacity);
}

function writeInteger(out: usize, capacity: i32): i32 {
  if (decimal.first == 0) {
    if (capacity < 1) return -1;
    store<u8>(out, 0x30);
    return 1;
  }
  const length = decimal.scale + i32(decimal.negative);
  if (length > capacity) return -1;
  if (decimal.negative) store<u8>(out++, 0x2d);
  let p = decimal.first;
  for (let i = 0; i < decimal.scale; i++) {
    let digit: u8 = 0x30;
    if (p <= decimal.last) {
      if (load<u8>(p) == 0x2e) p++;
      digit = load<u8>(p++);
    }
    store<u8>(out++, digit);
  }
  return length;
}
