// The compiled plugin configuration: decoded once, read by every request, never changed afterwards.
import { Jwk } from "../jose/jwk";
import { Regex } from "../regex/regex";
import { ByteMap } from "./byte_map";

export class ClaimHeader {
  constructor(
    /** Claim path, outermost member first. */
    public path: StaticArray<u8>[],
    public header: StaticArray<u8>,
    /** Objects and arrays: compact JSON as it is (Gloo), else in base64 (Envoy). */
    public plainJson: bool,
  ) {}
}

export class Provider {
  issuer: StaticArray<u8> | null = null;
  clockSkew: u64 = 60;
  forwardToken: bool = false;
  keys: Jwk[] = [];
  claimHeaders: ClaimHeader[] = [];
}

export const enum Matcher {
  ExactString,
  Boolean,
  ListContains,
  RegexMatch,
}

/** One claim that must match. */
export class ClaimMatch {
  regex: Regex | null = null;
  expected: bool = false;

  constructor(
    public path: StaticArray<u8>[],
    public matcher: Matcher,
    public value: StaticArray<u8>,
  ) {}
}

/** All claims must match; no claims match nobody. */
export class Principal {
  claims: ClaimMatch[] = [];
  /** Only a token of this provider; -1: of any. */
  provider: i32 = -1;
}

/** Any principal, on any of the methods, below the prefix. */
export class AuthorizationPolicy {
  principals: Principal[] = [];
  pathPrefix: StaticArray<u8> | null = null;
  methods: StaticArray<u8>[] = [];
}

/** Checks a policy may have. */
export const MAX_CHECKS: i32 = 8;

export class Check {
  /** Indices into `Configuration.providers`; empty: no authentication. */
  providers: i32[] = [];
  /** null: every verified token is allowed; empty: nobody is. */
  authorization: AuthorizationPolicy[] | null = null;
}

export class Policy {
  unenforceable: bool = false;
  identityHeaders: StaticArray<u8>[] = [];
  checks: Check[] = [];
}

export class Configuration {
  identityHeaders: StaticArray<u8>[] = [];
  removeUnderscoreVariants: bool = true;
  providers: Provider[] = [];
  policies: Policy[] = [];
  /** Policy index by name. */
  policyNames: ByteMap = new ByteMap();
  defaultPolicy: i32 = -1;
  policyFromRouteName: bool = false;
}
