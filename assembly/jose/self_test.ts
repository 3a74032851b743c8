import { JsonDocument, JsonError } from "../json/document";
import { ALGORITHMS, Algorithm } from "./algorithms";
import { decodeBase64Url } from "./base64url";
import { decodeJwks } from "./jwks";
import { KNOWN_ANSWERS, KnownAnswer } from "./known_answers";

const MAX_SIGNATURE: i32 = 512;

/**
 * Has every algorithm of the table judge a signature that is good and one that is not, with our own code and as tokens are judged. The
 * name of the first one that is wrong about either, or "".
 */
export function failedSelfTest(): string {
  const doc = new JsonDocument(64, 8);
  const signature = new StaticArray<u8>(MAX_SIGNATURE);
  let failed = "";
  for (let i = 0; i < ALGORITHMS.length && failed.length == 0; i++) {
    const algorithm = ALGORITHMS[i];
    if (i >= KNOWN_ANSWERS.length || !passes(doc, algorithm, KNOWN_ANSWERS[i], signature)) failed = algorithm.name;
  }
  doc.free();
  return failed;
}

function passes(doc: JsonDocument, algorithm: Algorithm, known: KnownAnswer, signature: StaticArray<u8>): bool {
  const set = String.UTF8.encode('{"keys":[' + known.jwk + "]}");
  if (doc.parse(changetype<usize>(set), set.byteLength) != JsonError.None) return false;
  const keys = decodeJwks(doc, 0, false, true).keys;
  const encoded = String.UTF8.encode(known.signature);
  const bytes = changetype<usize>(signature);
  if (keys.length != 1 || encoded.byteLength > MAX_SIGNATURE) return false;
  const length = decodeBase64Url(changetype<usize>(encoded), encoded.byteLength, bytes);
  const text = String.UTF8.encode(known.text);
  const at = changetype<usize>(text);
  if (length < 1 || !keys[0].verify(algorithm, bytes, length, at, text.byteLength)) return false;
  const middle = bytes + <usize>(length >> 1);
  store<u8>(middle, load<u8>(middle) ^ 1);
  return !keys[0].verify(algorithm, bytes, length, at, text.byteLength);
}
