// The compiled plugin configuration: decoded once, read by every request, never changed afterwards.
import { sameContent } from "../host/literal";
import { Jwk } from "../jose/jwk";
import { KeySource } from "../remote/key_source";
import { Regex } from "../regex/regex";
import { ByteMap } from "./byte_map";

export class ClaimHeader {
  /** An earlier mapping of the provider has the same header. */
  isRepeated: bool = false;

  constructor(
    /** Claim path, outermost member first. */
    public path: StaticArray<u8>[],
    public header: StaticArray<u8>,
    /** Objects and arrays: compact JSON as it is (Gloo), else in base64 (Envoy). */
    public plainJson: bool,
    /** Joins what earlier mappings wrote to the header, with a comma; else the last one counts. */
    public append: bool,
  ) {}
}

export const enum SourceKind {
  Header,
  Query,
}

/** A place in a request where a token may be. */
export class TokenSource {
  constructor(
    public kind: SourceKind,
    /** Lower-case header name; parameter name after percent-decoding. */
    public name: StaticArray<u8>,
    /** What stands before the token in a header, compared byte by byte; empty: nothing. */
    public prefix: StaticArray<u8>,
    /** The prefix is the authentication scheme `Bearer`, whatever its case; `prefix` is empty then. */
    public bearer: bool,
  ) {}

  /** Whether both read the same bytes of a request. */
  equals(other: TokenSource): bool {
    if (this.kind != other.kind || this.bearer != other.bearer) return false;
    return sameContent(this.name, other.name) && sameContent(this.prefix, other.prefix);
  }
}

/** Paths of the properties that receive the code and the text of a failure. */
export class FailureStatus {
  constructor(
    public code: StaticArray<u8>,
    public message: StaticArray<u8>,
  ) {}
}

/** Where a provider's keys are fetched, and how. */
export class RemoteJwks {
  cluster: StaticArray<u8> = [];
  authority: StaticArray<u8> = [];
  path: StaticArray<u8> = [];
  secure: bool = true;
  /** Milliseconds, all of them. */
  timeout: u64 = 0;
  cacheDuration: u64 = 0;
  staleIfError: u64 = 0;
  failedRefetch: u64 = 0;
  retries: u64 = 0;
  retryBase: u64 = 0;
  retryMax: u64 = 0;
}

export class Provider {
  name: string = "";
  issuer: StaticArray<u8> | null = null;
  /** Without scheme and trailing slash (audience.ts); empty: `aud` is not checked. */
  audiences: StaticArray<u8>[] = [];
  clockSkew: u64 = 60;
  sources: TokenSource[] = [];
  forwardToken: bool = false;
  keys: Jwk[] = [];
  /** Where keys come from; null: they are `keys`. */
  remote: RemoteJwks | null = null;
  /** What is known of remote keys; every provider that has `remote` and belongs to a root has it. */
  source: KeySource | null = null;
  /** The keys' name (jose/key_set_id.ts). */
  keySetHigh: u64 = 0;
  keySetLow: u64 = 0;
  claimHeaders: ClaimHeader[] = [];
  failureStatus: FailureStatus | null = null;
}

export const enum Matcher {
  ExactString,
  Boolean,
  ListContains,
  RegexMatch,
}

/** One claim that must match. */
export class ClaimMatch {
  /** What RegexMatch compares with; ExactString and ListContains have `value`, Boolean has `expected`. */
  regex: Regex | null = null;
  value: StaticArray<u8> = NO_VALUE;
  expected: bool = false;

  constructor(
    public path: StaticArray<u8>[],
    public matcher: Matcher,
  ) {}
}

const NO_VALUE = new StaticArray<u8>(0);
const NO_CLAIMS = new StaticArray<ClaimMatch>(0);
const NO_PRINCIPALS = new StaticArray<Principal>(0);
const NO_PROVIDERS = new StaticArray<i32>(0);
const NO_MASKS = new StaticArray<u64>(0);
const NO_AUTHENTICATIONS = new StaticArray<Authentication>(0);
const NO_CHECKS = new StaticArray<Check>(0);
const NO_NAMES: StaticArray<u8>[] = [];
const NO_PLACES = new SourceSet();

/** All claims must match; no claims match nobody. */
export class Principal {
  claims: StaticArray<ClaimMatch> = NO_CLAIMS;
  /** Only a token of this provider; -1: of any. */
  provider: i32 = -1;
}

/** Any principal, on any of the methods, below the prefix. */
export class AuthorizationPolicy {
  principals: StaticArray<Principal> = NO_PRINCIPALS;
  pathPrefix: StaticArray<u8> | null = null;
  methods: StaticArray<u8>[] = NO_NAMES;
}

/** Places one authentication may read; their numbers are bits of a u64. */
export const MAX_SOURCES: i32 = 64;

/** Every place that the providers of an authentication read, each once. Equal sets of a configuration are one object. */
export class SourceSet {
  sources: TokenSource[] = [];
  /** Some header in it may occur more than once: all headers are looked through. */
  needsPairs: bool = false;
  readsAuthorization: bool = false;
  readsQuery: bool = false;
}

/** What becomes of a request without a token, or with a bad one. */
export const enum ValidationPolicy {
  RequireValid,
  AllowMissing,
  AllowMissingOrFailed,
}

/** One token, verified by one of several providers. */
export class Authentication {
  /** Indices into `Configuration.providers`. */
  providers: StaticArray<i32> = NO_PROVIDERS;
  /** For each of them: the places it reads, as bits by their number in `places`. */
  masks: StaticArray<u64> = NO_MASKS;
  places: SourceSet = NO_PLACES;
  validation: ValidationPolicy = ValidationPolicy.RequireValid;
  /** All of its providers forward tokens. */
  forwardsAll: bool = false;
  /** Names of the headers that its providers write, each once. */
  written: StaticArray<u8>[] = NO_NAMES;
}

/** Checks a policy may have. */
export const MAX_CHECKS: i32 = 8;
/** Authentications it may have with them. */
export const MAX_AUTHENTICATIONS: i32 = 16;

/** Authentications are indices into `Policy.authentications`, -1: none. */
export class Check {
  authentication: i32 = -1;
  /** Demanded before `authentication` and beside it. */
  preceding: i32 = -1;
  /** null: every verified token is allowed; empty: nobody is. */
  authorization: StaticArray<AuthorizationPolicy> | null = null;
}

/** Policies share whatever they have in common, and so do their parts: nothing of them may change once they are decoded. */
export class Policy {
  unenforceable: bool = false;
  identityHeaders: StaticArray<u8>[] = NO_NAMES;
  /** In the order in which they are made. */
  authentications: StaticArray<Authentication> = NO_AUTHENTICATIONS;
  checks: StaticArray<Check> = NO_CHECKS;
}

export class Configuration {
  identityHeaders: StaticArray<u8>[] = [];
  removeUnderscoreVariants: bool = true;
  providers: Provider[] = [];
  sourceSets: SourceSet[] = [];
  /** Names of query parameters that may hold a token; none of their values is ever repeated. */
  tokenParameters: StaticArray<u8>[] = [];
  policies: Policy[] = [];
  /** Policy index by name. */
  policyNames: ByteMap = new ByteMap();
  defaultPolicy: i32 = -1;
  policyFromRouteName: bool = false;
  /** Whether the host's code may check signatures. */
  hostCrypto: bool = true;
  /** Cluster to report the health of remote keys to. */
  keyHealth: StaticArray<u8> | null = null;
}
