// What a key set is called in the cache of verified tokens: equal sets have one name, so a configuration that changes something else
// forgets nothing, and any change of the keys forgets what they verified.
import { sha256 } from "../crypto/sha256";
import { JsonDocument } from "../json/document";

const DIGEST: usize = memory.data(32, 8);
const HEAD: usize = memory.data(8, 8);

/** The name that the last `nameKeySet` found. */
export let keySetHigh: u64 = 0;
export let keySetLow: u64 = 0;

/** Half a SHA-256 of everything below `token`: who writes one key set cannot make it pass for another. */
export function nameKeySet(doc: JsonDocument, token: i32): void {
  sha256.begin();
  for (let at = token, last = doc.next(token); at < last; at++) {
    store<i32>(HEAD, doc.kind(at));
    store<i32>(HEAD, max(doc.length(at), doc.count(at)), 4);
    sha256.update(HEAD, 8);
    sha256.update(doc.pointer(at), doc.length(at));
  }
  sha256.finish(DIGEST);
  keySetHigh = load<u64>(DIGEST);
  keySetLow = load<u64>(DIGEST, 8);
}
