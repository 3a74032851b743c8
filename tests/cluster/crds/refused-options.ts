// What an API server must not let in as a VirtualHostOption or RouteOption. Gloo's own CRDs have hardly a limit, and a webhook
// in their place; these follow jwt.proto and rbac.proto.
import {
  atLeast,
  atMost,
  atMostOne,
  broken,
  empty,
  exactlyOne,
  mismatch,
  required,
  unsupported,
  wrongType,
} from "./causes.js";
import { glooJwt, glooProvider, glooRemote, principal } from "./policies.js";
import { DURATION, NO_SPEC } from "./row.js";
import type { Row } from "./row.js";

const G = "spec.options.jwt.providers.p";
const POLICIES = ["REQUIRE_VALID", "ALLOW_MISSING", "ALLOW_MISSING_OR_FAILED", "0", "1", "2"];
const MATCHERS = ["EXACT_STRING", "BOOLEAN", "LIST_CONTAINS", "REGEX_MATCH", "0", "1", "2", "3"];
const PRINCIPAL = "spec.options.rbac.policies.viewer.principals[0].jwtPrincipal";

/** The keys of a provider at every place where a kind has providers. */
function sortsOfKeys(places: readonly string[]): Row[] {
  const both = { local: { key: "{}" }, remote: glooRemote };
  return places.flatMap((place) =>
    [{}, both].map((jwks): Row => {
      const jwt = place
        .split(".")
        .reduceRight<unknown>((inner, field) => ({ [field]: inner }), { providers: { p: { jwks } } });
      // A rule's field has the keys of maps in brackets.
      const at = `spec.options.${place}.providers[p].jwks`;
      return [
        `${jwks === both ? "two sorts" : "no sort"} of keys in ${place}`,
        { options: jwt },
        [broken(at, exactlyOne("local", "remote"))],
      ];
    }),
  );
}

export const VIRTUAL_HOST_OPTION: readonly Row[] = [
  NO_SPEC,
  ["two branches", { options: { jwt: {}, jwtStaged: {} } }, [broken("spec.options", atMostOne("jwt", "jwtStaged"))]],
  ...sortsOfKeys(["jwt", "jwtStaged.beforeExtAuth", "jwtStaged.afterExtAuth"]),
  ["provider without keys", glooJwt({ providers: { p: {} } }), [required(`${G}.jwks`)]],
  ["empty key", glooProvider({ jwks: { local: { key: "" } } }), [empty(`${G}.jwks.local.key`)]],
  [
    "remote keys without anything",
    glooProvider({ jwks: { remote: {} } }),
    [required(`${G}.jwks.remote.url`), required(`${G}.jwks.remote.upstreamRef`)],
  ],
  [
    "Upstream without a name",
    glooProvider({ jwks: { remote: { ...glooRemote, upstreamRef: {} } } }),
    [required(`${G}.jwks.remote.upstreamRef.name`)],
  ],
  [
    "cache duration that is none",
    glooProvider({ jwks: { remote: { ...glooRemote, cacheDuration: "5" } } }),
    [mismatch(`${G}.jwks.remote.cacheDuration`, "5", DURATION)],
  ],
  [
    "claim without anything",
    glooProvider({ claimsToHeaders: [{}] }),
    [required(`${G}.claimsToHeaders[0].claim`), required(`${G}.claimsToHeaders[0].header`)],
  ],
  ["negative clock skew", glooProvider({ clockSkewSeconds: -1 }), [atLeast(`${G}.clockSkewSeconds`, -1, 0)]],
  [
    "clock skew of more than 32 bits",
    glooProvider({ clockSkewSeconds: 4294967296 }),
    [atMost(`${G}.clockSkewSeconds`, 4294967296, 4294967295)],
  ],
  [
    "unknown policy",
    glooJwt({ validationPolicy: "REQUIRE" }),
    [unsupported("spec.options.jwt.validationPolicy", "REQUIRE", ...POLICIES)],
  ],
  [
    "unknown number of a policy",
    glooJwt({ validationPolicy: 3 }),
    [unsupported("spec.options.jwt.validationPolicy", 3, ...POLICIES)],
  ],
  [
    "policy that is neither",
    glooJwt({ validationPolicy: true }),
    [
      wrongType("spec.options.jwt.validationPolicy", "boolean", "integer,string"),
      unsupported("spec.options.jwt.validationPolicy", true, ...POLICIES),
    ],
  ],
  [
    "target without anything",
    { targetRefs: [{}] },
    ["group", "kind", "name"].map((field) => required(`spec.targetRefs[0].${field}`)),
  ],
  ["number for a text", glooProvider({ issuer: 5 }), [wrongType(`${G}.issuer`, "integer", "string")]],
];

export const ROUTE_OPTION: readonly Row[] = [
  NO_SPEC,
  ...[
    { jwt: {}, jwtStaged: {} },
    { jwt: {}, jwtProvidersStaged: {} },
    { jwtStaged: {}, jwtProvidersStaged: {} },
  ].map((options): Row => {
    const message = atMostOne("jwt", "jwtStaged", "jwtProvidersStaged");
    return [`two branches, ${Object.keys(options).join(" and ")}`, { options }, [broken("spec.options", message)]];
  }),
  ...sortsOfKeys(["jwtProvidersStaged.beforeExtAuth", "jwtProvidersStaged.afterExtAuth"]),
  ["unknown matcher", principal({ matcher: "REGEX" }), [unsupported(`${PRINCIPAL}.matcher`, "REGEX", ...MATCHERS)]],
  [
    "claim that is no text",
    principal({ claims: { admin: true } }),
    [wrongType(`${PRINCIPAL}.claims.admin`, "boolean", "string")],
  ],
];
