// What the rows of the options table are made of. Tokens are made when a request is: some are valid for seconds only.
import { rsaKey, type Json } from "../../support/tokens.js";

/** A policy on a route of its own, whose host is NAME.test, and what comes of requests to it. */
export interface Row {
  readonly name: string;
  /** The listener that the route is attached to. */
  readonly listener: "http" | "kgateway" | "gloo";
  /** Manifests; the policy's target is HTTPRoute NAME. */
  readonly policy: string;
  readonly asks: readonly Ask[];
}

/** `given`: the request. `expected`: `STATUS BODY`, or `200 PATH` and the headers that matter, as they reached the backend. */
export type Ask = readonly [what: string, given: () => Request, expected: string];

export interface Request {
  readonly path?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

export type Claims = { readonly [name: string]: Json };

/** Two issuers whose keys have the same id. */
const keys = { first: rsaKey("k1"), second: rsaKey("k1") };

export function jwks(of: keyof typeof keys = "first"): string {
  return JSON.stringify({ keys: [keys[of].jwk] });
}

export function now(): number {
  return Math.floor(Date.now() / 1000);
}

const CLAIMS = { iss: "first", sub: "alice", team: "dev" };

export function token(claims: Claims = {}, by: keyof typeof keys = "first"): string {
  return keys[by].sign({ ...CLAIMS, exp: now() + 3600, ...claims });
}

/** The claims as they are, and nothing else. */
export function bare(claims: Claims): string {
  return keys.first.sign(claims);
}

export function bearer(value: string): readonly [name: string, value: string] {
  return ["authorization", `Bearer ${value}`];
}

/** A request with these headers. */
export function headers(...list: (readonly [name: string, value: string])[]): Request {
  return { headers: list };
}

export const MISSING = "401 Jwt is missing";
export const MULTIPLE = "401 Found multiple Jwt tokens";
export const UNKNOWN_ISSUER = "401 Jwt issuer is not configured";
export const AUDIENCE = "403 Audiences in Jwt are not allowed";
export const EXPIRED = "401 Jwt is expired";
export const FORMAT = "401 Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections";
export const FAILS = "401 Jwt verification fails";
export const DENIED = "403 RBAC: access denied";
