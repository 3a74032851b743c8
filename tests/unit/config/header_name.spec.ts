import { checkHeaderName } from "../../../assembly/config/header_name";
import { failureText, resetFailure } from "../../../assembly/config/fields";
import { ascii } from "../../../assembly/host/literal";
import { textOf } from "./decode";

export { malloc } from "../../../assembly/host/memory";

/** What is wrong with a name; empty if nothing. */
function fault(name: string): string {
  resetFailure();
  checkHeaderName(ascii(name), "f");
  return failureText();
}

describe("checkHeaderName", () => {
  it("takes RFC 9110 tokens and lower-cases them", () => {
    const name = ascii("X-Team");
    resetFailure();
    checkHeaderName(name, "f");
    expect(failureText()).toBe("");
    expect(textOf(name)).toBe("x-team");
    expect(fault("!#$%&'*+-.^_`|~09az")).toBe("", "every kind of token character");
    expect(fault("a".repeat(128))).toBe("");
  });

  it("refuses every other character", () => {
    // RFC 9110 §5.6.2, tchar.
    const allowed = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (let c = 0; c < 256; c++) {
      const character = String.fromCharCode(c);
      const expected = allowed.includes(character) ? "" : "f: is not a header name (RFC 9110 token)";
      expect(fault("q" + character)).toBe(expected, "character " + c.toString());
    }
  });

  it("refuses lengths that no header has", () => {
    expect(fault("")).toBe("f: must be a header name of 1 to 128 characters");
    expect(fault("a".repeat(129))).toBe("f: must be a header name of 1 to 128 characters");
  });

  it("refuses names that routing, framing or Envoy relies on, in any case", () => {
    // The list of the design: what a claim must never overwrite.
    const reserved: string[] = [
      "host",
      "Host",
      "authorization",
      "Authorization",
      "cookie",
      "transfer-encoding",
      "connection",
      "te",
      "upgrade",
      "x-request-id",
      "content-length",
      "Content-Type",
      "content-",
      "x-envoy-original-path",
      "X-Envoy-",
      "x-forwarded-for",
      "proxy-authorization",
      "proxy-connection",
      "keep-alive",
      "trailer",
      "expect",
    ];
    for (let i = 0; i < reserved.length; i++) {
      const expected = "f: " + reserved[i].toLowerCase() + " is reserved and cannot carry a claim";
      expect(fault(reserved[i])).toBe(expected, reserved[i]);
    }
    expect(fault(":path")).toBe("f: is not a header name (RFC 9110 token)");
  });

  it("takes names that only resemble those", () => {
    const names: string[] = ["hos", "hostname", "x-host", "content", "x-envoy", "x-forwarded", "teams", "t", "x-te"];
    for (let i = 0; i < names.length; i++) expect(fault(names[i])).toBe("", names[i]);
  });
});
