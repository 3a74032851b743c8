// Whatever a host call answers: no request passes that would not have passed had it worked.
import { STOP_ITERATION } from "../../../assembly/host/status";
import { Configuration } from "../../../assembly/config/model";
import { judgeRequest } from "../../../assembly/policy/judge";
import { good } from "../config/decode";
import { AUTHENTICATED, authorized, configuration, HEADER, jwks, NOT_SIGNED, tokenOf } from "../fixtures";
import * as mock from "../mock";
import { expectPassed, expectReply, GOOD, request, TO_TEAM } from "./request";

export { malloc } from "../../../assembly/host/memory";

/** A request that touches every host call, under a configuration that makes all of them. */
function thorough(variants: bool): Configuration {
  const policy = authorized('{"claims":{"team":"dev"}}', '"permissions":{"pathPrefix":"/a","methods":["GET"]}').replace(
    '{"checks"',
    '{"identityHeaders":["x-own"],"checks"',
  );
  return good(
    configuration(policy, TO_TEAM, '"policyFromRouteName":true,"removeUnderscoreVariants":' + variants.toString()),
  );
}

function thoroughRequest(): void {
  request(GOOD);
  mock.addHeader("x-own", "spoofed");
  mock.setProperty("xds\0route_name", "a#only");
}

/** The same for the calls that only other places of tokens, joined claims and tolerated failures need. */
function unusual(): Configuration {
  const provider =
    '"issuer":"i","failureStatus":"f","tokenSources":[{"kind":"header","name":"x-jwt"},{"kind":"query","name":"q"}],' +
    '"claimsToHeaders":[{"claim":"team","header":"x-team"},{"claim":"team","header":"x-team","append":true}]';
  const failed = '{"authentication":{"providers":["q"],"validationPolicy":"ALLOW_MISSING_OR_FAILED"}}';
  const taken = '{"authentication":{"providers":["p"]}}';
  return good(
    configuration('{"checks":[' + failed + "," + taken + "]}", provider).replace(
      '"providers":{',
      '"providers":{"q":{"issuer":"other","failureStatus":"g","jwks":' + jwks() + "},",
    ),
  );
}

function unusualRequest(): void {
  const token = tokenOf(HEADER, '{"iss":"i","team":"dev"}');
  request("Bearer " + token, "/a?q=" + token + "&r=1");
  mock.addHeader("x-jwt", token);
}

/** The request is refused whose call of this number failed. */
function expectClosed(answer: i32, number: i32, what: string): void {
  expect(answer).toBe(STOP_ITERATION, what);
  // Our own code judges the signature then, and knows that it is none.
  const native = mock.hostCallIs(number, "proxy_call_foreign_function");
  expect(mock.localStatus()).toBe(native ? 401 : 500, what);
  expect(mock.localBodyIs(native ? "Jwt verification fails" : "Request cannot be judged")).toBe(true, what);
}

describe("a host call that fails", () => {
  it("is one of these too", () => {
    const c = unusual();
    unusualRequest();
    expectPassed(judgeRequest(c));
    expect(mock.headerIs("x-team", "dev,dev") && mock.headerIs(":path", "/a?r=1")).toBe(true);
    expect(mock.propertyIs("g.code", "jwt_unknown_issuer")).toBe(true);
    const calls = mock.hostCalls();
    for (let number = 0; number < calls; number++) {
      for (let status: u32 = 2; status < 14; status++) {
        unusualRequest();
        mock.failCallNumber(number, status);
        const what = "call " + number.toString() + ", status " + status.toString();
        expectClosed(judgeRequest(c), number, what);
      }
    }
  });

  it("never lets a request pass, whichever it is and whatever it answers", () => {
    for (let variants = 0; variants < 2; variants++) {
      const c = thorough(variants == 1);
      thoroughRequest();
      expectPassed(judgeRequest(c));
      const calls = mock.hostCalls();
      expect(calls > 9).toBe(true, "calls of a good request: " + calls.toString());
      for (let number = 0; number < calls; number++) {
        for (let status: u32 = 2; status < 14; status++) {
          thoroughRequest();
          mock.failCallNumber(number, status);
          const what = "call " + number.toString() + ", status " + status.toString();
          expectClosed(judgeRequest(c), number, what);
        }
      }
    }
  });

  it("leaves a refusal a refusal", () => {
    const c = thorough(true);
    thoroughRequest();
    mock.setForeign(0, NOT_SIGNED);
    judgeRequest(c);
    const calls = mock.hostCalls();
    for (let number = 0; number < calls; number++) {
      for (let status: u32 = 1; status < 14; status++) {
        thoroughRequest();
        mock.setForeign(0, NOT_SIGNED);
        mock.failCallNumber(number, status);
        expect(judgeRequest(c)).toBe(STOP_ITERATION, "call " + number.toString() + ", status " + status.toString());
      }
    }
  });

  it("keeps the request stopped if it is the reply that fails", () => {
    request("");
    mock.failCall("proxy_send_local_response", 10);
    expect(judgeRequest(good(configuration(AUTHENTICATED)))).toBe(STOP_ITERATION);
    expect(mock.logHas("claimgate: the host refused a local reply")).toBe(true);
  });

  it("is not taken for success when it says NotFound", () => {
    const c = thorough(true);
    const calls: string[] = [
      "proxy_get_header_map_pairs",
      "proxy_get_current_time_nanoseconds",
      "proxy_add_header_map_value",
    ];
    for (let i = 0; i < calls.length; i++) {
      thoroughRequest();
      mock.failCall(calls[i], 1);
      expectReply(judgeRequest(c), 500, "host_failure", "Request cannot be judged", "");
    }
    thoroughRequest();
    mock.failCall("proxy_get_header_map_value", 1);
    expect(judgeRequest(c)).toBe(STOP_ITERATION);
    expect(mock.localBodyIs("Jwt is missing")).toBe(true);
  });
});
