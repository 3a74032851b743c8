// The examples of RFC 7515 (appendix A), RFC 7520 (§4) and RFC 8037 (A.4), by our own code and by the host's; each with its payload
// changed is refused.
import { describe, expect, it } from "vitest";
import { EXAMPLES } from "./examples.js";
import { both, judge } from "./judge.js";

describe.each(EXAMPLES)("$name", ({ jwk, jws }) => {
  it("is valid", () => expect(judge([jwk], jws)).toEqual(both("valid")));

  it("is not, if a character is changed in what is signed or in the signature", () => {
    const [header, payload, signature] = jws.split(".") as [string, string, string];
    const changed = (text: string) => (text.startsWith("A") ? "B" : "A") + text.slice(1);
    const fails = both("jwt_verification_failed");
    expect(judge([jwk], `${header}.${changed(payload)}.${signature}`)).toEqual(fails);
    expect(judge([jwk], `${header}.${payload}.${changed(signature)}`)).toEqual(fails);
  });
});
