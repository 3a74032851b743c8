// kgateway's GatewayExtension, gateway.kgateway.dev/v1alpha1: spec.jwt whole (api/v1alpha1/kgateway/jwt_types.go and
// gateway_extensions_types.go). The other extension types are known by name only: they are not about tokens.
import { parseDuration } from "../duration.js";
import { backendObjectReference, flag, kgatewayDuration, list, object, resource, text } from "./common.js";
import { exactlyOneOf, rule } from "./schema.js";
import type { Schema } from "./schema.js";

const remoteJwks: Schema = object(
  "Keys fetched from a server.",
  {
    url: text("The full URL of the JWK set: scheme, host and path.", { minLength: 1, maxLength: 2048 }),
    backendRef: backendObjectReference("The Service through which the URL is reached."),
    cacheDuration: kgatewayDuration("cacheDuration", "How long fetched keys are used before they are fetched again."),
    asyncFetch: object("Fetches the keys ahead of requests.", {
      fastListener: flag("true: requests are taken before the first keys have come."),
      failedRefetchDuration: kgatewayDuration("failedRefetchDuration", "How long to wait after a failed fetch."),
    }),
    retryPolicy: object("How a failed fetch is repeated.", {
      numRetries: { description: "Repetitions of one fetch.", type: "integer", format: "int32", minimum: 1 },
      backOff: object(
        "Waiting time between repetitions.",
        {
          baseInterval: kgatewayDuration("baseInterval", "The first waiting time; it doubles each time."),
          maxInterval: kgatewayDuration("maxInterval", "The longest waiting time."),
        },
        {
          required: ["baseInterval"],
          "x-kubernetes-validations": [
            rule<{ baseInterval: string; maxInterval?: string }>(
              "has(self.maxInterval) ? duration(self.maxInterval) >= duration(self.baseInterval) : true",
              "maxInterval must be greater than or equal to baseInterval",
              (self) =>
                self.maxInterval === undefined || parseDuration(self.maxInterval)! >= parseDuration(self.baseInterval)!,
            ),
          ],
        },
      ),
    }),
  },
  { required: ["url", "backendRef"] },
);

const jwks: Schema = object(
  "Where the keys that verify the tokens come from.",
  {
    local: object(
      "Keys that are part of the configuration.",
      {
        inline: text("A JWK set, a JWK or a PEM public key.", { minLength: 1, maxLength: 16384 }),
        configMapRef: object("A ConfigMap of the same namespace whose key `jwks` holds the keys.", {
          name: text("The ConfigMap's name.", { default: "" }),
        }),
      },
      { "x-kubernetes-validations": [exactlyOneOf("inline", "configMapRef")] },
    ),
    remote: remoteJwks,
  },
  { "x-kubernetes-validations": [exactlyOneOf("local", "remote")] },
);

const tokenSource: Schema = object(
  "Where in a request the token is looked for; `Authorization: Bearer` and the query parameter access_token if absent.",
  {
    header: object(
      "A request header.",
      {
        header: text("The header's name.", { minLength: 1, maxLength: 2048 }),
        prefix: text("What stands before the token in the header, such as `Bearer ` with its space.", {
          minLength: 1,
          maxLength: 2048,
        }),
      },
      { required: ["header"] },
    ),
    queryParameter: text("A query parameter's name."),
  },
  { "x-kubernetes-validations": [exactlyOneOf("header", "queryParameter")] },
);

const provider: Schema = object(
  "One issuer of tokens and its keys.",
  {
    name: text("The provider's name, unique in the list.", { minLength: 1, maxLength: 253 }),
    issuer: text("What a token's `iss` must be; not checked if absent.", { maxLength: 2048 }),
    audiences: list("A token's `aud` must have one of them; not checked if absent.", text("An audience."), {
      minItems: 1,
      maxItems: 32,
    }),
    tokenSource,
    claimsToHeaders: list(
      "Claims of the verified token that are sent to the upstream as headers.",
      object(
        "One claim and its header.",
        {
          name: text("The claim; `.` leads into nested claims.", { minLength: 1, maxLength: 2048 }),
          header: text("The request header that is set.", { minLength: 1, maxLength: 2048 }),
        },
        { required: ["name", "header"] },
      ),
      { minItems: 1, maxItems: 32 },
    ),
    jwks,
    forwardToken: flag("true: the token is sent to the upstream too; it is removed otherwise."),
  },
  { required: ["name", "jwks"] },
);

const EXTENSIONS = ["extAuth", "extProc", "rateLimit", "jwt", "oauth2"] as const;
const TYPES: Readonly<Record<(typeof EXTENSIONS)[number], string>> = {
  extAuth: "ExtAuth",
  extProc: "ExtProc",
  rateLimit: "RateLimit",
  jwt: "JWT",
  oauth2: "OAuth2",
};

function other(description: string): Schema {
  return { description, type: "object", "x-kubernetes-preserve-unknown-fields": true };
}

export const gatewayExtension: Schema = resource(
  "Verifies tokens for the TrafficPolicies that refer to it.",
  object(
    "What the extension does.",
    {
      type: text("Not used any more: the type is the field that is set.", { enum: Object.values(TYPES) }),
      jwt: object("Verifies JSON Web Tokens.", {
        validationMode: text("Strict: a valid token is needed; AllowMissing: a request without a token passes.", {
          enum: ["Strict", "AllowMissing"],
        }),
        providers: list("Alternatives: a token that any of them verifies is accepted.", provider, {
          maxItems: 32,
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
        }),
      }),
      extAuth: other("External authorization; claimgate does not implement it."),
      extProc: other("External processing; claimgate does not implement it."),
      rateLimit: other("Rate limits; claimgate does not implement them."),
      oauth2: other("OAuth 2.0 login; claimgate does not implement it."),
    },
    {
      "x-kubernetes-validations": [
        exactlyOneOf(...EXTENSIONS),
        ...EXTENSIONS.map((field) =>
          rule<{ type?: string }>(
            `has(self.type) && self.type == '${TYPES[field]}' ? has(self.${field}) : true`,
            `${TYPES[field]} must be set when type is ${TYPES[field]}`,
            (self) => self.type !== TYPES[field] || field in self,
          ),
        ),
      ],
    },
  ),
);
