// The order of checks and the status strings are Envoy's (source/common/jwt/jwt.cc, status.cc).
import { textOf } from "../../../assembly/policy/reasons";
import { Token } from "../../../assembly/policy/token";
import { pointer } from "../../../assembly/host/literal";
import { base64url, HEADER, tokenOf } from "../fixtures";
import { Bytes, toText } from "../json/bytes";

const token = new Token();
const SIGNATURE = "A".repeat(342);
const FORMAT = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections";

/** The status string of a token as it stands; empty if nothing is wrong with it. */
function fault(text: string): string {
  const bytes = Bytes.text(text);
  const reason = textOf(token.read(bytes.pointer, bytes.length));
  return toText(pointer(reason), reason.length);
}

function faultOfHeader(header: string): string {
  return fault(tokenOf(header, "{}"));
}

function faultOfPayload(payload: string): string {
  return fault(tokenOf(HEADER, payload));
}

/** Each row: segment, status string. */
function expectAll(rows: string[][], faultOf: (text: string) => string): void {
  for (let i = 0; i < rows.length; i++) expect(faultOf(rows[i][0])).toBe(rows[i][1], rows[i][0]);
}

describe("Token.read", () => {
  it("takes a token apart", () => {
    expect(fault(tokenOf(HEADER, '{"iss":"i","nbf":1,"exp":2,"iat":3,"sub":"s","jti":"j","aud":["a","b"]}'))).toBe("");
    expect(toText(token.kid, token.kidLength)).toBe("k1");
    expect(token.hasNotBefore && token.hasExpiry).toBe(true);
    expect(token.notBefore).toBe(1);
    expect(token.expiry).toBe(2);
    expect(token.signatureLength).toBe(256);
    expect(toText(token.payload.pointer(token.issuer), token.payload.length(token.issuer))).toBe("i");
  });

  it("keeps nothing of the token before", () => {
    fault(tokenOf(HEADER, '{"iss":"i","nbf":1,"exp":2}'));
    expect(fault(tokenOf('{"alg":"RS512"}', "{}"))).toBe("");
    expect(token.kidLength).toBe(0);
    expect(token.issuer).toBe(-1);
    expect(token.hasNotBefore || token.hasExpiry).toBe(false);
  });

  it("wants three sections", () => {
    const good = tokenOf(HEADER, "{}");
    const texts: string[] = [
      "garbage",
      "..",
      ".",
      "",
      "a.b",
      "a..c",
      ".b.c",
      "a.b.",
      "a.b.c.d",
      "a.b.c.d.e",
      good + ".",
      "." + good,
      good + ".." + good,
    ];
    for (let i = 0; i < texts.length; i++) expect(fault(texts[i])).toBe(FORMAT, texts[i]);
  });

  it("takes no token above 8 KiB", () => {
    expect(fault("a".repeat(8193))).toBe(FORMAT);
    expect(fault("a".repeat(20000))).toBe(FORMAT);
    // The longest one, filled up with a claim.
    const start = base64url(HEADER) + ".";
    const room = 8192 - start.length - 1 - 342;
    const payload = base64url('{"a":"' + "x".repeat((room / 4) * 3 - 8) + '"}');
    expect(payload.length <= room && payload.length > room - 4).toBe(true, "fills up");
    expect(fault(start + payload + "." + "A".repeat(8192 - start.length - 1 - payload.length - 1 - 2))).toBe("");
  });

  it("wants strict base64url in each section (RFC 7515 §2)", () => {
    const header = base64url(HEADER);
    const bad: string[] = [
      "=",
      "==",
      "a=",
      "ab==",
      "a",
      "ab!d",
      "ab d",
      "ab+d",
      "ab/d",
      "ab\nd",
      "é",
      "ab\0d",
      "ab%3D",
    ];
    for (let i = 0; i < bad.length; i++) {
      expect(fault(bad[i] + ".e30." + SIGNATURE)).toBe("Jwt header is an invalid Base64url encoded", bad[i]);
      expect(fault(header + "." + bad[i] + "." + SIGNATURE)).toBe(
        "Jwt payload is an invalid Base64url encoded",
        bad[i],
      );
      expect(fault(header + ".e30." + bad[i])).toBe("Jwt signature is an invalid Base64url encoded", bad[i]);
    }
    // "e30" is {}; "e31" has the same bytes and two bits left over.
    expect(fault(header + ".e30.AA")).toBe("");
    expect(fault(header + ".e31.AA")).toBe("Jwt payload is an invalid Base64url encoded");
    expect(fault(header + ".e30.AB")).toBe("Jwt signature is an invalid Base64url encoded");
    expect(fault("e31.e30.AA")).toBe("Jwt header is an invalid Base64url encoded");
  });

  it("wants a header that is a JSON object", () => {
    const json = "Jwt header is an invalid JSON";
    expectAll(
      [
        ["", FORMAT],
        ["x", json],
        ["[]", json],
        ["null", json],
        ['"RS256"', json],
        ['{"alg":"RS256"', json],
        ['{"alg":"RS256",}', json],
        ["{'alg':'RS256'}", json],
        ['{"alg":"RS256"}x', json],
        ['{"alg":"RS256","alg":"RS256"}', json],
        ['{"alg":"RS256","\\u0061lg":"none"}', json],
        ['{"alg":"RS256","x":' + "[".repeat(32) + "]".repeat(32) + "}", json],
      ],
      faultOfHeader,
    );
  });

  it("judges alg, kid and crit in this order", () => {
    const alg = "Jwt header [alg] field is required and must be a string";
    const unsupported = "Jwt header [alg] is not supported";
    const kid = "Jwt header [kid] field is not a string";
    const crit = "Jwt header [crit] is not supported";
    expectAll(
      [
        ["{}", alg],
        ['{"alg":1}', alg],
        ['{"alg":null}', alg],
        ['{"alg":["RS256"]}', alg],
        ['{"kid":1}', alg],
        ['{"alg":"none"}', unsupported],
        ['{"alg":"None"}', unsupported],
        ['{"alg":"NONE"}', unsupported],
        ['{"alg":"nOnE"}', unsupported],
        ['{"alg":""}', unsupported],
        ['{"alg":"rs256"}', unsupported],
        ['{"alg":"RS25"}', unsupported],
        ['{"alg":"RS2566"}', unsupported],
        ['{"alg":"RS256 "}', unsupported],
        ['{"alg":"RS256\\u0000"}', unsupported],
        ['{"alg":"RS1"}', unsupported],
        ['{"alg":"none","kid":1}', unsupported],
        ['{"alg":"RS256","kid":1}', kid],
        ['{"alg":"RS256","kid":null}', kid],
        ['{"alg":"RS256","kid":1,"crit":["exp"]}', kid],
        ['{"alg":"RS256","crit":["exp"]}', crit],
        ['{"alg":"RS256","crit":[]}', crit],
        ['{"alg":"RS256","crit":null}', crit],
        ['{"alg":"RS256","kid":"","typ":1,"cty":2,"jku":"https://x","jwk":{},"x5u":3,"x5c":[]}', ""],
        ['{"alg":"RS\\u00325\\u0036","kid":"a"}', ""],
      ],
      faultOfHeader,
    );
  });

  it("wants a payload that is a JSON object", () => {
    const json = "Jwt payload is an invalid JSON";
    expectAll(
      [
        ["", FORMAT],
        ["[]", json],
        ["1", json],
        ["{", json],
        ['{"a":1,"a":1}', json],
        ['{"a":{"b":1,"b":2}}', json],
        ['{"a":"\\ud800"}', json],
        ['{"a":01}', json],
        ['{"a":1}{}', json],
        ['{"a":' + "[".repeat(32) + "]".repeat(32) + "}", json],
        ['{"a":' + "[".repeat(31) + "]".repeat(31) + "}", ""],
        [" {} ", ""],
      ],
      faultOfPayload,
    );
    expect(fault(base64url(HEADER) + ".eyJhIjoi_yJ9.AA")).toBe(json, "not UTF-8");
  });

  it("judges types of claims one after the other", () => {
    const iss = "Jwt payload [iss] field is not a string";
    const sub = "Jwt payload [sub] field is not a string";
    const iat = "Jwt payload [iat] field is not an integer";
    const iatRange = "Jwt payload [iat] field is not a positive 64 bit integer";
    const nbf = "Jwt payload [nbf] field is not an integer";
    const nbfRange = "Jwt payload [nbf] field is not a positive 64 bit integer";
    const exp = "Jwt payload [exp] field is not an integer";
    const expRange = "Jwt payload [exp] field is not a positive 64 bit integer";
    const jti = "Jwt payload [jti] field is not a string";
    const aud = "Jwt payload [aud] field is not a string or string list";
    // From the back: each fault is added in front of those that come after it.
    expectAll(
      [
        ['{"aud":1}', aud],
        ['{"jti":1,"aud":1}', jti],
        ['{"exp":-1,"jti":1,"aud":1}', expRange],
        ['{"exp":"1","jti":1,"aud":1}', exp],
        ['{"nbf":-1,"exp":"1","jti":1,"aud":1}', nbfRange],
        ['{"nbf":"1","exp":"1","jti":1,"aud":1}', nbf],
        ['{"iat":-1,"nbf":"1","exp":"1","jti":1,"aud":1}', iatRange],
        ['{"iat":"1","nbf":"1","exp":"1","jti":1,"aud":1}', iat],
        ['{"sub":1,"iat":"1","nbf":"1","exp":"1","jti":1,"aud":1}', sub],
        ['{"aud":1,"jti":1,"exp":"1","nbf":"1","iat":"1","sub":1,"iss":1}', iss],
      ],
      faultOfPayload,
    );
    // Claims before the signature's base64url.
    expect(fault(base64url(HEADER) + "." + base64url('{"aud":1}') + ".!!")).toBe(aud);
    // Header before payload.
    expect(fault(base64url("{}") + ".!!.!!")).toBe("Jwt header [alg] field is required and must be a string");
  });

  it("takes claims of the right type only", () => {
    const strings: string[] = ["iss", "sub", "jti"];
    for (let i = 0; i < strings.length; i++) {
      const name = strings[i];
      const wrong: string[] = ["null", "1", "true", "[]", "{}", '["a"]'];
      for (let j = 0; j < wrong.length; j++) {
        expect(faultOfPayload('{"' + name + '":' + wrong[j] + "}")).toBe(
          "Jwt payload [" + name + "] field is not a string",
        );
      }
      expect(faultOfPayload('{"' + name + '":""}')).toBe("");
    }
    const dates: string[] = ["iat", "nbf", "exp"];
    for (let i = 0; i < dates.length; i++) {
      const name = dates[i];
      const wrong: string[] = ["null", '"1"', "true", "[1]", "{}"];
      for (let j = 0; j < wrong.length; j++) {
        expect(faultOfPayload('{"' + name + '":' + wrong[j] + "}")).toBe(
          "Jwt payload [" + name + "] field is not an integer",
        );
      }
      const beyond: string[] = ["-1", "-0.5", "18446744073709551616", "1e20", "1e400", "-1e400"];
      for (let j = 0; j < beyond.length; j++) {
        expect(faultOfPayload('{"' + name + '":' + beyond[j] + "}")).toBe(
          "Jwt payload [" + name + "] field is not a positive 64 bit integer",
          beyond[j],
        );
      }
      const good: string[] = ["0", "1", "1.9", "1e10", "18446744073709551615", "-0"];
      for (let j = 0; j < good.length; j++)
        expect(faultOfPayload('{"' + name + '":' + good[j] + "}")).toBe("", good[j]);
    }
    const audiences: string[] = ["null", "1", "{}", "[1]", '["a",null]', '["a",["b"]]'];
    for (let i = 0; i < audiences.length; i++) {
      expect(faultOfPayload('{"aud":' + audiences[i] + "}")).toBe(
        "Jwt payload [aud] field is not a string or string list",
        audiences[i],
      );
    }
    expect(faultOfPayload('{"aud":"a"}')).toBe("");
    expect(faultOfPayload('{"aud":[]}')).toBe("");
    expect(faultOfPayload('{"aud":["a","b"]}')).toBe("");
  });

  it("cuts fractions off, as Envoy does", () => {
    expect(faultOfPayload('{"exp":1.9,"nbf":1e3}')).toBe("");
    expect(token.expiry).toBe(1);
    expect(token.notBefore).toBe(1000);
  });
});
