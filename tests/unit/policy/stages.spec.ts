// What a request without a good token may do, and two authentications that each want a token of their own.
import { Configuration } from "../../../assembly/config/model";
import { judgeRequest } from "../../../assembly/policy/judge";
import { good } from "../config/decode";
import { configuration, HEADER, jwks, NOT_SIGNED, tokenOf } from "../fixtures";
import * as mock from "../mock";
import { expectPassed, expectReply, GOOD, INVALID, REALM, request, TO_TEAM } from "./request";

export { malloc } from "../../../assembly/host/memory";

const DENIED = "RBAC: access denied";
const RBAC = '"authorization":{"policies":{"a":{"principals":[{"claims":{"team":"dev"}}]}}}';

function allowing(policy: string, more: string = "", provider: string = TO_TEAM): Configuration {
  const authentication = '"authentication":{"providers":["p"],"validationPolicy":"' + policy + '"}';
  return good(configuration('{"checks":[{' + authentication + (more.length > 0 ? "," : "") + more + "}]}", provider));
}

describe("ALLOW_MISSING", () => {
  it("passes a request without a token, and writes nothing", () => {
    const missing: string[] = ["", "Basic YTpi"];
    for (let i = 0; i < missing.length; i++) {
      request(missing[i]);
      expectPassed(judgeRequest(allowing("ALLOW_MISSING")));
      expect(mock.headerCount("x-team")).toBe(0, "not even the client's own");
      expect(mock.headerCount("authorization")).toBe(missing[i].length > 0 ? 1 : 0);
    }
  });

  it("passes nothing else (CVE-2021-21378)", () => {
    const c = allowing("ALLOW_MISSING", "", '"issuer":"i"');
    request("Bearer");
    const format = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections";
    expectReply(judgeRequest(c), 401, "jwt_bad_format", format, INVALID);
    request(GOOD);
    expectReply(judgeRequest(c), 401, "jwt_unknown_issuer", "Jwt issuer is not configured", INVALID);
    request("Bearer " + tokenOf(HEADER, '{"iss":"i","exp":1}'));
    expectReply(judgeRequest(c), 401, "jwt_expired", "Jwt is expired", INVALID);
    request(GOOD, "/a?access_token=other");
    expect(judgeRequest(c)).toBe(1);
    expect(mock.localBodyIs("Found multiple Jwt tokens")).toBe(true);
  });

  it("leaves authorization without claims, which denies", () => {
    request("");
    expectReply(judgeRequest(allowing("ALLOW_MISSING", RBAC)), 403, "rbac_denied", DENIED, "");
    request(GOOD);
    expectPassed(judgeRequest(allowing("ALLOW_MISSING", RBAC)));
  });
});

describe("ALLOW_MISSING_OR_FAILED", () => {
  it("passes a bad token without its claims, and takes it away", () => {
    const bad: string[] = [GOOD, "Bearer", "Bearer x", "Bearer a,Bearer b", "Bearer " + tokenOf(HEADER, '{"exp":1}')];
    for (let i = 0; i < bad.length; i++) {
      request(bad[i]);
      mock.setForeign(0, NOT_SIGNED);
      expectPassed(judgeRequest(allowing("ALLOW_MISSING_OR_FAILED")));
      expect(mock.headerCount("x-team") + mock.headerCount("authorization")).toBe(0, bad[i]);
    }
    request("Basic YTpi");
    expectPassed(judgeRequest(allowing("ALLOW_MISSING_OR_FAILED")));
    expect(mock.headerIs("authorization", "Basic YTpi")).toBe(true, "no token of anybody's");
  });

  it("leaves it where all providers forward tokens", () => {
    request("Bearer x");
    expectPassed(judgeRequest(allowing("ALLOW_MISSING_OR_FAILED", "", '"forwardToken":true')));
    expect(mock.headerIs("authorization", "Bearer x")).toBe(true);
  });

  it("passes a good token with its claims", () => {
    request(GOOD);
    expectPassed(judgeRequest(allowing("ALLOW_MISSING_OR_FAILED", RBAC)));
    expect(mock.headerIs("x-team", "dev")).toBe(true);
  });

  it("leaves authorization without claims, which denies", () => {
    request(GOOD);
    mock.setForeign(0, NOT_SIGNED);
    expectReply(judgeRequest(allowing("ALLOW_MISSING_OR_FAILED", RBAC)), 403, "rbac_denied", DENIED, "");
  });

  it("does not forgive the host", () => {
    request(GOOD);
    mock.failCall("proxy_get_current_time_nanoseconds", 1);
    const c = allowing("ALLOW_MISSING_OR_FAILED");
    expectReply(judgeRequest(c), 500, "host_failure", "Request cannot be judged", "");
  });
});

describe("failureStatus", () => {
  it("tells what failed, whether it is refused or not", () => {
    request("Bearer " + tokenOf(HEADER, '{"exp":1}'));
    judgeRequest(allowing("REQUIRE_VALID", "", '"failureStatus":"jwt"'));
    expect(mock.propertyIs("jwt.code", "jwt_expired") && mock.propertyIs("jwt.message", "Jwt is expired")).toBe(true);
    request("Bearer x");
    expectPassed(judgeRequest(allowing("ALLOW_MISSING_OR_FAILED", "", '"failureStatus":"jwt"')));
    expect(mock.propertyIs("jwt.code", "jwt_bad_format")).toBe(true);
    request("");
    judgeRequest(allowing("REQUIRE_VALID", "", '"failureStatus":"jwt"'));
    expect(mock.propertyIs("jwt.code", "jwt_missing")).toBe(true);
  });

  it("tells nothing of what passed", () => {
    request(GOOD);
    expectPassed(judgeRequest(allowing("REQUIRE_VALID", "", '"failureStatus":"jwt"')));
    request("");
    expectPassed(judgeRequest(allowing("ALLOW_MISSING", "", '"failureStatus":"jwt"')));
    expect(mock.callsOf("proxy_set_property")).toBe(0);
  });
});

/** p reads `authorization`, q reads x-jwt; issuers p and q, headers x-p and x-q. `rest` belongs to the one check. */
function staged(rest: string, before: string = "", after: string = ""): Configuration {
  const provider = (name: string, more: string): string =>
    '"' +
    name +
    '":{"issuer":"' +
    name +
    '","jwks":' +
    jwks() +
    ',"claimsToHeaders":[{"claim":"team","header":"x-' +
    name +
    '"}]' +
    more +
    "}";
  const check =
    '{"precedingAuthentication":{"providers":["p"]' +
    before +
    '},"authentication":{"providers":["q"]' +
    after +
    "}" +
    rest +
    "}";
  return good(
    '{"version":1,"providers":{' +
      provider("p", "") +
      "," +
      provider("q", ',"tokenSources":[{"kind":"header","name":"x-jwt"}]') +
      '},"policies":{"only":{"checks":[' +
      check +
      ']}},"defaultPolicy":"only"}',
  );
}

/** Bob (ops) of p, Carol (finance) of q. */
function both(bob: bool, carol: bool): void {
  request(bob ? "Bearer " + tokenOf(HEADER, '{"iss":"p","team":"ops"}') : "");
  if (carol) mock.addHeader("x-jwt", tokenOf(HEADER, '{"iss":"q","team":"finance"}'));
}

function teams(principal: string): string {
  return ',"authorization":{"policies":{"a":{"principals":[' + principal + "]}}}";
}

describe("two authentications", () => {
  it("both want a token, and both write their claims", () => {
    both(true, true);
    expectPassed(judgeRequest(staged("")));
    expect(mock.headerIs("x-p", "ops") && mock.headerIs("x-q", "finance")).toBe(true);
    expect(mock.headerCount("authorization") + mock.headerCount("x-jwt")).toBe(0);
    both(false, true);
    expectReply(judgeRequest(staged("")), 401, "jwt_missing", "Jwt is missing", REALM);
    both(true, false);
    expectReply(judgeRequest(staged("")), 401, "jwt_missing", "Jwt is missing", REALM);
  });

  it("authorize by the later one's claims", () => {
    both(true, true);
    expectPassed(judgeRequest(staged(teams('{"claims":{"team":"finance"}}'))));
    both(true, true);
    expectReply(judgeRequest(staged(teams('{"claims":{"team":"ops"}}'))), 403, "rbac_denied", DENIED, "");
  });

  it("authorize by the earlier one's claims where a principal names its provider, or the later one has none", () => {
    both(true, true);
    expectPassed(judgeRequest(staged(teams('{"claims":{"team":"ops"},"provider":"p"}'))));
    both(true, true);
    expectPassed(judgeRequest(staged(teams('{"claims":{"team":"finance"},"provider":"q"}'))));
    both(true, true);
    const crossed = teams('{"claims":{"team":"ops"},"provider":"q"},{"claims":{"team":"finance"},"provider":"p"}');
    expectReply(judgeRequest(staged(crossed)), 403, "rbac_denied", DENIED, "");
    both(true, false);
    const optional = ',"validationPolicy":"ALLOW_MISSING"';
    expectPassed(judgeRequest(staged(teams('{"claims":{"team":"ops"}}'), "", optional)));
    both(false, true);
    expectPassed(judgeRequest(staged(teams('{"claims":{"team":"finance"}}'), optional)));
    both(false, false);
    expectReply(
      judgeRequest(staged(teams('{"claims":{"team":"ops"}}'), optional, optional)),
      403,
      "rbac_denied",
      DENIED,
      "",
    );
  });

  it("tolerate an absent token where they may, never a bad one", () => {
    both(false, true);
    expectPassed(judgeRequest(staged("", ',"validationPolicy":"ALLOW_MISSING"')));
    both(false, true);
    mock.addHeader("authorization", "Bearer x");
    expect(judgeRequest(staged("", ',"validationPolicy":"ALLOW_MISSING"'))).toBe(1);
    expect(mock.localStatus()).toBe(401);
  });
});
