// Data that all workers of an Envoy share (one map for a `vm_id`, behind a mutex). A value is copied whole each way.
import { proxy_get_shared_data, proxy_set_shared_data } from "@solo-io/proxy-runtime/assembly/imports";
import { Lookup } from "./headers";
import { pointer } from "./literal";
import { CAS_MISMATCH, NOT_FOUND, OK } from "./status";

const OUT: usize = memory.data(16, 8);

/** For {@link setShared}: only if there is no value yet. Any number does that was never a value's: the host looks at it only then. */
export const IF_ABSENT: u32 = 0xfffffff0;
/** For {@link setShared}: whatever is there. */
export const ALWAYS: u32 = 0;

/** What the last {@link getShared} found; valid until the callback ends. */
export let sharedPointer: usize = 0;
export let sharedLength: i32 = 0;
/** Number of that value, for {@link setShared}; {@link IF_ABSENT} if there is none. */
export let sharedCas: u32 = IF_ABSENT;

export function getShared(key: StaticArray<u8>): Lookup {
  store<u64>(OUT, 0);
  store<u32>(OUT, 0, 8);
  const status = proxy_get_shared_data(pointer(key), key.length, OUT, OUT + 4, OUT + 8);
  sharedPointer = 0;
  sharedLength = 0;
  sharedCas = IF_ABSENT;
  if (status == NOT_FOUND) return Lookup.Absent;
  if (status != OK) return Lookup.Failed;
  sharedPointer = load<u32>(OUT);
  sharedLength = load<i32>(OUT, 4);
  sharedCas = load<u32>(OUT, 8);
  return sharedLength >= 0 && (sharedPointer != 0 || sharedLength == 0) ? Lookup.Found : Lookup.Failed;
}

/** What became of a change. */
export const enum Change {
  Done,
  /** Somebody else was faster. */
  Outrun,
  Failed,
}

/** Sets a value if the one there is still number `cas`. */
export function setShared(key: StaticArray<u8>, value: usize, length: i32, cas: u32): Change {
  const status = proxy_set_shared_data(pointer(key), key.length, value, length, cas);
  if (status == OK) return Change.Done;
  return status == CAS_MISMATCH ? Change.Outrun : Change.Failed;
}
