// The parts Gloo's VirtualHostOption and RouteOption share: jwt.proto and rbac.proto, every field
// (projects/gloo/api/v1/enterprise/options/{jwt,rbac}). Enumerations may be given by name or by number, as protobuf's
// JSON mapping allows.
import { duration, flag, group, kind, list, object, objectName, sectionName, text } from "./common.js";
import { exactlyOneOf } from "./schema.js";
import type { Rule, Schema } from "./schema.js";

export const VALIDATION_POLICIES = ["REQUIRE_VALID", "ALLOW_MISSING", "ALLOW_MISSING_OR_FAILED"] as const;
export const CLAIM_MATCHERS = ["EXACT_STRING", "BOOLEAN", "LIST_CONTAINS", "REGEX_MATCH"] as const;

function enumeration(description: string, names: readonly string[]): Schema {
  return { description, "x-kubernetes-int-or-string": true, enum: [...names, ...names.keys()] };
}

function mapOf(description: string, values: Schema): Schema {
  return { description, type: "object", additionalProperties: values };
}

const remoteJwks: Schema = object(
  "Keys fetched from a server.",
  {
    url: text("The full URL of the JWK set.", { minLength: 1 }),
    upstreamRef: object(
      "The Upstream through which the URL is reached.",
      { name: text("The Upstream's name."), namespace: text("The Upstream's namespace.") },
      { required: ["name"] },
    ),
    cacheDuration: duration("How long fetched keys are used before they are fetched again; 5m if absent."),
    asyncFetch: object("Present: the keys are fetched ahead of requests.", {
      fastListener: flag("true: requests are taken before the first keys have come."),
    }),
  },
  { required: ["url", "upstreamRef"] },
);

/**
 * exactlyOneOf in fewer steps: the number of providers is not limited, and an API server refuses a schema whose rules could cost
 * too much. It estimates exactlyOneOf's own expression at five times what it allows.
 */
const oneSortOfKeys: Rule = {
  ...exactlyOneOf("local", "remote"),
  rule: "has(self.local) != has(self.remote)",
};

const provider: Schema = object(
  "One issuer of tokens and its keys.",
  {
    jwks: object(
      "Where the keys that verify the tokens come from.",
      {
        local: object(
          "Keys that are part of the configuration.",
          { key: text("A JWK set, a JWK or a PEM public key.", { minLength: 1 }) },
          { required: ["key"] },
        ),
        remote: remoteJwks,
      },
      { "x-kubernetes-validations": [oneSortOfKeys] },
    ),
    audiences: list("A token's `aud` must have one of them; not checked if absent.", text("An audience.")),
    issuer: text("What a token's `iss` must be; not checked if absent or empty."),
    tokenSource: object(
      "Where in a request the token is looked for; `Authorization: Bearer` and the query parameter access_token if absent or empty.",
      {
        headers: list(
          "Request headers.",
          object(
            "One request header.",
            {
              header: text("The header's name.", { minLength: 1 }),
              prefix: text("What stands before the token in it."),
            },
            { required: ["header"] },
          ),
        ),
        queryParams: list("Query parameters.", text("A query parameter's name.")),
      },
    ),
    keepToken: flag("true: the token is sent to the upstream too; it is removed otherwise."),
    claimsToHeaders: list(
      "Claims of the verified token that are sent to the upstream as headers.",
      object(
        "One claim and its header.",
        {
          claim: text("The claim; `.` leads into nested claims.", { minLength: 1 }),
          header: text("The request header that is set.", { minLength: 1 }),
          append: flag("true: several claims sent in one header are joined with commas."),
        },
        { required: ["claim", "header"] },
      ),
    ),
    clockSkewSeconds: {
      description: "By how many seconds `exp` and `nbf` may be missed; 60 if absent, and 0 is none.",
      type: "integer",
      format: "int64",
      minimum: 0,
      maximum: 4294967295,
    },
    attachFailedStatusToMetadata: text(
      "Name N of the filter states wasm.N.code and wasm.N.message, which receive the status of a failed verification.",
    ),
  },
  { required: ["jwks"] },
);

/** jwt.proto VhostExtension. */
export function vhostExtension(description: string): Schema {
  return object(description, {
    providers: mapOf("Alternatives: a token that any of them verifies is accepted.", provider),
    allowMissingOrFailedJwt: flag(
      "true: requests without a token, or with a bad one, pass too; wins over validationPolicy.",
    ),
    validationPolicy: enumeration("What becomes of a request without a token, or with a bad one.", VALIDATION_POLICIES),
  });
}

/** jwt.proto RouteExtension. */
export function routeExtension(description: string): Schema {
  return object(description, { disable: flag("true: no token is demanded here, whatever the Gateway's policy says.") });
}

/** The before and after stages of jwt.proto's Jwt…Staged messages. */
export function staged(description: string, stage: (description: string) => Schema): Schema {
  return object(description, {
    beforeExtAuth: stage("Before external authorization."),
    afterExtAuth: stage("After external authorization."),
  });
}

/** rbac.proto ExtensionSettings. */
export const rbac: Schema = object("Which verified tokens are let through; without policies nobody is.", {
  disable: flag("true: claims are not judged here, whatever the Gateway's policy says."),
  policies: mapOf(
    "Alternatives: a request that any of them allows is let through.",
    object("Who may do what.", {
      principals: list(
        "Alternatives: one of them must match.",
        object("One sort of caller.", {
          jwtPrincipal: object("A caller by the claims of its token; all of them must match.", {
            claims: mapOf("Claim names and the values to match.", text("The value to match; quote true and numbers.")),
            provider: text("The provider that must have verified the token; any if absent or empty."),
            matcher: enumeration("How claims and values are compared.", CLAIM_MATCHERS),
          }),
        }),
      ),
      permissions: object("What they may do; anything if absent.", {
        pathPrefix: text("What the path begins with; any path if absent or empty."),
        methods: list("The methods; any method if absent or empty.", text("A method.")),
      }),
      nestedClaimDelimiter: text("What separates the steps of a nested claim's name; no nesting if absent or empty."),
    }),
  ),
});

/** `targetRefs`; `withSection` where upstream's reference type has a sectionName. */
export function targetRefs(withSection: boolean): Schema {
  const fields = {
    group: group("The target's API group, gateway.networking.k8s.io."),
    kind: kind("The target's kind."),
    name: objectName("The target's name."),
    namespace: text("The target's namespace, which must be the policy's own."),
  };
  return list(
    "What the policy is attached to, in its own namespace.",
    object("One target.", withSection ? { ...fields, sectionName: sectionName("A listener of the target.") } : fields, {
      required: ["group", "kind", "name"],
    }),
  );
}
