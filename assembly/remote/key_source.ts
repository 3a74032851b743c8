// One place that keys come from, as this VM knows it.
import { headerBlob } from "../host/http_call";
import { ascii, sameContent } from "../host/literal";
import { addLitter } from "../host/memory";
import { RemoteJwks } from "../config/model";
import { decodeJwks } from "../jose/jwks";
import { Jwk } from "../jose/jwk";
import { keySetHigh, keySetLow, nameKeySet } from "../jose/key_set_id";
import { JsonDocument, JsonError } from "../json/document";
import { FetchError } from "./fetch_error";
import { FetchState, stateKey } from "./fetch_state";
import { keysKey, keysLength, keysPointer, keysVersion, readKeys } from "./shared_keys";
import { Waiting } from "./waiting";

const METHOD = ascii(":method");
const GET = ascii("GET");
const PATH = ascii(":path");
const AUTHORITY = ascii(":authority");
const SCHEME = ascii(":scheme");
const HTTP = ascii("http");
const HTTPS = ascii("https");
const ACCEPT = ascii("accept");
const TYPES = ascii("application/jwk-set+json, application/json");
const USER_AGENT = ascii("user-agent");
const PRODUCT = ascii("claimgate");
/** Every value and name of a set takes two bytes at least. */
const MAX_TOKENS: i32 = 1 << 17;
const MUCH: usize = 1 << 20;
const MAX_DEPTH: i32 = 16;

/** A provider of a root that uses a source. */
export class KeyUser {
  constructor(
    readonly root: u32,
    readonly name: string,
    readonly remote: RemoteJwks,
    /** Cluster to report to, or null. */
    readonly health: StaticArray<u8> | null,
    /** When it came, in milliseconds since 1970. */
    readonly since: u64,
  ) {}
}

export class KeySource {
  keys: Jwk[] = [];
  /** The keys' name (key_set_id.ts). */
  keySetHigh: u64 = 0;
  keySetLow: u64 = 0;
  /** Number of the key set; 0: there is none. */
  version: u64 = 0;
  fetchedAt: u64 = 0;
  /** `FetchState.finished`, and the version of the keys, when those who wait were last judged. */
  finished: u64 = 0;
  judgedBy: u64 = 0;
  readonly state: FetchState;
  readonly keysKey: StaticArray<u8>;
  readonly request: StaticArray<u8>;
  readonly waiting: Waiting = new Waiting();
  /** The newest last; its times count, but for the shortest `cacheDuration` of all. */
  users: KeyUser[] = [];
  /** Number of our call in flight, or 0, and the root whose it is: with the root it ends, and nobody says so. */
  call: u32 = 0;
  callRoot: u32 = 0;

  constructor(
    readonly identity: StaticArray<u8>,
    remote: RemoteJwks,
    /** Whether the host's code may verify. */
    readonly hostCrypto: bool,
  ) {
    this.state = new FetchState(stateKey(identity));
    this.keysKey = keysKey(identity);
    this.request = headerBlob([
      METHOD,
      GET,
      PATH,
      remote.path,
      AUTHORITY,
      remote.authority,
      SCHEME,
      remote.secure ? HTTPS : HTTP,
      ACCEPT,
      TYPES,
      USER_AGENT,
      PRODUCT,
    ]);
  }

  isOf(identity: StaticArray<u8>, hostCrypto: bool): bool {
    return this.hostCrypto == hostCrypto && sameContent(this.identity, identity);
  }

  /** What fetching goes by; there is at least one user. */
  get settings(): RemoteJwks {
    return unchecked(this.users[this.users.length - 1]).remote;
  }

  get cacheDuration(): u64 {
    let shortest = u64.MAX_VALUE;
    for (let i = 0; i < this.users.length; i++) shortest = min(shortest, unchecked(this.users[i]).remote.cacheDuration);
    return shortest;
  }

  /** Whether the keys may be used now by a provider with these times. */
  isUsable(remote: RemoteJwks, now: u64): bool {
    return this.version != 0 && now <= this.fetchedAt + remote.cacheDuration + remote.staleIfError;
  }

  /** Reads the shared state, and the keys if they are others than ours. False if the host does not give it. */
  look(): bool {
    const state = this.state;
    if (!state.read()) return false;
    if (state.version != this.version && readKeys(this.keysKey)) {
      const version = keysVersion;
      if (version != this.version && this.take(keysPointer, keysLength) == FetchError.None) this.version = version;
    }
    if (state.version == this.version) this.fetchedAt = state.fetchedAt;
    return true;
  }

  /** Makes the keys in a JWK Set ours, which this rewrites; or answers what is wrong, and keeps those there are. */
  take(at: usize, length: i32): FetchError {
    const doc = new JsonDocument(MAX_TOKENS, MAX_DEPTH);
    const error = this.read(doc, at, length);
    doc.free();
    // The next callback collects what reading leaves behind, and the keys that are replaced.
    addLitter(MUCH);
    return error;
  }

  private read(doc: JsonDocument, at: usize, length: i32): FetchError {
    if (doc.parse(at, length) != JsonError.None) return FetchError.NotJson;
    // Everybody who can reach the server can read a symmetric key in it.
    const set = decodeJwks(doc, 0, this.hostCrypto, false);
    if (set.error.length > 0) return FetchError.NoUsableKey;
    nameKeySet(doc, 0);
    this.keys = set.keys;
    this.keySetHigh = keySetHigh;
    this.keySetLow = keySetLow;
    return FetchError.None;
  }
}
