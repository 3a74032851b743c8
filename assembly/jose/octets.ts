import { JsonDocument } from "../json/document";
import { decodeBase64Url } from "./base64url";

/** The bytes of the base64url string at `token` (RFC 7515 §2, strict); null if it is none. */
export function readOctets(doc: JsonDocument, token: i32): StaticArray<u8> | null {
  const length = doc.length(token);
  // What a valid text decodes to; one of another length is refused before anything is written.
  const bytes = new StaticArray<u8>((length >> 2) * 3 + ((length & 3) * 3) / 4);
  return decodeBase64Url(doc.pointer(token), length, changetype<usize>(bytes)) == bytes.length ? bytes : null;
}
