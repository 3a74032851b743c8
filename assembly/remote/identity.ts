// What tells one fetched key set from another: where it comes from. Providers that fetch from one place share its keys, whatever their
// times are, also when those are changed; providers that differ in a byte of it share nothing.
import { pointer } from "../host/literal";
import { sha256 } from "../crypto/sha256";
import { RemoteJwks } from "../config/model";

const DIGEST: usize = memory.data(32, 8);
const LENGTH: usize = memory.data(4, 4);

/** SHA-256 of cluster, authority, path and scheme, each with its length before it. */
export function identityOf(remote: RemoteJwks): StaticArray<u8> {
  sha256.begin();
  add(remote.cluster);
  add(remote.authority);
  add(remote.path);
  store<u32>(LENGTH, remote.secure ? 1 : 0);
  sha256.update(LENGTH, 4);
  sha256.finish(DIGEST);
  const identity = new StaticArray<u8>(32);
  memory.copy(pointer(identity), DIGEST, 32);
  return identity;
}

function add(text: StaticArray<u8>): void {
  store<u32>(LENGTH, text.length);
  sha256.update(LENGTH, 4);
  sha256.update(pointer(text), text.length);
}
