import { callForeign, foreignResult, foreignResultLength } from "../host/foreign";
import { fieldSize, readBool, writeField } from "./protobuf";

export const enum Verdict {
  Invalid = 0,
  Valid = 1,
  /** The host gave no verdict: it lacks the function or did not let us call it. */
  Unavailable = 2,
}

/** "verify_signature" (Envoy: source/extensions/common/wasm/foreign.cc). */
const FUNCTION: usize = memory.data<u8>([
  0x76, 0x65, 0x72, 0x69, 0x66, 0x79, 0x5f, 0x73, 0x69, 0x67, 0x6e, 0x61, 0x74, 0x75, 0x72, 0x65,
]);
const FUNCTION_LENGTH: i32 = 16;

/** Field numbers of VerifySignatureArguments and VerifySignatureResult (Envoy: ext/verify_signature.proto). */
const HASH_FUNCTION: u32 = 1;
const PUBLIC_KEY: u32 = 2;
const SIGNATURE: u32 = 3;
const TEXT: u32 = 4;
const RESULT: u32 = 1;

/** Room for one call: far more than the longest token and the largest key. */
const ARGUMENT_CAPACITY: i32 = 1 << 17;
const argument: usize = memory.data(131072, 8);

/** The part of a call that depends on key and hash only, and the length its signatures must have. */
export class NativeKey {
  constructor(
    readonly front: StaticArray<u8>,
    readonly signatureLength: i32,
  ) {}
}

/**
 * Prepares calls for a key given as DER SubjectPublicKeyInfo. `hash` is the host's name of the hash (sha256, sha384, sha512);
 * `signatureLength` in bytes, for RSA that of the modulus.
 */
export function prepareNative(hash: string, der: StaticArray<u8>, signatureLength: i32): NativeKey {
  const name = String.UTF8.encode(hash);
  const front = new StaticArray<u8>(fieldSize(name.byteLength) + fieldSize(der.length));
  const key = writeField(HASH_FUNCTION, changetype<usize>(name), name.byteLength, changetype<usize>(front));
  writeField(PUBLIC_KEY, changetype<usize>(der), der.length, key);
  return new NativeKey(front, signatureLength);
}

/**
 * Has the host check the signature over the `textLength` bytes at `text`. RSA means PKCS #1 v1.5. Valid only if the call worked
 * and its result says so: everything else that can come back, an empty result included, is no proof.
 */
export function verifyNative(
  key: NativeKey,
  signature: usize,
  signatureLength: i32,
  text: usize,
  textLength: i32,
): Verdict {
  // RFC 8017 §8.2.2 step 1.
  if (signatureLength != key.signatureLength) return Verdict.Invalid;
  const frontLength = key.front.length;
  const length = <i64>frontLength + fieldSize(signatureLength) + 1 + 5 + textLength;
  if (textLength < 0 || length > ARGUMENT_CAPACITY) return Verdict.Invalid;
  memory.copy(argument, changetype<usize>(key.front), frontLength);
  let out = writeField(SIGNATURE, signature, signatureLength, argument + <usize>frontLength);
  out = writeField(TEXT, text, textLength, out);
  if (callForeign(FUNCTION, FUNCTION_LENGTH, argument, <i32>(out - argument)) != 0) return Verdict.Unavailable;
  return readBool(foreignResult, foreignResultLength, RESULT) ? Verdict.Valid : Verdict.Invalid;
}
