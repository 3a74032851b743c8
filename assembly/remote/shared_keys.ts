// The current key set as all workers share it: its bytes as they came, which somebody has found to be usable.
import { Lookup } from "../host/headers";
import { ascii, joinBytes } from "../host/literal";
import { ALWAYS, Change, getShared, setShared, sharedLength, sharedPointer } from "../host/shared_data";

const PREFIX = ascii("claimgate/jwks/1/");

/** Largest key set. */
export const MAX_JWKS: i32 = 256 * 1024;

/** The bytes that the last {@link readKeys} found; valid until the callback ends. */
export let keysPointer: usize = 0;
export let keysLength: i32 = 0;
/** Number of that set. */
export let keysVersion: u64 = 0;

/** The key of an identity's set (identity.ts). */
export function keysKey(identity: StaticArray<u8>): StaticArray<u8> {
  return joinBytes(PREFIX, identity);
}

/** False if there are none, or the host does not give them. */
export function readKeys(key: StaticArray<u8>): bool {
  if (getShared(key) != Lookup.Found || sharedLength <= 8 || sharedLength > 8 + MAX_JWKS) return false;
  keysVersion = load<u64>(sharedPointer);
  keysPointer = sharedPointer + 8;
  keysLength = sharedLength - 8;
  return true;
}

/** Sets version and bytes, whatever is there: only who has the lease does. */
export function writeKeys(key: StaticArray<u8>, version: u64, bytes: usize, length: i32): bool {
  const record = heap.alloc(<usize>length + 8);
  store<u64>(record, version);
  memory.copy(record + 8, bytes, length);
  const done = setShared(key, record, length + 8, ALWAYS) == Change.Done;
  heap.free(record);
  return done;
}
