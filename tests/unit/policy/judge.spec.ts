import { CONTINUE } from "../../../assembly/host/status";
import { Configuration } from "../../../assembly/config/model";
import { judgeRequest } from "../../../assembly/policy/judge";
import { good } from "../config/decode";
import { AUTHENTICATED, authorized, configuration, HEADER, jwks, NOT_SIGNED, tokenOf } from "../fixtures";
import * as mock from "../mock";
import { expectPassed, expectReply, GOOD, INVALID, REALM, request, TO_TEAM } from "./request";

export { malloc } from "../../../assembly/host/memory";

describe("judgeRequest", () => {
  it("passes a good token, takes it away and writes its claims", () => {
    request(GOOD);
    expectPassed(judgeRequest(good(configuration(AUTHENTICATED, TO_TEAM))));
    expect(mock.headerCount("authorization")).toBe(0);
    expect(mock.headerCount("x-team") == 1 && mock.headerIs("x-team", "dev")).toBe(true);
  });

  it("forwards the token where the provider says so", () => {
    request(GOOD);
    expectPassed(judgeRequest(good(configuration(AUTHENTICATED, '"forwardToken":true,' + TO_TEAM))));
    expect(mock.headerIs("authorization", GOOD)).toBe(true);
  });

  it("answers 401 with a challenge, 403 and 500 without one", () => {
    const c = good(configuration(authorized('{"claims":{"team":"dev"}}')));
    request("");
    expectReply(judgeRequest(c), 401, "jwt_missing", "Jwt is missing", REALM);
    request("Basic a");
    expectReply(judgeRequest(c), 401, "jwt_missing", "Jwt is missing", REALM);
    request("Bearer");
    const format = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections";
    expectReply(judgeRequest(c), 401, "jwt_bad_format", format, INVALID);
    request("Bearer " + "a".repeat(20000));
    expectReply(judgeRequest(c), 401, "jwt_too_large", format, INVALID);
    request(GOOD + "," + GOOD);
    expectReply(judgeRequest(c), 401, "jwt_multiple_tokens", "Found multiple Jwt tokens", INVALID);
    request("Bearer " + tokenOf(HEADER, '{"exp":1}'));
    expectReply(judgeRequest(c), 401, "jwt_expired", "Jwt is expired", INVALID);
    request(GOOD);
    mock.setForeign(0, NOT_SIGNED);
    expectReply(judgeRequest(c), 401, "jwt_verification_failed", "Jwt verification fails", INVALID);
    request("Bearer " + tokenOf(HEADER, '{"team":"ops"}'));
    expectReply(judgeRequest(c), 403, "rbac_denied", "RBAC: access denied", "");
    request(GOOD);
    mock.setForeign(1, "");
    expectReply(judgeRequest(c), 401, "jwt_verification_failed", "Jwt verification fails", INVALID);
    request(GOOD);
    mock.failCall("proxy_get_current_time_nanoseconds", 1);
    expectReply(judgeRequest(c), 500, "host_failure", "Request cannot be judged", "");
    request(GOOD);
    expectReply(judgeRequest(null), 500, "host_failure", "Request cannot be judged", "");
  });

  it("leaves a refused request's token and writes no identity", () => {
    request("Bearer " + tokenOf(HEADER, '{"team":"ops"}'));
    judgeRequest(good(configuration(authorized('{"claims":{"team":"dev"}}'), TO_TEAM)));
    expect(mock.headerCount("x-team")).toBe(0);
    expect(mock.callsOf("proxy_add_header_map_value")).toBe(0);
  });

  it("takes identity headers from every request", () => {
    request("");
    expectPassed(judgeRequest(good(configuration('{"checks":[]}', TO_TEAM))));
    expect(mock.headerCount("x-team")).toBe(0, "an open route");
    request("");
    judgeRequest(good(configuration(AUTHENTICATED, TO_TEAM)));
    expect(mock.headerCount("x-team")).toBe(0, "a refused request");
    request(GOOD);
    expectPassed(judgeRequest(good(configuration('{"checks":[]}'))));
    expect(mock.headerIs("x-team", "spoofed")).toBe(true, "nobody owns it");
    expect(mock.headerIs("authorization", GOOD)).toBe(true, "an open route leaves the token alone");
  });

  it("closes what cannot be enforced", () => {
    request(GOOD);
    const c = good(configuration('{"unenforceable":"why"}', TO_TEAM));
    expectReply(judgeRequest(c), 500, "policy_unenforceable", "Policy of the route cannot be enforced", "");
    expect(mock.foreignCalls()).toBe(0);
  });

  it("denies by an empty authorization, and by one without authentication", () => {
    request(GOOD);
    const empty = '{"checks":[{"authentication":{"providers":["p"]},"authorization":{"policies":{}}}]}';
    expectReply(judgeRequest(good(configuration(empty))), 403, "rbac_denied", "RBAC: access denied", "");
    request(GOOD);
    const alone = '{"checks":[{"authorization":{"policies":{"a":{"principals":[{"claims":{"team":"dev"}}]}}}}]}';
    expectReply(judgeRequest(good(configuration(alone))), 403, "rbac_denied", "RBAC: access denied", "");
  });
});

/** Providers p and q (issuers p and q, headers x-p and x-q) and one policy of these checks. */
function twoProviders(checks: string, q: string = ""): Configuration {
  return good(
    '{"version":1,"providers":{"p":{"issuer":"p","jwks":' +
      jwks() +
      ',"claimsToHeaders":[{"claim":"team","header":"x-p"}]},' +
      '"q":{"jwks":' +
      jwks() +
      ',"claimsToHeaders":[{"claim":"team","header":"x-q"}]' +
      q +
      "}}," +
      '"policies":{"only":{"checks":[' +
      checks +
      ']}},"defaultPolicy":"only"}',
  );
}

const BY_P = '{"authentication":{"providers":["p"]}}';
const BY_Q = '{"authentication":{"providers":["q"]}}';
const OF_P = "Bearer " + tokenOf(HEADER, '{"iss":"p","team":"dev"}');

describe("several checks", () => {
  it("must all pass, and each writes its headers", () => {
    request(OF_P);
    expectPassed(judgeRequest(twoProviders(BY_P + "," + BY_Q)));
    expect(mock.headerIs("x-p", "dev") && mock.headerIs("x-q", "dev")).toBe(true);
    request("Bearer " + tokenOf(HEADER, '{"iss":"other","team":"dev"}'));
    expectReply(
      judgeRequest(twoProviders(BY_Q + "," + BY_P)),
      401,
      "jwt_unknown_issuer",
      "Jwt issuer is not configured",
      INVALID,
    );
  });

  it("see only what their own authentication verified", () => {
    request(OF_P);
    const second = '{"authorization":{"policies":{"a":{"principals":[{"claims":{"team":"dev"}}]}}}}';
    expectReply(judgeRequest(twoProviders(BY_P + "," + second)), 403, "rbac_denied", "RBAC: access denied", "");
    const bound =
      '{"authentication":{"providers":["q"]},"authorization":{"policies":{"a":{"principals":[{"claims":{"team":"dev"},"provider":"p"}]}}}}';
    request(OF_P);
    expectReply(judgeRequest(twoProviders(BY_P + "," + bound)), 403, "rbac_denied", "RBAC: access denied", "");
  });

  it("forward the token only if all of their providers do", () => {
    request(OF_P);
    expectPassed(judgeRequest(twoProviders(BY_P + "," + BY_Q, ',"forwardToken":true')));
    expect(mock.headerCount("authorization")).toBe(0);
    request(OF_P);
    expectPassed(judgeRequest(twoProviders(BY_Q, ',"forwardToken":true')));
    expect(mock.headerCount("authorization")).toBe(1);
  });

  it("do not inherit another request's verdict", () => {
    request(OF_P);
    const authorizing = '{"authorization":{"policies":{"a":{"principals":[{"claims":{"team":"dev"}}]}}}}';
    expectPassed(judgeRequest(twoProviders(BY_P)));
    request("");
    expectReply(judgeRequest(twoProviders(authorizing)), 403, "rbac_denied", "RBAC: access denied", "");
  });
});

/** Policies by route name: `#open`, `#closed`, `#team`, and by default an unenforceable one. */
function byRoute(): Configuration {
  return good(
    '{"version":1,"policyFromRouteName":true,"defaultPolicy":"default","providers":{"p":{"jwks":' +
      jwks() +
      "," +
      TO_TEAM +
      "}}," +
      '"policies":{"open":{"checks":[]},"closed":{"unenforceable":"x"},"team":' +
      AUTHENTICATED +
      ',"":{"checks":[]},' +
      '"default":{"unenforceable":"default","identityHeaders":["x-default"]}}}',
  );
}

/** Status of the reply for a route's name; 0 if the request passed. */
function statusFor(routeName: string): u32 {
  request("");
  mock.setProperty("xds\0route_name", routeName);
  const answer = judgeRequest(byRoute());
  expect(answer == CONTINUE).toBe(mock.localStatus() == 0, routeName);
  return mock.localStatus();
}

describe("the policy of a route", () => {
  it("is named behind the last # of the route's name", () => {
    expect(statusFor("httproute/ns/r/0/0#open")).toBe(0);
    expect(statusFor("httproute/ns/r/0/0#team")).toBe(401);
    expect(statusFor("a#team#open")).toBe(0);
    expect(statusFor("a#open#team")).toBe(401);
    expect(statusFor("#open")).toBe(0);
    expect(statusFor("a#closed")).toBe(500);
    expect(mock.localBodyIs("Policy of the route cannot be enforced")).toBe(true);
  });

  it("is refused if it is not known", () => {
    const names: string[] = [
      "a#gone",
      "a#Open",
      "a#open ",
      "a#ope",
      "a#opens",
      "a",
      "open",
      "",
      "a#open#gone",
      "a/open",
    ];
    for (let i = 0; i < names.length; i++) {
      expect(statusFor(names[i])).toBe(500, names[i]);
      expect(mock.localBodyIs("Policy of the route is not known")).toBe(true, names[i]);
      expect(mock.headerCount("x-team")).toBe(0, "identity headers go first");
    }
    expect(statusFor("a#")).toBe(0, "a policy without a name is a policy");
  });

  it("is the default where no route matched, and where routes are not asked for", () => {
    request("");
    expectReply(judgeRequest(byRoute()), 500, "policy_unenforceable", "Policy of the route cannot be enforced", "");
    request("");
    mock.setProperty("xds\0route_name", "a#gone");
    expectPassed(judgeRequest(good(configuration('{"checks":[]}'))));
    expect(mock.callsOf("proxy_get_property")).toBe(0);
  });

  it("is not guessed when the host fails", () => {
    for (let status: u32 = 2; status < 13; status++) {
      request(GOOD);
      mock.setProperty("xds\0route_name", "a#open");
      mock.failCall("proxy_get_property", status);
      expectReply(judgeRequest(byRoute()), 500, "host_failure", "Request cannot be judged", "");
    }
  });

  it("is read before any header is changed, which would make Envoy choose again", () => {
    request(GOOD);
    mock.setProperty("xds\0route_name", "a#team");
    expectPassed(judgeRequest(byRoute()));
    expect(mock.hostCallIs(0, "proxy_get_property")).toBe(true);
  });
});
