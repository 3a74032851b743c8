// Every field's error names its path, and nothing unknown is overlooked.
import { configurationError } from "../../../assembly/config/decode";
import { AUTHENTICATED, authorized, configuration, jwks } from "../fixtures";
import { decode, refusal } from "./decode";

export { malloc } from "../../../assembly/host/memory";

const OPEN = '{"checks":[]}';

/** Each row: configuration, refusal. */
function expectRefusals(rows: string[][]): void {
  for (let i = 0; i < rows.length; i++) expect(refusal(rows[i][0])).toBe(rows[i][1], rows[i][0]);
}

function withProvider(members: string): string {
  return configuration(OPEN, members);
}

function withRest(members: string): string {
  return configuration(OPEN, "", members);
}

function withClaims(entry: string): string {
  return withProvider('"claimsToHeaders":[{"claim":"a","header":"x-a"},' + entry + "]");
}

describe("a configuration is refused", () => {
  it("if it is no JSON object", () => {
    expectRefusals([
      ["", "configuration: is not JSON"],
      ["version: 1", "configuration: is not JSON"],
      [withRest('"a":1,}'), "configuration: is not JSON"],
      [configuration(OPEN) + "x", "configuration: is not JSON"],
      ["[]", "configuration: must be an object"],
      ["null", "configuration: must be an object"],
      ['{"version":1,"version":1}', "configuration: names a member twice"],
      [configuration('{"checks":[],"checks":[]}'), "configuration: names a member twice"],
      ["[".repeat(33) + "]".repeat(33), "configuration: is not JSON"],
    ]);
  });

  it("if its version is not 1", () => {
    const why = "version: must be 1: this filter and what configures it do not belong together";
    const versions: string[] = ["0", "2", '"1"', "null", "true", "-1", "1.5", "[1]", "18446744073709551617"];
    for (let i = 0; i < versions.length; i++) {
      expect(refusal('{"version":' + versions[i] + ',"policies":{"a":{"checks":[]}},"defaultPolicy":"a"}')).toBe(
        why,
        versions[i],
      );
    }
    expect(refusal('{"policies":{"a":{"checks":[]}},"defaultPolicy":"a"}')).toBe(why, "none");
  });

  it("for a field it does not know, wherever that stands", () => {
    expectRefusals([
      [withRest('"policie":{}'), "configuration: unknown field policie"],
      [withProvider('"audiences":["a"]'), "providers.p: unknown field audiences"],
      [
        withClaims('{"claim":"b","header":"x-b","append":true}'),
        "providers.p.claimsToHeaders[1]: unknown field append",
      ],
      [configuration('{"checks":[],"enabled":true}'), "policies.only: unknown field enabled"],
      [
        configuration('{"checks":[{"authentification":{}}]}'),
        "policies.only.checks[0]: unknown field authentification",
      ],
      [
        configuration('{"checks":[{"authentication":{"providers":["p"],"optional":true}}]}'),
        "policies.only.checks[0].authentication: unknown field optional",
      ],
      [
        configuration('{"checks":[{"authorization":{"policies":{},"deny":{}}}]}'),
        "policies.only.checks[0].authorization: unknown field deny",
      ],
      [
        configuration(authorized('{"claims":{"a":"b"}}', '"deny":true')),
        "policies.only.checks[0].authorization.policies.a: unknown field deny",
      ],
      [
        configuration(authorized('{"claims":{"a":"b"},"not":true}')),
        "policies.only.checks[0].authorization.policies.a.principals[0]: unknown field not",
      ],
      [
        configuration(authorized("", '"permissions":{"path":"/"}')),
        "policies.only.checks[0].authorization.policies.a.permissions: unknown field path",
      ],
    ]);
  });

  it("for what stands at its top", () => {
    expectRefusals([
      [withRest('"identityHeaders":"x-a"'), "configuration.identityHeaders: must be a list"],
      [withRest('"identityHeaders":["x-a",1]'), "configuration.identityHeaders[1]: must be a string"],
      [withRest('"removeUnderscoreVariants":"no"'), "configuration.removeUnderscoreVariants: must be true or false"],
      [withRest('"policyFromRouteName":1'), "configuration.policyFromRouteName: must be true or false"],
      [
        '{"version":1,"providers":[],"policies":{"a":{"checks":[]}},"defaultPolicy":"a"}',
        "configuration.providers: must be an object",
      ],
      ['{"version":1,"defaultPolicy":"a"}', "policies: is required"],
      ['{"version":1,"policies":[],"defaultPolicy":"a"}', "configuration.policies: must be an object"],
      ['{"version":1,"policies":{"a":{"checks":[]}}}', "defaultPolicy: must name one of the policies"],
      [
        '{"version":1,"policies":{"a":{"checks":[]}},"defaultPolicy":"b"}',
        "defaultPolicy: must name one of the policies",
      ],
      [
        '{"version":1,"policies":{"a":{"checks":[]}},"defaultPolicy":0}',
        "configuration.defaultPolicy: must be a string",
      ],
      ['{"version":1,"policies":{},"defaultPolicy":""}', "defaultPolicy: must name one of the policies"],
    ]);
  });

  it("for a provider", () => {
    const first = '{"version":1,"policies":{"a":{"checks":[]}},"defaultPolicy":"a","providers":{"p":';
    expectRefusals([
      [first + "[]}}", "providers.p: must be an object"],
      [first + "{}}}", "providers.p.jwks: is required"],
      [first + '{"jwks":"keys"}}}', "providers.p.jwks: Jwks is an invalid JSON"],
      [first + '{"jwks":{}}}}', "providers.p.jwks: Jwks does not have [keys] field"],
      [first + '{"jwks":{"keys":{}}}}}', "providers.p.jwks: [keys] in Jwks is not an array"],
      [first + '{"jwks":{"keys":[]}}}}', "providers.p.jwks: Jwks doesn't have any valid public key"],
      [first + '{"jwks":' + jwks() + '},"q":{"jwks":{}}}}', "providers.q.jwks: Jwks does not have [keys] field"],
      [withProvider('"issuer":1'), "providers.p.issuer: must be a string"],
      [withProvider('"issuer":null'), "providers.p.issuer: must be a string"],
      [withProvider('"clockSkewSeconds":"60"'), "providers.p.clockSkewSeconds: must be an integer from 0 to 86400"],
      [withProvider('"clockSkewSeconds":-1'), "providers.p.clockSkewSeconds: must be an integer from 0 to 86400"],
      [withProvider('"clockSkewSeconds":86401'), "providers.p.clockSkewSeconds: must be an integer from 0 to 86400"],
      [withProvider('"clockSkewSeconds":1.5'), "providers.p.clockSkewSeconds: must be an integer from 0 to 86400"],
      [withProvider('"forwardToken":"true"'), "providers.p.forwardToken: must be true or false"],
    ]);
  });

  it("for a claim's header", () => {
    expectRefusals([
      [withProvider('"claimsToHeaders":{}'), "providers.p.claimsToHeaders: must be a list"],
      [withClaims("1"), "providers.p.claimsToHeaders[1]: must be an object"],
      [withClaims('{"header":"x-b"}'), "providers.p.claimsToHeaders[1].claim: is required"],
      [withClaims('{"claim":"","header":"x-b"}'), "providers.p.claimsToHeaders[1].claim: is required"],
      [withClaims('{"claim":1,"header":"x-b"}'), "providers.p.claimsToHeaders[1].claim: must be a string"],
      [withClaims('{"claim":"b"}'), "providers.p.claimsToHeaders[1].header: is required"],
      [withClaims('{"claim":"b","header":[]}'), "providers.p.claimsToHeaders[1].header: must be a string"],
      [
        withClaims('{"claim":"b","header":"x-b","encoding":"hex"}'),
        "providers.p.claimsToHeaders[1].encoding: must be base64 or json",
      ],
      [
        withClaims('{"claim":"b","header":"x-b","encoding":1}'),
        "providers.p.claimsToHeaders[1].encoding: must be a string",
      ],
    ]);
  });

  it("for a policy and its checks", () => {
    const providers = "policies.only.checks[0].authentication.providers";
    expectRefusals([
      [configuration("[]"), "policies.only: must be an object"],
      [configuration("{}"), "policies.only.checks: is required; an empty list means open"],
      [configuration('{"checks":{}}'), "policies.only.checks: must be a list"],
      [configuration('{"checks":null}'), "policies.only.checks: must be a list"],
      [configuration('{"unenforceable":true}'), "policies.only.unenforceable: must be a string"],
      [configuration('{"unenforceable":"x","checks":[]}'), "policies.only.checks: excludes unenforceable"],
      [configuration('{"checks":[],"identityHeaders":[null]}'), "policies.only.identityHeaders[0]: must be a string"],
      [
        configuration('{"checks":[' + '{"authorization":{"policies":{}}},'.repeat(8) + "1]}"),
        "policies.only.checks: has more than 8 entries",
      ],
      [configuration('{"checks":[1]}'), "policies.only.checks[0]: must be an object"],
      [configuration('{"checks":[{}]}'), "policies.only.checks[0]: must set authentication or authorization"],
      [
        configuration('{"checks":[{"authentication":[]}]}'),
        "policies.only.checks[0].authentication: must be an object",
      ],
      [configuration('{"checks":[{"authentication":{}}]}'), providers + ": must name at least one provider"],
      [
        configuration('{"checks":[{"authentication":{"providers":[]}}]}'),
        providers + ": must name at least one provider",
      ],
      [configuration('{"checks":[{"authentication":{"providers":"p"}}]}'), providers + ": must be a list"],
      [
        configuration('{"checks":[{"authentication":{"providers":["p","q"]}}]}'),
        providers + "[1]: is not one of the providers",
      ],
      [
        configuration('{"checks":[{"authentication":{"providers":[0]}}]}'),
        providers + "[0]: is not one of the providers",
      ],
    ]);
  });

  it("for authorization", () => {
    const at = "policies.only.checks[0].authorization";
    const principal = at + ".policies.a.principals[0]";
    const bare = '{"checks":[{"authorization":';
    expectRefusals([
      [configuration(bare + "[]}]}"), at + ": must be an object"],
      [configuration(bare + "{}}]}"), at + ".policies: is required; an empty object denies everybody"],
      [configuration(bare + '{"policies":[]}}]}'), at + ".policies: must be an object"],
      [configuration(bare + '{"policies":{"a":1}}}]}'), at + ".policies.a: must be an object"],
      [configuration(bare + '{"policies":{"a":{}}}}]}'), at + ".policies.a.principals: is required"],
      [configuration(bare + '{"policies":{"a":{"principals":{}}}}}]}'), at + ".policies.a.principals: must be a list"],
      [
        configuration(authorized("", '"nestedClaimDelimiter":1')),
        at + ".policies.a.nestedClaimDelimiter: must be a string",
      ],
      [configuration(authorized("", '"permissions":[]')), at + ".policies.a.permissions: must be an object"],
      [
        configuration(authorized("", '"permissions":{"pathPrefix":1}')),
        at + ".policies.a.permissions.pathPrefix: must be a string",
      ],
      [
        configuration(authorized("", '"permissions":{"methods":"GET"}')),
        at + ".policies.a.permissions.methods: must be a list",
      ],
      [
        configuration(authorized("", '"permissions":{"methods":["GET",1]}')),
        at + ".policies.a.permissions.methods[1]: must be a string",
      ],
      [configuration(authorized("1")), principal + ": must be an object"],
      [configuration(authorized("{}")), principal + ".claims: is required"],
      [configuration(authorized('{"claims":[]}')), principal + ".claims: must be an object"],
      [configuration(authorized('{"claims":{"a":1}}')), principal + ".claims.a: must be a string"],
      [
        configuration(authorized('{"claims":{"a":"b"},"provider":"q"}')),
        principal + ".provider: is not one of the providers",
      ],
      [configuration(authorized('{"claims":{"a":"b"},"provider":1}')), principal + ".provider: must be a string"],
      [
        configuration(authorized('{"claims":{"a":"b"},"matcher":"exact_string"}')),
        principal + ".matcher: must be EXACT_STRING, BOOLEAN, LIST_CONTAINS or REGEX_MATCH",
      ],
      [configuration(authorized('{"claims":{"a":"b"},"matcher":1}')), principal + ".matcher: must be a string"],
      [
        configuration(authorized('{"claims":{"a":"yes"},"matcher":"BOOLEAN"}')),
        principal + ".claims.a: cannot be parsed to a bool to use BOOLEAN",
      ],
    ]);
    const regex = refusal(configuration(authorized('{"claims":{"a":"(b"},"matcher":"REGEX_MATCH"}')));
    expect(regex.startsWith(principal + ".claims.a: is not a regular expression (RE2): ")).toBe(true, regex);
  });

  it("with the first fault's path, and the next configuration is judged afresh", () => {
    expect(refusal('{"version":2,"nonsense":1}')).toBe("configuration: unknown field nonsense");
    expect(decode(configuration(AUTHENTICATED)) !== null).toBe(true);
    expect(configurationError()).toBe("");
  });
});
