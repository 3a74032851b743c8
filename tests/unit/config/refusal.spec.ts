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

function withSource(source: string): string {
  return withProvider('"tokenSources":[' + source + "]");
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
      [withProvider('"audience":["a"]'), "providers.p: unknown field audience"],
      [
        withClaims('{"claim":"b","header":"x-b","appends":true}'),
        "providers.p.claimsToHeaders[1]: unknown field appends",
      ],
      [withSource('{"kind":"query","name":"a","value":"b"}'), "providers.p.tokenSources[0]: unknown field value"],
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
      [withRest('"nativeCrypto":true'), 'configuration.nativeCrypto: must be "auto" or "never"'],
      [withRest('"nativeCrypto":"always"'), 'configuration.nativeCrypto: must be "auto" or "never"'],
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
      [first + "{}}}", "providers.p.jwks: is required, or remoteJwks"],
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

  it("for audiences and failures", () => {
    const name = "providers.p.failureStatus: must be a name of 1 to 128 letters, digits, `.`, `_` and `-`";
    expectRefusals([
      [withProvider('"audiences":"a"'), "providers.p.audiences: must be a list"],
      [withProvider('"audiences":["a",1]'), "providers.p.audiences[1]: must be a string"],
      [withProvider('"failureStatus":1'), "providers.p.failureStatus: must be a string"],
      [withProvider('"failureStatus":""'), name],
      [withProvider('"failureStatus":"a b"'), name],
      [withProvider('"failureStatus":"a:PLAIN)%"'), name],
      [withProvider('"failureStatus":"é"'), name],
      [withProvider('"failureStatus":"' + "a".repeat(129) + '"'), name],
      [withProvider('"failureStatus":"' + "a".repeat(128) + '"'), "accepted"],
      [withProvider('"failureStatus":"A.z_0-9"'), "accepted"],
    ]);
  });

  it("for a place of tokens", () => {
    const at = "providers.p.tokenSources[0]";
    expectRefusals([
      [withProvider('"tokenSources":{}'), "providers.p.tokenSources: must be a list"],
      [withProvider('"tokenSources":[]'), "providers.p.tokenSources: must name at least one place"],
      [withSource("1"), at + ": must be an object"],
      [withSource('{"kind":"header"}'), at + ".name: is required"],
      [withSource('{"name":"a"}'), at + ".kind: is required"],
      [withSource('{"kind":"cookie","name":"a"}'), at + ".kind: must be header or query"],
      [withSource('{"kind":"Header","name":"a"}'), at + ".kind: must be header or query"],
      [withSource('{"kind":"header","name":1}'), at + ".name: must be a string"],
      [withSource('{"kind":"header","name":"a b"}'), at + ".name: is not a header name (RFC 9110 token)"],
      [withSource('{"kind":"header","name":"Host"}'), at + ".name: host is reserved and cannot carry a token"],
      [withSource('{"kind":"header","name":"cookie"}'), at + ".name: cookie is reserved and cannot carry a token"],
      [withSource('{"kind":"header","name":":path"}'), at + ".name: is not a header name (RFC 9110 token)"],
      [withSource('{"kind":"header","name":"a","prefix":1}'), at + ".prefix: must be a string"],
      [withSource('{"kind":"header","name":"a","prefix":" a"}'), at + ".prefix: must not begin with a blank"],
      [
        withSource('{"kind":"header","name":"a","prefix":"' + "p".repeat(2049) + '"}'),
        at + ".prefix: must have at most 2048 bytes",
      ],
      [withSource('{"kind":"query","name":""}'), at + ".name: must be a parameter name of 1 to 128 bytes"],
      [
        withSource('{"kind":"query","name":"' + "n".repeat(129) + '"}'),
        at + ".name: must be a parameter name of 1 to 128 bytes",
      ],
      [withSource('{"kind":"query","name":"a","prefix":"b"}'), at + ".prefix: only headers have one"],
      [withSource('{"kind":"header","name":"X-Forwarded-Access-Token"}'), "accepted"],
      [withSource('{"kind":"header","name":"proxy-authorization","prefix":""}'), "accepted"],
      [
        withProvider(
          '"tokenSources":[{"kind":"header","name":"X-Jwt"}],"claimsToHeaders":[{"claim":"a","header":"x-jwt"}]',
        ),
        "providers.p.claimsToHeaders[0].header: is where the provider's tokens are",
      ],
    ]);
  });

  it("for more places than can be told apart", () => {
    let sources = "";
    for (let i = 0; i < 64; i++) sources += (i > 0 ? "," : "") + '{"kind":"query","name":"q' + i.toString() + '"}';
    const many = configuration(AUTHENTICATED, '"tokenSources":[' + sources + "]");
    expect(refusal(many)).toBe("accepted");
    const more = configuration(AUTHENTICATED, '"tokenSources":[' + sources + ',{"kind":"header","name":"x"}]');
    expect(refusal(more)).toBe("policies.only.checks[0].authentication: reads tokens from more than 64 places");
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
        withClaims('{"claim":"b","header":"x-b","append":"yes"}'),
        "providers.p.claimsToHeaders[1].append: must be true or false",
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
        configuration('{"checks":[{"precedingAuthentication":{"providers":["q"]}}]}'),
        "policies.only.checks[0].precedingAuthentication.providers[0]: is not one of the providers",
      ],
      [
        configuration('{"checks":[{"authentication":{"providers":["p"],"validationPolicy":"ALLOW"}}]}'),
        "policies.only.checks[0].authentication.validationPolicy: must be REQUIRE_VALID, ALLOW_MISSING or ALLOW_MISSING_OR_FAILED",
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
