import { findCredential, MAX_TOKEN, tokenLength, tokenPointer } from "../../../assembly/policy/credential";
import { beginCallback } from "../../../assembly/host/memory";
import { Reason } from "../../../assembly/policy/reasons";
import { good } from "../config/decode";
import { AUTHENTICATED, configuration } from "../fixtures";
import { toText } from "../json/bytes";
import * as mock from "../mock";

export { malloc } from "../../../assembly/host/memory";

/** Where a provider looks that names no places. */
const PLACES = good(configuration(AUTHENTICATED)).policies[0].authentications[0].places;

/** What becomes of an `authorization` value: the token in brackets, or the number of the reason. */
function read(value: string): string {
  beginCallback();
  mock.reset();
  mock.addHeader("x-other", "Bearer other");
  mock.addHeader("authorization", value);
  const reason = findCredential(PLACES);
  return reason == Reason.None ? "[" + toText(tokenPointer, tokenLength) + "]" : reasonName(reason);
}

function reasonName(reason: Reason): string {
  if (reason == Reason.JwtMissing) return "missing";
  if (reason == Reason.JwtBadFormat) return "bad format";
  if (reason == Reason.JwtMultipleTokens) return "multiple";
  if (reason == Reason.JwtTooLarge) return "too large";
  return reason == Reason.HostFailure ? "host failure" : "reason " + (<i32>reason).toString();
}

function expectAll(rows: string[][]): void {
  for (let i = 0; i < rows.length; i++) expect(read(rows[i][0])).toBe(rows[i][1], rows[i][0]);
}

describe("findCredential in `authorization`", () => {
  it("takes the token behind the scheme, whose case does not matter (RFC 9110 §11.1)", () => {
    expectAll([
      ["Bearer a.b.c", "[a.b.c]"],
      ["bearer a.b.c", "[a.b.c]"],
      ["BEARER a.b.c", "[a.b.c]"],
      ["bEaReR a.b.c", "[a.b.c]"],
      ["Bearer    a.b.c", "[a.b.c]"],
      ["  \t Bearer a.b.c \t ", "[a.b.c]"],
    ]);
  });

  it("leaves what is odd in a token to those who judge tokens", () => {
    expectAll([
      ["Bearer a b", "[a b]"],
      ["Bearer \ta", "[\ta]"],
      ["Bearer\ta", "[\ta]"],
      ["Bearer a\x00b", "[a\x00b]"],
      ["Bearer Bearer a", "[Bearer a]"],
      ['Bearer "a"', '["a"]'],
    ]);
  });

  it("calls an empty credential bad, not missing", () => {
    expectAll([
      ["Bearer", "bad format"],
      ["Bearer ", "bad format"],
      ["bearer", "bad format"],
      ["Bearer   \t", "bad format"],
    ]);
  });

  it("calls every comma a second credential", () => {
    expectAll([
      ["Bearer a,Bearer b", "multiple"],
      ["Bearer a, Bearer b", "multiple"],
      ["Bearer a,", "multiple"],
      ["Bearer ,a", "multiple"],
      ["Bearer,", "multiple"],
      ["Bearer,Bearer a", "multiple"],
      ["Bearer ,", "multiple"],
      ["Bearer a,b", "multiple"],
      ["Bearer a,Basic b", "multiple"],
      ["Basic a,Bearer b", "multiple"],
      ["Basic a, \t bearer b", "multiple"],
      ["Basic a,Basic b,Bearer c", "multiple"],
      ["Basic a,Bearer", "multiple"],
      ["Basic a,,,Bearer,", "multiple"],
      [",Bearer a", "multiple"],
      [" , Bearer a", "multiple"],
    ]);
  });

  it("misses a bearer credential where there is none", () => {
    expectAll([
      ["", "missing"],
      ["   ", "missing"],
      ["Basic YTpi", "missing"],
      ["Basic a,Basic b", "missing"],
      ["Basic a,", "missing"],
      [",", "missing"],
      ["Bearera.b.c", "missing"],
      ["Bearer:a", "missing"],
      ["Beare a.b.c", "missing"],
      ["Beare", "missing"],
      ["xBearer a", "missing"],
      ["Basic Bearer a", "missing"],
      ["Basic a,Bearera", "missing"],
      // One bit away from "Bearer": the comparison folds that bit only where it is the case of a letter.
      ["\x02earer a", "missing"],
      ["Bear\x05r a", "missing"],
    ]);
    mock.reset();
    expect(findCredential(PLACES)).toBe(Reason.JwtMissing, "no header");
  });

  it("takes tokens of up to 8 KiB", () => {
    expect(MAX_TOKEN).toBe(8192);
    expect(read("Bearer " + "a".repeat(8192))).toBe("[" + "a".repeat(8192) + "]");
    expect(read("Bearer " + "a".repeat(8193))).toBe("too large");
    expect(read("Bearer " + "a".repeat(60000) + ",b")).toBe("multiple");
  });

  it("does not read a failing host as an absent header", () => {
    for (let status: u32 = 2; status < 13; status++) {
      mock.reset();
      mock.failCall("proxy_get_header_map_value", status);
      expect(findCredential(PLACES)).toBe(Reason.HostFailure, "status " + status.toString());
    }
  });
});
