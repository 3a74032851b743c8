import { authorize } from "../../../assembly/policy/authorize";
import { beginCallback } from "../../../assembly/host/memory";
import { AuthorizationPolicy } from "../../../assembly/config/model";
import { JsonDocument, JsonError } from "../../../assembly/json/document";
import { Reason } from "../../../assembly/policy/reasons";
import { good } from "../config/decode";
import { jwks } from "../fixtures";
import { Bytes } from "../json/bytes";
import * as mock from "../mock";

export { malloc } from "../../../assembly/host/memory";

const payload = new JsonDocument(256, 32);

/** The members of `authorization.policies`, compiled; providers are p (0) and q (1). */
function compile(members: string): StaticArray<AuthorizationPolicy> {
  const configuration = good(
    '{"version":1,"providers":{"p":{"jwks":' +
      jwks() +
      '},"q":{"jwks":' +
      jwks() +
      "}}," +
      '"policies":{"only":{"checks":[{"authorization":{"policies":{' +
      members +
      '}}}]}},"defaultPolicy":"only"}',
  );
  const policies = configuration.policies[0].checks[0].authorization;
  return policies === null ? new StaticArray<AuthorizationPolicy>(0) : policies;
}

/** One policy with these principals. */
function policy(principals: string, more: string = ""): StaticArray<AuthorizationPolicy> {
  return compile('"a":{"principals":[' + principals + "]" + (more.length > 0 ? "," : "") + more + "}");
}

/** "allowed", "denied" or "host failure". */
function judge(policies: StaticArray<AuthorizationPolicy>, claims: string, provider: i32 = 0): string {
  const bytes = Bytes.text(claims);
  expect(payload.parse(bytes.pointer, bytes.length)).toBe(JsonError.None, claims);
  beginCallback();
  return nameOf(authorize(policies, payload, provider));
}

function nameOf(reason: Reason): string {
  if (reason == Reason.None) return "allowed";
  return reason == Reason.RbacDenied ? "denied" : reason == Reason.HostFailure ? "host failure" : "other";
}

/** Each row: claims, verdict. */
function expectAll(policies: StaticArray<AuthorizationPolicy>, rows: string[][]): void {
  for (let i = 0; i < rows.length; i++) expect(judge(policies, rows[i][0])).toBe(rows[i][1], rows[i][0]);
}

describe("matchers", () => {
  it("EXACT_STRING: a string that is equal", () => {
    expectAll(policy('{"claims":{"a":"x"}}'), [
      ['{"a":"x"}', "allowed"],
      ['{"a":"\\u0078"}', "allowed"],
      ['{"a":"X"}', "denied"],
      ['{"a":"xx"}', "denied"],
      ['{"a":""}', "denied"],
      ['{"b":"x"}', "denied"],
      ["{}", "denied"],
      ['{"a":["x"]}', "denied"],
      ['{"a":{"x":"x"}}', "denied"],
      ['{"a":null}', "denied"],
    ]);
    expectAll(policy('{"claims":{"a":"1"}}'), [['{"a":1}', "denied"]]);
    expectAll(policy('{"claims":{"a":"true"}}'), [
      ['{"a":true}', "denied"],
      ['{"a":"true"}', "allowed"],
    ]);
    expectAll(policy('{"claims":{"a":""}}'), [
      ['{"a":""}', "allowed"],
      ["{}", "denied"],
      ['{"a":null}', "denied"],
      ['{"a":[]}', "denied"],
    ]);
  });

  it("BOOLEAN: true or false, not their names", () => {
    expectAll(policy('{"claims":{"a":"true"},"matcher":"BOOLEAN"}'), [
      ['{"a":true}', "allowed"],
      ['{"a":false}', "denied"],
      ['{"a":"true"}', "denied"],
      ['{"a":1}', "denied"],
      ['{"a":[true]}', "denied"],
      ["{}", "denied"],
    ]);
    expectAll(policy('{"claims":{"a":"f"},"matcher":"BOOLEAN"}'), [
      ['{"a":false}', "allowed"],
      ['{"a":true}', "denied"],
      ['{"a":"f"}', "denied"],
      ['{"a":0}', "denied"],
      ['{"a":null}', "denied"],
      ["{}", "denied"],
    ]);
  });

  it("LIST_CONTAINS: a list with the string in it", () => {
    expectAll(policy('{"claims":{"a":"x"},"matcher":"LIST_CONTAINS"}'), [
      ['{"a":["x"]}', "allowed"],
      ['{"a":["w","x","y"]}', "allowed"],
      ['{"a":[1,{"b":["z"]},["y"],"x"]}', "allowed"],
      ['{"a":[]}', "denied"],
      ['{"a":["xx"]}', "denied"],
      ['{"a":[["x"]]}', "denied"],
      ['{"a":[{"x":"x"}]}', "denied"],
      ['{"a":"x"}', "denied"],
      ['{"a":{"x":"x"}}', "denied"],
      ["{}", "denied"],
    ]);
    expectAll(policy('{"claims":{"a":"1"},"matcher":"LIST_CONTAINS"}'), [
      ['{"a":[1]}', "denied"],
      ['{"a":["1"]}', "allowed"],
    ]);
  });

  it("REGEX_MATCH: a string that matches as a whole", () => {
    expectAll(policy('{"claims":{"a":"de."},"matcher":"REGEX_MATCH"}'), [
      ['{"a":"dev"}', "allowed"],
      ['{"a":"devx"}', "denied"],
      ['{"a":"xdev"}', "denied"],
      ['{"a":"de"}', "denied"],
      ['{"a":["dev"]}', "denied"],
      ['{"a":null}', "denied"],
      ["{}", "denied"],
    ]);
    expectAll(policy('{"claims":{"a":"1|true|.*"},"matcher":"REGEX_MATCH"}'), [
      ['{"a":1}', "denied"],
      ['{"a":true}', "denied"],
      ['{"a":""}', "allowed"],
    ]);
  });
});

describe("claim names", () => {
  it("are split at nestedClaimDelimiter, and lists are not entered", () => {
    const nested = policy('{"claims":{"a.b":"x"}}', '"nestedClaimDelimiter":"."');
    expectAll(nested, [
      ['{"a":{"b":"x"}}', "allowed"],
      ['{"a.b":"x"}', "denied"],
      ['{"a":{"b":{"c":"x"}}}', "denied"],
      ['{"a":"x"}', "denied"],
      ['{"a":[{"b":"x"}]}', "denied"],
      ['{"b":"x"}', "denied"],
    ]);
    expectAll(policy('{"claims":{"a::b::c":"x"}}', '"nestedClaimDelimiter":"::"'), [
      ['{"a":{"b":{"c":"x"}}}', "allowed"],
    ]);
  });

  it("are one name without it", () => {
    expectAll(policy('{"claims":{"a.b":"x"}}'), [
      ['{"a.b":"x"}', "allowed"],
      ['{"a":{"b":"x"}}', "denied"],
    ]);
    expectAll(policy('{"claims":{"":"x"}}'), [
      ['{"":"x"}', "allowed"],
      ["{}", "denied"],
    ]);
  });
});

describe("principals and policies", () => {
  it("want all claims", () => {
    expectAll(policy('{"claims":{"a":"x","b":"y"}}'), [
      ['{"a":"x","b":"y"}', "allowed"],
      ['{"a":"x"}', "denied"],
      ['{"b":"y"}', "denied"],
      ['{"a":"y","b":"x"}', "denied"],
    ]);
  });

  it("want one principal", () => {
    expectAll(policy('{"claims":{"a":"x"}},{"claims":{"b":"y"}}'), [
      ['{"a":"x"}', "allowed"],
      ['{"b":"y"}', "allowed"],
      ['{"a":"x","b":"y"}', "allowed"],
      ['{"a":"y","b":"x"}', "denied"],
    ]);
  });

  it("want one policy", () => {
    const two = compile('"a":{"principals":[{"claims":{"a":"x"}}]},"b":{"principals":[{"claims":{"b":"y"}}]}');
    expectAll(two, [
      ['{"a":"x"}', "allowed"],
      ['{"b":"y"}', "allowed"],
      ['{"c":"z"}', "denied"],
    ]);
  });

  it("allow nobody if there are none", () => {
    expectAll(compile(""), [
      ["{}", "denied"],
      ['{"a":"x"}', "denied"],
    ]);
    expectAll(policy(""), [["{}", "denied"]]);
    expectAll(policy('{"claims":{}}'), [
      ["{}", "denied"],
      ['{"a":"x"}', "denied"],
    ]);
    expectAll(policy('{"claims":{}},{"claims":{"a":"x"}}'), [
      ['{"a":"x"}', "allowed"],
      ["{}", "denied"],
    ]);
  });

  it("bound to a provider believe that one only", () => {
    const bound = policy('{"claims":{"a":"x"},"provider":"q"}');
    expect(judge(bound, '{"a":"x"}', 1)).toBe("allowed");
    expect(judge(bound, '{"a":"x"}', 0)).toBe("denied");
    const either = policy('{"claims":{"a":"x"},"provider":"q"},{"claims":{"a":"y"},"provider":"p"}');
    expect(judge(either, '{"a":"y"}', 0)).toBe("allowed");
    expect(judge(either, '{"a":"y"}', 1)).toBe("denied");
  });

  it("deny where nobody vouched for claims", () => {
    const any = policy('{"claims":{"a":"x"}}');
    judge(any, '{"a":"x"}');
    expect(nameOf(authorize(any, null, 0))).toBe("denied");
    expect(nameOf(authorize(any, payload, -1))).toBe("denied");
  });
});

function request(method: string, path: string): void {
  mock.reset();
  mock.addHeader(":method", method);
  mock.addHeader(":path", path);
}

describe("permissions", () => {
  it("pathPrefix: a prefix of the path, query included", () => {
    const below = policy('{"claims":{"a":"x"}}', '"permissions":{"pathPrefix":"/api"}');
    const rows: string[][] = [
      ["/api", "allowed"],
      ["/api/x?y", "allowed"],
      ["/apiary", "allowed"],
      ["/ap", "denied"],
      ["/", "denied"],
      ["", "denied"],
      ["/x/api", "denied"],
      ["/API", "denied"],
    ];
    for (let i = 0; i < rows.length; i++) {
      request("GET", rows[i][0]);
      expect(judge(below, '{"a":"x"}')).toBe(rows[i][1], rows[i][0]);
    }
    request("GET", "/api");
    expect(judge(below, '{"a":"y"}')).toBe("denied", "permissions are no principals");
  });

  it("methods: exactly one of them, in its case", () => {
    const writers = policy('{"claims":{"a":"x"}}', '"permissions":{"methods":["PUT","POST"]}');
    const rows: string[][] = [
      ["PUT", "allowed"],
      ["POST", "allowed"],
      ["GET", "denied"],
      ["put", "denied"],
      ["PUTS", "denied"],
      ["PU", "denied"],
    ];
    for (let i = 0; i < rows.length; i++) {
      request(rows[i][0], "/");
      expect(judge(writers, '{"a":"x"}')).toBe(rows[i][1], rows[i][0]);
    }
    request("DELETE", "/");
    expect(judge(policy('{"claims":{"a":"x"}}', '"permissions":{"methods":[]}'), '{"a":"x"}')).toBe(
      "allowed",
      "no methods are all",
    );
    expect(judge(policy('{"claims":{"a":"x"}}', '"permissions":{}'), '{"a":"x"}')).toBe("allowed");
  });

  it("must both be met, and another policy may still allow", () => {
    const both = '"permissions":{"pathPrefix":"/a","methods":["GET"]}';
    request("GET", "/a");
    expect(judge(policy('{"claims":{"a":"x"}}', both), '{"a":"x"}')).toBe("allowed");
    request("PUT", "/a");
    expect(judge(policy('{"claims":{"a":"x"}}', both), '{"a":"x"}')).toBe("denied");
    request("GET", "/b");
    expect(judge(policy('{"claims":{"a":"x"}}', both), '{"a":"x"}')).toBe("denied");
    const second = '"a":{"principals":[{"claims":{"a":"x"}}],' + both + '},"b":{"principals":[{"claims":{"a":"x"}}]}';
    expect(judge(compile(second), '{"a":"x"}')).toBe("allowed");
  });

  it("that cannot be read are not met", () => {
    for (let status: u32 = 1; status < 13; status++) {
      request("GET", "/a");
      mock.failCall("proxy_get_header_map_value", status);
      expect(judge(policy('{"claims":{"a":"x"}}', '"permissions":{"pathPrefix":"/a"}'), '{"a":"x"}')).toBe(
        "host failure",
      );
      expect(judge(policy('{"claims":{"a":"x"}}', '"permissions":{"methods":["GET"]}'), '{"a":"x"}')).toBe(
        "host failure",
      );
    }
  });
});
