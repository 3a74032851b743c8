// What a good configuration becomes.
import { Alg } from "../../../assembly/jose/algorithms";
import { Matcher } from "../../../assembly/config/model";
import { AUTHENTICATED, authorized, configuration, jwks } from "../fixtures";
import { good, textOf, textsOf } from "./decode";

export { malloc } from "../../../assembly/host/memory";

const OPEN = '{"checks":[]}';

describe("a configuration", () => {
  it("has its defaults", () => {
    const c = good(configuration(OPEN));
    expect(c.policies.length).toBe(1);
    expect(c.defaultPolicy).toBe(0);
    expect(c.policyFromRouteName).toBe(false);
    expect(c.removeUnderscoreVariants).toBe(true);
    expect(c.identityHeaders.length).toBe(0);
    expect(c.policies[0].unenforceable).toBe(false);
    expect(c.policies[0].checks.length).toBe(0);
    const provider = c.providers[0];
    expect(provider.issuer === null).toBe(true);
    expect(provider.clockSkew).toBe(60);
    expect(provider.forwardToken).toBe(false);
    expect(provider.keys.length).toBe(1);
  });

  it("prepares the host's code only where it may be used", () => {
    const native = (rest: string): bool =>
      good(configuration(OPEN, "", rest)).providers[0].keys[0].native[Alg.RS256] !== null;
    expect(native("")).toBe(true);
    expect(native('"nativeCrypto":"auto"')).toBe(true);
    expect(native('"nativeCrypto":"never"')).toBe(false);
  });

  it("needs no providers", () => {
    expect(good('{"version":1,"policies":{"a":{"checks":[]}},"defaultPolicy":"a"}').providers.length).toBe(0);
  });

  it("says what it says", () => {
    const c = good(
      configuration(
        '{"unenforceable":"why"}',
        '"issuer":"i","clockSkewSeconds":0,"forwardToken":true,"claimsToHeaders":[{"claim":"a.b","header":"X-A"},' +
          '{"claim":"c","header":"x-c","encoding":"json"},{"claim":"d","header":"x-d","encoding":"base64"}]',
        '"policyFromRouteName":true,"removeUnderscoreVariants":false,"identityHeaders":["X-One"]',
      ),
    );
    expect(c.policyFromRouteName).toBe(true);
    expect(c.removeUnderscoreVariants).toBe(false);
    expect(c.policies[0].unenforceable).toBe(true);
    expect(textsOf(c.identityHeaders)).toBe("x-one", "given ones, not those of the providers");
    const provider = c.providers[0];
    expect(textOf(provider.issuer)).toBe("i");
    expect(provider.clockSkew).toBe(0);
    expect(provider.forwardToken).toBe(true);
    expect(provider.claimHeaders.length).toBe(3);
    expect(textsOf(provider.claimHeaders[0].path)).toBe("a,b");
    expect(textOf(provider.claimHeaders[0].header)).toBe("x-a");
    expect(provider.claimHeaders[0].plainJson).toBe(false);
    expect(provider.claimHeaders[1].plainJson).toBe(true);
    expect(provider.claimHeaders[2].plainJson).toBe(false);
  });

  it("takes an empty issuer for none", () => {
    expect(good(configuration(OPEN, '"issuer":""')).providers[0].issuer === null).toBe(true);
  });

  it("removes by default what any provider writes, each name once", () => {
    const writes =
      '"claimsToHeaders":[{"claim":"a","header":"x-a"},{"claim":"b","header":"X-A"},{"claim":"b","header":"x-b"}]';
    expect(textsOf(good(configuration(OPEN, writes)).identityHeaders)).toBe("x-a,x-b");
    const two =
      '{"version":1,"policies":{"a":{"checks":[]}},"defaultPolicy":"a","providers":{"p":{"jwks":' +
      jwks() +
      "," +
      writes +
      '},"q":{"jwks":' +
      jwks() +
      ',"claimsToHeaders":[{"claim":"c","header":"x-b"},{"claim":"c","header":"x-c"}]}}}';
    expect(textsOf(good(two).identityHeaders)).toBe("x-a,x-b,x-c");
    expect(good(configuration(OPEN, writes, '"identityHeaders":[]')).identityHeaders.length).toBe(
      0,
      "unless it says others",
    );
  });

  it("has each policy remove what its providers write, whatever the lists say", () => {
    const writes = '"claimsToHeaders":[{"claim":"a","header":"x-a"},{"claim":"b","header":"x-b"}]';
    const policy = '{"identityHeaders":["x-own","X-A"],"checks":[{"authentication":{"providers":["p"]}}]}';
    expect(textsOf(good(configuration(policy, writes, '"identityHeaders":[]')).policies[0].identityHeaders)).toBe(
      "x-own,x-a,x-b",
    );
    expect(textsOf(good(configuration(AUTHENTICATED, writes)).policies[0].identityHeaders)).toBe("x-a,x-b");
    expect(
      textsOf(good(configuration('{"unenforceable":"","identityHeaders":["x-o"]}')).policies[0].identityHeaders),
    ).toBe("x-o");
  });

  it("has it remove what the providers of all its authentications write", () => {
    const provider = (headers: string): string => '{"jwks":' + jwks() + ',"claimsToHeaders":[' + headers + "]}";
    const c = good(
      '{"version":1,"identityHeaders":[],"defaultPolicy":"a","policies":{"a":{"checks":[{"precedingAuthentication":' +
        '{"providers":["p"]},"authentication":{"providers":["q","r"]}},{"authentication":{"providers":["p"]}}]}},' +
        '"providers":{"p":' +
        provider('{"claim":"a","header":"x-a"},{"claim":"b","header":"x-b"}') +
        ',"q":' +
        provider('{"claim":"b","header":"x-b"}') +
        ',"r":' +
        provider('{"claim":"c","header":"x-c"}') +
        "}}",
    );
    expect(textsOf(c.policies[0].identityHeaders)).toBe("x-a,x-b,x-c");
    expect(textsOf(c.identityHeaders)).toBe("");
  });

  it("finds its policies by name and keeps the default apart from their order", () => {
    const c = good(
      '{"version":1,"policies":{"a":{"checks":[]},"b":{"unenforceable":"x"}},"defaultPolicy":"b","policyFromRouteName":true}',
    );
    expect(c.defaultPolicy).toBe(1);
    expect(c.policies[0].unenforceable).toBe(false);
    expect(c.policies[1].unenforceable).toBe(true);
  });
});

describe("authorization", () => {
  it("is absent, empty or a list of policies", () => {
    expect(good(configuration(AUTHENTICATED)).policies[0].checks[0].authorization === null).toBe(true);
    const empty = good(configuration('{"checks":[{"authorization":{"policies":{}}}]}')).policies[0].checks[0]
      .authorization;
    expect(empty !== null && empty.length == 0).toBe(true);
  });

  it("has matchers, claim paths, providers and permissions", () => {
    const principals =
      '{"claims":{"a.b":"x","c":"y"}},{"claims":{"t":"True","f":"0"},"matcher":"BOOLEAN","provider":"p"},' +
      '{"claims":{"l":"x"},"matcher":"LIST_CONTAINS","provider":""},{"claims":{"r":"de."},"matcher":"REGEX_MATCH"},{"claims":{}}';
    const more = '"nestedClaimDelimiter":".","permissions":{"pathPrefix":"/a","methods":["GET","PUT"]}';
    const policies = good(configuration(authorized(principals, more))).policies[0].checks[0].authorization;
    if (policies === null) return expect(false).toBe(true, "authorization");
    const policy = policies[0];
    expect(textOf(policy.pathPrefix)).toBe("/a");
    expect(textsOf(policy.methods)).toBe("GET,PUT");
    expect(policy.principals.length).toBe(5);
    const exact = policy.principals[0];
    expect(exact.provider).toBe(-1);
    expect(exact.claims.length).toBe(2);
    expect(exact.claims[0].matcher).toBe(Matcher.ExactString);
    expect(textsOf(exact.claims[0].path)).toBe("a,b");
    expect(textOf(exact.claims[1].value)).toBe("y");
    const bool = policy.principals[1];
    expect(bool.provider).toBe(0);
    expect(bool.claims[0].matcher).toBe(Matcher.Boolean);
    expect(bool.claims[0].expected).toBe(true);
    expect(bool.claims[1].expected).toBe(false);
    expect(policy.principals[2].claims[0].matcher).toBe(Matcher.ListContains);
    expect(policy.principals[2].provider).toBe(-1, "an empty provider is none");
    expect(policy.principals[3].claims[0].matcher).toBe(Matcher.RegexMatch);
    expect(policy.principals[3].claims[0].regex !== null).toBe(true);
    expect(policy.principals[4].claims.length).toBe(0);
  });

  it("does not split claim names without a delimiter, nor prefix what is empty", () => {
    const policies = good(configuration(authorized('{"claims":{"a.b":"x"}}', '"permissions":{"pathPrefix":""}')))
      .policies[0].checks[0].authorization;
    if (policies === null) return expect(false).toBe(true, "authorization");
    expect(textsOf(policies[0].principals[0].claims[0].path)).toBe("a.b");
    expect(policies[0].pathPrefix === null).toBe(true);
  });

  it("knows Go's spellings of true and false (strconv.ParseBool)", () => {
    const spellings: string[] = ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"];
    for (let i = 0; i < spellings.length; i++) {
      const c = good(configuration(authorized('{"claims":{"a":"' + spellings[i] + '"},"matcher":"BOOLEAN"}')));
      const policies = c.policies[0].checks[0].authorization;
      expect(policies !== null && policies[0].principals[0].claims[0].expected == i < 6).toBe(true, spellings[i]);
    }
  });
});
