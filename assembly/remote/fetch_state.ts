// What all workers know of fetching one key set: a small record in shared data, changed by compare-and-set, so that one of them fetches
// for all. Times are milliseconds since 1970.
import { Lookup } from "../host/headers";
import { ascii, joinBytes } from "../host/literal";
import { Change, getShared, setShared, sharedCas, sharedLength, sharedPointer } from "../host/shared_data";

const PREFIX = ascii("claimgate/jwks-state/1/");
const WORDS: i32 = 12;
const SIZE: i32 = WORDS * 8;
const RECORD: usize = memory.data(96, 8);

/** A copy of the record. */
export class FetchState {
  /** Number of the key set that is current; 0: none was ever fetched. */
  version: u64 = 0;
  /** When it was fetched, or found unchanged. */
  fetchedAt: u64 = 0;
  /** Who fetches, and until when it may be believed that he does; a deleted VM never says that it gives up. */
  leaseOwner: u64 = 0;
  leaseUntil: u64 = 0;
  /** When the next attempt is due. */
  nextAt: u64 = 0;
  /** Attempts that have ended, whatever came of them. */
  finished: u64 = 0;
  /** Attempts of the current fetch that have failed. */
  attempt: u64 = 0;
  /** Fetches in a row that have failed, since when, and why (fetch_error.ts). */
  failures: u64 = 0;
  errorSince: u64 = 0;
  error: u64 = 0;
  /** Until then no unknown `kid` is worth a fetch. */
  quietUntil: u64 = 0;
  /** When the health of the keys was last reported. */
  reportedAt: u64 = 0;

  private cas: u32 = 0;

  constructor(private key: StaticArray<u8>) {}

  /** Gets the record; one that does not exist is all zeros. False if the host does not give it. */
  read(): bool {
    const lookup = getShared(this.key);
    if (lookup == Lookup.Failed) return false;
    this.cas = sharedCas;
    memory.fill(RECORD, 0, SIZE);
    // Another version of the filter in the same Envoy may have written something else, which counts as nothing.
    if (lookup == Lookup.Found && sharedLength == SIZE) memory.copy(RECORD, sharedPointer, SIZE);
    this.version = load<u64>(RECORD);
    this.fetchedAt = load<u64>(RECORD, 8);
    this.leaseOwner = load<u64>(RECORD, 16);
    this.leaseUntil = load<u64>(RECORD, 24);
    this.nextAt = load<u64>(RECORD, 32);
    this.finished = load<u64>(RECORD, 40);
    this.attempt = load<u64>(RECORD, 48);
    this.failures = load<u64>(RECORD, 56);
    this.errorSince = load<u64>(RECORD, 64);
    this.error = load<u64>(RECORD, 72);
    this.quietUntil = load<u64>(RECORD, 80);
    this.reportedAt = load<u64>(RECORD, 88);
    return true;
  }

  /** Sets the record as it is here; false if it has changed since `read`, or the host does not. */
  write(): bool {
    store<u64>(RECORD, this.version);
    store<u64>(RECORD, this.fetchedAt, 8);
    store<u64>(RECORD, this.leaseOwner, 16);
    store<u64>(RECORD, this.leaseUntil, 24);
    store<u64>(RECORD, this.nextAt, 32);
    store<u64>(RECORD, this.finished, 40);
    store<u64>(RECORD, this.attempt, 48);
    store<u64>(RECORD, this.failures, 56);
    store<u64>(RECORD, this.errorSince, 64);
    store<u64>(RECORD, this.error, 72);
    store<u64>(RECORD, this.quietUntil, 80);
    store<u64>(RECORD, this.reportedAt, 88);
    return setShared(this.key, RECORD, SIZE, this.cas) == Change.Done;
  }

  /** Somebody is fetching. `most`: how long an attempt can take; a lease beyond it comes from a clock that was wrong. */
  isLeased(now: u64, most: u64): bool {
    return this.leaseUntil > now && this.leaseUntil <= now + most;
  }
}

/** The record's key for an identity (identity.ts). */
export function stateKey(identity: StaticArray<u8>): StaticArray<u8> {
  return joinBytes(PREFIX, identity);
}
