// The compiled filter in a small host: every bad token of the table has its status string of Envoy
// (source/common/jwt/status.cc), and after each of them a good token still passes.
import { createHmac } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { base64url, rsaKey, type Segment } from "../support/tokens.js";
import { CLAIMS, GOOD, Guard, HEADER, key, NOW } from "./guard.js";
import type { Header, Outcome } from "./host.js";

const FORMAT = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections";
const HEADER_BASE64 = "Jwt header is an invalid Base64url encoded";
const HEADER_JSON = "Jwt header is an invalid JSON";
const ALG = "Jwt header [alg] field is required and must be a string";
const UNSUPPORTED = "Jwt header [alg] is not supported";
const KID = "Jwt header [kid] field is not a string";
const CRIT = "Jwt header [crit] is not supported";
const PAYLOAD_BASE64 = "Jwt payload is an invalid Base64url encoded";
const PAYLOAD_JSON = "Jwt payload is an invalid JSON";
const SIGNATURE_BASE64 = "Jwt signature is an invalid Base64url encoded";
const ISSUER = "Jwt issuer is not configured";
const FAILS = "Jwt verification fails";
const MISMATCH = "Jwks doesn't have key to match kid or alg from Jwt";

const stranger = rsaKey("k1");
const [H, P, S] = GOOD.split(".") as [string, string, string];

let guard: Guard;

function expectRefused(authorization: string | null, body: string): void {
  const { verdict, reply } = guard.ask(authorization);
  expect(verdict).toBe("stop");
  const realm = 'Bearer realm="http://localhost:8080/get?a=1"';
  const challenge = body === "Jwt is missing" ? realm : `${realm}, error="invalid_token"`;
  expect(reply).toMatchObject({ status: 401, body, headers: [["www-authenticate", challenge]], grpcStatus: -1 });
  guard.expectAlive();
}

/** Signed well, whatever is in it. */
const withHeader = (header: Segment) => key.sign(CLAIMS, header);
const withPayload = (payload: Segment) => key.sign(payload, HEADER);
/** An HMAC under the public key's text: the confusion of 2015. */
function hmac(header: { alg: string }): string {
  const signed = `${base64url({ ...header, kid: "k1" })}.${P}`;
  return `${signed}.${createHmac("sha256", JSON.stringify(key.jwk)).update(signed).digest("base64url")}`;
}

beforeAll(() => {
  guard = new Guard();
});

describe("a request without a usable credential", () => {
  it.each<[string, string | null, string]>([
    ["none", null, "Jwt is missing"],
    ["another scheme", "Basic YTpi", "Jwt is missing"],
    ["empty", "", "Jwt is missing"],
    ["Bearer with nothing behind it", "Bearer", FORMAT],
    ["Bearer and a space", "Bearer ", FORMAT],
    ["two good ones, joined", `Bearer ${GOOD},Bearer ${GOOD}`, "Found multiple Jwt tokens"],
    ["a good one and a comma", `Bearer ${GOOD},`, "Found multiple Jwt tokens"],
    ["a bad one, then a good one", `Bearer x,Bearer ${GOOD}`, "Found multiple Jwt tokens"],
    ["Basic, then a good one", `Basic YTpi, Bearer ${GOOD}`, "Found multiple Jwt tokens"],
  ])("%s", (_, authorization, body) => expectRefused(authorization, body));

  it("two headers, which Envoy joins", () => {
    const { verdict, reply } = guard.ask(`Bearer ${GOOD}`, [["authorization", `Bearer ${GOOD}`]]);
    expect(verdict).toBe("stop");
    expect(reply?.body).toBe("Found multiple Jwt tokens");
    guard.expectAlive();
  });
});

describe("a bad token", () => {
  it.each<[string, string, string]>([
    ["garbage", "garbage", FORMAT],
    ["two dots only", "..", FORMAT],
    ["one dot", `${H}.${P}`, FORMAT],
    ["three dots", `${GOOD}.x`, FORMAT],
    ["five sections (JWE)", `${H}.${P}.${S}.${S}.${S}`, FORMAT],
    ["without a header", `.${P}.${S}`, FORMAT],
    ["without a payload", `${H}..${S}`, FORMAT],
    ["without a signature", `${H}.${P}.`, FORMAT],
    ["20 KB", "a".repeat(20_000), FORMAT],
    ["20 KB that would verify", withPayload({ ...CLAIMS, pad: "x".repeat(15_000) }), FORMAT],
    ["60 KB of dots", ".".repeat(60_000), FORMAT],

    ["header not base64url", `!!!.${P}.${S}`, HEADER_BASE64],
    ["header in base64", `${H}+/.${P}.${S}`, HEADER_BASE64],
    ["header padded", `${H}=.${P}.${S}`, HEADER_BASE64],
    ["white space in the header", `${H.slice(0, 4)} ${H.slice(4)}.${P}.${S}`, HEADER_BASE64],
    ["header not JSON", `${base64url("nope")}.${P}.${S}`, HEADER_JSON],
    ["header a list", withHeader("[]"), HEADER_JSON],
    ["header cut off", withHeader('{"alg":"RS256"'), HEADER_JSON],
    ["header with a trailing comma", withHeader('{"alg":"RS256",}'), HEADER_JSON],
    ["header not UTF-8", withHeader(Buffer.from('{"alg":"RS256","x":"\xff"}', "latin1")), HEADER_JSON],
    ["header with alg twice", withHeader('{"alg":"RS256","alg":"RS256","kid":"k1"}'), HEADER_JSON],
    ["header with kid twice, one escaped", withHeader('{"alg":"RS256","kid":"k1","\\u006bid":"k1"}'), HEADER_JSON],
    ["header nested 1000 deep", withHeader(`{"alg":"RS256","x":${"[".repeat(1000)}${"]".repeat(1000)}}`), HEADER_JSON],

    ["without alg", withHeader({ kid: "k1" }), ALG],
    ["alg a number", withHeader({ alg: 256 }), ALG],
    ["alg null", withHeader({ alg: null }), ALG],
    ["alg a list", withHeader({ alg: ["RS256"] }), ALG],
    ["alg none", withHeader({ alg: "none", kid: "k1" }), UNSUPPORTED],
    ["alg None", withHeader({ alg: "None", kid: "k1" }), UNSUPPORTED],
    ["alg NONE", withHeader({ alg: "NONE", kid: "k1" }), UNSUPPORTED],
    ["alg nOnE", withHeader({ alg: "nOnE", kid: "k1" }), UNSUPPORTED],
    ["alg none without a signature", `${base64url({ alg: "none" })}.${P}.`, FORMAT],
    ["alg none with a signature of zeros", `${base64url({ alg: "none" })}.${P}.AAAA`, UNSUPPORTED],
    ["alg rs256", withHeader({ alg: "rs256", kid: "k1" }), UNSUPPORTED],
    ["alg unknown", withHeader({ alg: "XX999", kid: "k1" }), UNSUPPORTED],
    ["alg empty", withHeader({ alg: "", kid: "k1" }), UNSUPPORTED],
    ["alg HS256 under the public key", hmac({ alg: "HS256" }), MISMATCH],
    ["alg HS256, signed by RSA", withHeader({ alg: "HS256", kid: "k1" }), MISMATCH],
    ["alg RS384 for a key of RS256", key.sign(CLAIMS, { alg: "RS384", kid: "k1" }, "sha384"), MISMATCH],
    ["alg ES256", withHeader({ alg: "ES256", kid: "k1" }), MISMATCH],
    ["alg RS256, hashed with SHA-512", key.sign(CLAIMS, HEADER, "sha512"), FAILS],
    ["kid a number", withHeader({ alg: "RS256", kid: 1 }), KID],
    ["kid null", withHeader({ alg: "RS256", kid: null }), KID],
    ["wrong kid", withHeader({ alg: "RS256", kid: "k2" }), MISMATCH],
    ["kid with a NUL", withHeader({ alg: "RS256", kid: "k1\0" }), MISMATCH],
    ["crit", withHeader({ ...HEADER, crit: ["exp"] }), CRIT],
    ["crit unknown", withHeader({ ...HEADER, crit: ["x"], x: 1 }), CRIT],
    ["crit empty", withHeader({ ...HEADER, crit: [] }), CRIT],

    ["payload not base64url", `${H}.???.${S}`, PAYLOAD_BASE64],
    ["payload padded", `${H}.${P}=.${S}`, PAYLOAD_BASE64],
    ["payload not JSON", withPayload("nope"), PAYLOAD_JSON],
    ["payload a string", withPayload('"nope"'), PAYLOAD_JSON],
    ["payload with iss twice", withPayload('{"iss":"issuer","iss":"issuer"}'), PAYLOAD_JSON],
    ["payload with a deep name twice", withPayload('{"iss":"issuer","a":[{"b":1,"b":1}]}'), PAYLOAD_JSON],
    ["payload with a lone surrogate", withPayload('{"iss":"issuer","a":"\\ud800"}'), PAYLOAD_JSON],
    ["payload nested 1000 deep", withPayload(`{"a":${"[".repeat(1000)}${"]".repeat(1000)}}`), PAYLOAD_JSON],
    ["iss a list", withPayload({ ...CLAIMS, iss: ["issuer"] }), "Jwt payload [iss] field is not a string"],
    ["sub a number", withPayload({ ...CLAIMS, sub: 1 }), "Jwt payload [sub] field is not a string"],
    ["iat a string", withPayload({ ...CLAIMS, iat: "1" }), "Jwt payload [iat] field is not an integer"],
    ["iat negative", withPayload({ ...CLAIMS, iat: -1 }), "Jwt payload [iat] field is not a positive 64 bit integer"],
    ["nbf a string", withPayload({ ...CLAIMS, nbf: "1" }), "Jwt payload [nbf] field is not an integer"],
    ["nbf negative", withPayload({ ...CLAIMS, nbf: -1 }), "Jwt payload [nbf] field is not a positive 64 bit integer"],
    ["exp a string", withPayload({ ...CLAIMS, exp: "1" }), "Jwt payload [exp] field is not an integer"],
    ["exp null", withPayload({ ...CLAIMS, exp: null }), "Jwt payload [exp] field is not an integer"],
    ["exp negative", withPayload({ ...CLAIMS, exp: -1 }), "Jwt payload [exp] field is not a positive 64 bit integer"],
    [
      "exp 1e400",
      withPayload('{"iss":"issuer","exp":1e400}'),
      "Jwt payload [exp] field is not a positive 64 bit integer",
    ],
    ["jti a number", withPayload({ ...CLAIMS, jti: 1 }), "Jwt payload [jti] field is not a string"],
    ["aud a number", withPayload({ ...CLAIMS, aud: 1 }), "Jwt payload [aud] field is not a string or string list"],
    ["aud mixed", withPayload({ ...CLAIMS, aud: ["a", 1] }), "Jwt payload [aud] field is not a string or string list"],

    ["expired", withPayload({ ...CLAIMS, exp: NOW - 61 }), "Jwt is expired"],
    ["expired in 1970", withPayload({ ...CLAIMS, exp: 0 }), "Jwt is expired"],
    ["not yet valid", withPayload({ ...CLAIMS, nbf: NOW + 61 }), "Jwt not yet valid"],
    ["wrong issuer", withPayload({ ...CLAIMS, iss: "other" }), ISSUER],
    ["without an issuer", withPayload({ team: "dev" }), ISSUER],
    ["forged and expired: claims come first", stranger.sign({ ...CLAIMS, exp: 1 }, HEADER), "Jwt is expired"],

    ["signature not base64url", `${H}.${P}.${S.slice(0, -1)}*`, SIGNATURE_BASE64],
    ["signature padded", `${GOOD}==`, SIGNATURE_BASE64],
    // 256 bytes leave four bits in the last character, which must be zero.
    ["bits left over in the signature", `${GOOD.slice(0, -1)}${nextCharacter(S.at(-1) as string)}`, SIGNATURE_BASE64],
    ["signed by another key", stranger.sign(CLAIMS, HEADER), FAILS],
    ["another token's signature", `${H}.${P}.${withPayload({ ...CLAIMS, sub: "bob" }).split(".")[2]}`, FAILS],
    ["signature of zeros", `${H}.${P}.${"A".repeat(342)}`, FAILS],
    ["signature too short", `${H}.${P}.AAAA`, FAILS],
    ["signature too long", `${H}.${P}.${"A".repeat(344)}`, FAILS],
    ["signature a byte short", GOOD.slice(0, -2), FAILS],
  ])("%s", (_, token, body) => expectRefused(`Bearer ${token}`, body));
});

/** The base64url character with the next value. */
function nextCharacter(c: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[(alphabet.indexOf(c) + 1) % 64] as string;
}

describe("a good token", () => {
  it("passes to the second of the skew", () => {
    for (const claims of [{ exp: NOW - 60 }, { nbf: NOW + 60 }, { exp: NOW + 1, nbf: NOW - 1 }, {}]) {
      const token = withPayload({ iss: "issuer", team: "dev", ...claims });
      expect(guard.ask(`Bearer ${token}`).verdict, JSON.stringify(claims)).toBe("continue");
    }
  });

  it("passes with the scheme in any case and spaces around it", () => {
    for (const scheme of ["Bearer ", "bearer ", "BEARER   ", " \tBearer "]) {
      expect(guard.ask(`${scheme}${GOOD} \t`).verdict).toBe("continue");
    }
  });

  it("is denied where its claims are", () => {
    const { verdict, reply } = guard.ask(`Bearer ${withPayload({ ...CLAIMS, team: "ops" })}`);
    expect(verdict).toBe("stop");
    expect(reply).toMatchObject({
      status: 403,
      body: "RBAC: access denied",
      headers: [],
      details: "claimgate_rbac_denied",
    });
  });

  it("needs few host calls: each of them is a crossing", () => {
    const { calls } = guard.ask(`Bearer ${key.sign({ ...CLAIMS, jti: "never seen before" }, HEADER)}`);
    expect(calls).toEqual([
      "proxy_get_header_map_pairs",
      "proxy_get_current_time_nanoseconds",
      "proxy_call_foreign_function",
      "proxy_add_header_map_value",
      "proxy_remove_header_map_value",
    ]);
  });
});

describe("identity headers", () => {
  it("of a client never get through, whatever becomes of the request", () => {
    const spoofed: Header[] = [
      ["x-team", "admin"],
      ["x-team", "root"],
      ["x_team", "admin"],
      ["x-other", "kept"],
    ];
    const names = (outcome: Outcome) => outcome.headers.filter(([name]) => /^x/.test(name));
    expect(names(guard.ask(`Bearer ${GOOD}`, spoofed))).toEqual([
      ["x-other", "kept"],
      ["x-team", "dev"],
    ]);
    expect(names(guard.ask(null, spoofed))).toEqual([["x-other", "kept"]]);
    expect(names(guard.ask("Bearer x", spoofed))).toEqual([["x-other", "kept"]]);
  });
});
