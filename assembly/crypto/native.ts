import { callForeign, foreignResult, foreignResultLength } from "../host/foreign";
import { Hash } from "./hash";
import { fieldSize, readBool, writeField } from "./protobuf";
import { ecdsaSignatureToDer } from "./ec/signature_der";

export const enum Verdict {
  Invalid = 0,
  Valid = 1,
  /** The host gave no verdict: it lacks the function, did not let us call it, or the text is too long for one call. */
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
/** At least MAXIMUM_DER_SIGNATURE. */
const ecdsaSignature: usize = memory.data(160, 8);

/** The part of a call that depends on key and hash only, and the length its signatures must have. */
export class NativeKey {
  constructor(
    readonly front: StaticArray<u8>,
    readonly signatureLength: i32,
    /** Signatures come as R‖S (RFC 7518 §3.4); the host wants them in DER. */
    readonly ecdsa: bool,
  ) {}
}

/** The host's names of hashes, in the order of {@link Hash}. */
const HASH_NAMES: StaticArray<string> = ["sha256", "sha384", "sha512"];

/**
 * Prepares calls for a key given as DER SubjectPublicKeyInfo. `signatureLength` in bytes: that of the modulus, or of both halves of an
 * ECDSA signature.
 */
export function prepareNative(hash: Hash, der: StaticArray<u8>, signatureLength: i32, ecdsa: bool): NativeKey {
  const name = String.UTF8.encode(HASH_NAMES[hash]);
  const front = new StaticArray<u8>(fieldSize(name.byteLength) + fieldSize(der.length));
  const key = writeField(HASH_FUNCTION, changetype<usize>(name), name.byteLength, changetype<usize>(front));
  writeField(PUBLIC_KEY, changetype<usize>(der), der.length, key);
  return new NativeKey(front, signatureLength, ecdsa);
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
  // RFC 8017 §8.2.2 step 1; RFC 7518 §3.4.
  if (signatureLength != key.signatureLength) return Verdict.Invalid;
  if (key.ecdsa) {
    signatureLength = ecdsaSignatureToDer(signature, signatureLength, ecdsaSignature);
    if (signatureLength == 0) return Verdict.Invalid;
    signature = ecdsaSignature;
  }
  const frontLength = key.front.length;
  const length = <i64>frontLength + fieldSize(signatureLength) + 1 + 5 + textLength;
  if (textLength < 0) return Verdict.Invalid;
  if (length > ARGUMENT_CAPACITY) return Verdict.Unavailable;
  memory.copy(argument, changetype<usize>(key.front), frontLength);
  let out = writeField(SIGNATURE, signature, signatureLength, argument + <usize>frontLength);
  out = writeField(TEXT, text, textLength, out);
  if (callForeign(FUNCTION, FUNCTION_LENGTH, argument, <i32>(out - argument)) != 0) return Verdict.Unavailable;
  return readBool(foreignResult, foreignResultLength, RESULT) ? Verdict.Valid : Verdict.Invalid;
}
