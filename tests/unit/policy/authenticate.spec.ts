import { clear } from "../../../assembly/cache/store";
import { acceptedProvider, authenticate } from "../../../assembly/policy/authenticate";
import { beginCallback } from "../../../assembly/host/memory";
import { pointer } from "../../../assembly/host/literal";
import { textOf } from "../../../assembly/policy/reasons";
import { Token } from "../../../assembly/policy/token";
import { Authentication, Configuration } from "../../../assembly/config/model";
import { good } from "../config/decode";
import { HEADER, jwks, NOT_SIGNED, SIGNED, tokenOf } from "../fixtures";
import { Bytes, toText } from "../json/bytes";
import * as mock from "../mock";

export { malloc } from "../../../assembly/host/memory";

const NOW: u64 = 1_000_000;
const FAILS = "Jwt verification fails";
const MISMATCH = "Jwks doesn't have key to match kid or alg from Jwt";
const ISSUER = "Jwt issuer is not configured";
const EXPIRED = "Jwt is expired";
const EARLY = "Jwt not yet valid";
const AUDIENCE = "Audiences in Jwt are not allowed";
const HOST = "Request cannot be judged";
const token = new Token();

/** Providers p0, p1, … with these members each, besides a key `k1`, all of them alternatives. */
function providersOf(members: string[], keys: string = ""): Configuration {
  let text = "";
  let names = "";
  for (let i = 0; i < members.length; i++) {
    names += (i > 0 ? "," : "") + '"p' + i.toString() + '"';
    text += (i > 0 ? "," : "") + '"p' + i.toString() + '":{"jwks":' + (keys.length > 0 ? keys : jwks());
    text += (members[i].length > 0 ? "," : "") + members[i] + "}";
  }
  const policy = '{"checks":[{"authentication":{"providers":[' + names + "]}}]}";
  return good('{"version":1,"providers":{' + text + '},"policies":{"a":' + policy + '},"defaultPolicy":"a"}');
}

function begin(): void {
  beginCallback();
  mock.reset();
  mock.setClock(NOW);
  mock.setForeign(0, SIGNED);
}

/** The status string for a token in the places `foundIn`; empty if a provider took it. */
function judge(all: Configuration, payload: string, header: string = HEADER, foundIn: u64 = 1): string {
  clear();
  const bytes = Bytes.text(tokenOf(header, payload));
  expect(<i32>token.read(bytes.pointer, bytes.length)).toBe(0, payload);
  const text = textOf(authenticate(all.providers, all.policies[0].authentications[0], token, foundIn));
  return toText(pointer(text), text.length);
}

describe("authenticate", () => {
  beforeEach(begin);

  it("takes a token that is signed", () => {
    expect(judge(providersOf([""]), "{}")).toBe("");
    expect(acceptedProvider).toBe(0);
    expect(mock.foreignCalls()).toBe(1);
  });

  it("compares the issuer exactly, if there is one to compare with", () => {
    const providers = providersOf(['"issuer":"solo.io"']);
    expect(judge(providers, '{"iss":"solo.io"}')).toBe("");
    const other: string[] = [
      '{"iss":"solo.i"}',
      '{"iss":"solo.io."}',
      '{"iss":"Solo.io"}',
      '{"iss":""}',
      "{}",
      '{"sub":"solo.io"}',
      '{"a":{"iss":"solo.io"}}',
    ];
    for (let i = 0; i < other.length; i++) {
      begin();
      expect(judge(providers, other[i])).toBe(ISSUER, other[i]);
      expect(acceptedProvider).toBe(-1);
      expect(mock.foreignCalls()).toBe(0, "no signature is checked for a stranger");
    }
    expect(judge(providersOf([""]), '{"iss":"anybody"}')).toBe("");
  });

  it("allows 60 s of skew to the second", () => {
    const providers = providersOf([""]);
    expect(judge(providers, '{"exp":' + (NOW - 60).toString() + "}")).toBe("");
    expect(judge(providers, '{"exp":' + (NOW - 61).toString() + "}")).toBe(EXPIRED);
    expect(judge(providers, '{"nbf":' + (NOW + 60).toString() + "}")).toBe("");
    expect(judge(providers, '{"nbf":' + (NOW + 61).toString() + "}")).toBe(EARLY);
    expect(judge(providers, '{"exp":' + NOW.toString() + ',"nbf":' + NOW.toString() + "}")).toBe("");
    expect(judge(providers, '{"exp":0}')).toBe(EXPIRED, "a token that expired in 1970");
    expect(judge(providers, '{"nbf":0}')).toBe("");
    expect(judge(providers, '{"iat":' + (NOW + 10000).toString() + "}")).toBe("", "iat is not judged");
  });

  it("takes the provider's skew, and none if that is 0", () => {
    const providers = providersOf(['"clockSkewSeconds":0']);
    expect(judge(providers, '{"exp":' + NOW.toString() + "}")).toBe("");
    expect(judge(providers, '{"exp":' + (NOW - 1).toString() + "}")).toBe(EXPIRED);
    expect(judge(providers, '{"nbf":' + (NOW + 1).toString() + "}")).toBe(EARLY);
    expect(judge(providersOf(['"clockSkewSeconds":86400']), '{"exp":' + (NOW - 86400).toString() + "}")).toBe("");
    expect(judge(providersOf(['"clockSkewSeconds":86400']), '{"exp":' + (NOW - 86401).toString() + "}")).toBe(EXPIRED);
  });

  it("does not wrap around at the end of time", () => {
    const providers = providersOf([""]);
    expect(judge(providers, '{"exp":18446744073709551615}')).toBe("");
    expect(judge(providers, '{"exp":18446744073709551556}')).toBe("");
    expect(judge(providers, '{"nbf":18446744073709551615}')).toBe(EARLY);
  });

  it("judges nbf, then exp, then the signature (Envoy: authenticator.cc)", () => {
    const providers = providersOf([""]);
    mock.setForeign(0, NOT_SIGNED);
    expect(judge(providers, '{"exp":1,"nbf":9000000}')).toBe(EARLY);
    expect(judge(providers, '{"exp":1}')).toBe(EXPIRED);
    expect(mock.foreignCalls()).toBe(0);
    expect(judge(providers, "{}")).toBe(FAILS);
    expect(judge(providersOf(['"issuer":"x"']), '{"exp":1,"nbf":9000000}')).toBe(ISSUER);
  });

  it("denies without a clock, but asks for it only when a time is to be judged", () => {
    const providers = providersOf([""]);
    for (let status: u32 = 1; status < 13; status++) {
      mock.failCall("proxy_get_current_time_nanoseconds", status);
      expect(judge(providers, '{"exp":9000000}')).toBe(HOST, "status " + status.toString());
      expect(judge(providers, '{"nbf":1}')).toBe(HOST);
    }
    expect(judge(providers, "{}")).toBe("");
  });

  it("believes a signature only if the call worked and its result is true", () => {
    const providers = providersOf([""]);
    // Serialised VerifySignatureResult: result is field 1 (bool), error is field 2 (string).
    const untrue: string[] = [
      "",
      "\x08\x00",
      "\x12\x03bad",
      "\x08",
      "\x10\x01",
      "\x08\x80",
      "\x0a\x01\x01",
      "\x08\x01\x08\x00",
      "\x08\x01\x12\x7f",
      "\x01",
      "\xff".repeat(20),
    ];
    for (let i = 0; i < untrue.length; i++) {
      mock.setForeign(0, untrue[i]);
      expect(judge(providers, "{}")).toBe(FAILS, "result " + i.toString());
    }
    mock.setForeign(0, "\x08\x01\x12\x02ok");
    expect(judge(providers, "{}")).toBe("", "with another field behind it");
    for (let status: u32 = 1; status < 13; status++) {
      mock.setForeign(status, SIGNED);
      expect(judge(providers, "{}")).toBe(FAILS, "our own code judges: status " + status.toString());
    }
  });

  it("chooses keys by kid and alg", () => {
    const providers = providersOf([""]);
    expect(judge(providers, "{}", '{"alg":"RS256"}')).toBe("", "a token without kid may be anybody's");
    expect(judge(providers, "{}", '{"alg":"RS256","kid":"k2"}')).toBe(MISMATCH);
    expect(judge(providers, "{}", '{"alg":"RS384","kid":"k1"}')).toBe(MISMATCH, "the key says RS256");
    const algorithms: string[] = ["HS256", "HS512", "ES256", "EdDSA", "PS256"];
    for (let i = 0; i < algorithms.length; i++) {
      expect(judge(providers, "{}", '{"alg":"' + algorithms[i] + '","kid":"k1"}')).toBe(MISMATCH, algorithms[i]);
    }
  });

  it("tries further keys until one verifies", () => {
    const two = '{"keys":[' + jwks().slice(9, -2) + "," + jwks().slice(9, -2) + "]}";
    const providers = providersOf([""], two);
    mock.thenForeign(0, NOT_SIGNED);
    mock.thenForeign(0, SIGNED);
    expect(judge(providers, "{}")).toBe("");
    begin();
    mock.setForeign(0, NOT_SIGNED);
    expect(judge(providers, "{}")).toBe(FAILS);
    expect(mock.foreignCalls()).toBe(2);
  });
});

describe("authenticate with several providers", () => {
  beforeEach(begin);

  it("is content with one of them, and says which", () => {
    const providers = providersOf(['"issuer":"a"', '"issuer":"b"', ""]);
    expect(judge(providers, '{"iss":"a"}')).toBe("");
    expect(acceptedProvider).toBe(0);
    expect(judge(providers, '{"iss":"b"}')).toBe("");
    expect(acceptedProvider).toBe(1);
    expect(judge(providers, '{"iss":"c"}')).toBe("");
    expect(acceptedProvider).toBe(2, "the one without an issuer");
  });

  it("goes on after a provider whose keys refuse it", () => {
    mock.thenForeign(0, NOT_SIGNED);
    mock.thenForeign(0, SIGNED);
    expect(judge(providersOf(["", ""]), "{}")).toBe("");
    expect(acceptedProvider).toBe(1);
  });

  it("answers the last fault other than an unknown issuer (Envoy: verifier.cc, AnyVerifier)", () => {
    const expired = '"clockSkewSeconds":0';
    const payload = '{"iss":"a","exp":' + (NOW - 30).toString() + "}";
    mock.setForeign(0, NOT_SIGNED);
    expect(judge(providersOf([expired, '"issuer":"x"']), payload)).toBe(EXPIRED);
    expect(judge(providersOf(['"issuer":"x"', expired]), payload)).toBe(EXPIRED);
    expect(judge(providersOf([expired, ""]), payload)).toBe(FAILS);
    expect(judge(providersOf(["", expired]), payload)).toBe(EXPIRED);
    expect(judge(providersOf(['"issuer":"x"', '"issuer":"y"']), payload)).toBe(ISSUER);
    expect(acceptedProvider).toBe(-1);
  });

  it("looks at the check's own providers only", () => {
    const all = providersOf(['"issuer":"a"', '"issuer":"b"']);
    const bytes = Bytes.text(tokenOf(HEADER, '{"iss":"a"}'));
    token.read(bytes.pointer, bytes.length);
    const by = new Authentication();
    by.masks = [1, 1];
    by.providers = [1];
    const text = textOf(authenticate(all.providers, by, token, 1));
    expect(toText(pointer(text), text.length)).toBe(ISSUER);
    by.providers = [1, 0];
    expect(<i32>authenticate(all.providers, by, token, 1)).toBe(0);
    expect(acceptedProvider).toBe(0, "an index into all providers");
  });

  it("lets a provider take a token only from its own places", () => {
    const elsewhere = '"tokenSources":[{"kind":"header","name":"x-jwt"}]';
    const all = providersOf(["", elsewhere]);
    // 1: authorization, 2: access_token, 4: x-jwt.
    expect(judge(all, "{}", HEADER, 1)).toBe("");
    expect(acceptedProvider).toBe(0);
    expect(judge(all, "{}", HEADER, 2)).toBe("");
    expect(acceptedProvider).toBe(0);
    expect(judge(all, "{}", HEADER, 4)).toBe("");
    expect(acceptedProvider).toBe(1);
    begin();
    expect(judge(providersOf(['"issuer":"a"', elsewhere + ',"issuer":"b"']), '{"iss":"b"}', HEADER, 1)).toBe(ISSUER);
    expect(mock.foreignCalls()).toBe(0);
  });
});

describe("audiences", () => {
  beforeEach(begin);

  it("are judged after time and before the signature (Envoy: authenticator.cc)", () => {
    const all = providersOf(['"audiences":["a"]']);
    mock.setForeign(0, NOT_SIGNED);
    expect(judge(all, '{"aud":"b"}')).toBe(AUDIENCE);
    expect(mock.foreignCalls()).toBe(0);
    expect(judge(all, '{"aud":"b","exp":1}')).toBe(EXPIRED);
    expect(judge(all, '{"aud":"b","nbf":9000000}')).toBe(EARLY);
    expect(judge(all, '{"aud":"a"}')).toBe(FAILS);
    expect(judge(providersOf(['"audiences":["a"],"issuer":"i"']), '{"aud":"b"}')).toBe(ISSUER);
  });

  it("are any of the token's among any of the provider's; no list checks nothing", () => {
    const rows: string[][] = [
      ['["a"]', '"a"', ""],
      ['["a"]', '["a"]', ""],
      ['["a"]', '["b","a"]', ""],
      ['["b","a"]', '"a"', ""],
      ['["a","b"]', '["c","d"]', AUDIENCE],
      ['["a"]', "[]", AUDIENCE],
      ['["a"]', '""', AUDIENCE],
      ['["a"]', '"A"', AUDIENCE],
      ['["a"]', '"aa"', AUDIENCE],
      ['["aa"]', '"a"', AUDIENCE],
      ["[]", '"a"', ""],
      ["[]", "[]", ""],
    ];
    for (let i = 0; i < rows.length; i++) {
      const all = providersOf(['"audiences":' + rows[i][0]]);
      expect(judge(all, '{"aud":' + rows[i][1] + "}")).toBe(rows[i][2], rows[i][0] + " " + rows[i][1]);
    }
    expect(judge(providersOf(['"audiences":["a"]']), "{}")).toBe(AUDIENCE, "absent");
    expect(judge(providersOf([""]), "{}")).toBe("");
  });

  it("are compared without one scheme and one trailing slash (Envoy: check_audience.cc, check_audience_test.cc)", () => {
    const same: string[] = [
      "api.example.com",
      "http://api.example.com",
      "https://api.example.com/",
      "api.example.com/",
    ];
    for (let i = 0; i < same.length; i++) {
      for (let j = 0; j < same.length; j++) {
        const all = providersOf(['"audiences":["' + same[i] + '"]']);
        expect(judge(all, '{"aud":"' + same[j] + '"}')).toBe("", same[i] + " " + same[j]);
      }
    }
    const other: string[] = [
      "api.example.com//",
      "https://https://api.example.com",
      "https:/api.example.com",
      "HTTPS://api.example.com",
      "ftp://api.example.com",
      "httpx://api.example.com",
      "https",
      "https://",
      "http:///",
      "/",
      "api.example.com/a",
    ];
    for (let i = 0; i < other.length; i++) {
      expect(judge(providersOf(['"audiences":["api.example.com"]']), '{"aud":"' + other[i] + '"}')).toBe(
        AUDIENCE,
        other[i],
      );
    }
    expect(judge(providersOf(['"audiences":["https:///"]']), '{"aud":"http://"}')).toBe("", "both come to nothing");
  });
});
