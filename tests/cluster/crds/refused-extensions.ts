// What an API server must not let in as a GatewayExtension. Limits, rules and messages are those of kgateway's CRD
// (install/helm/kgateway-crds/templates/gateway.kgateway.dev_gatewayextensions.yaml).
import {
  atLeast,
  atMost,
  broken,
  duplicate,
  empty,
  exactlyOne,
  mismatch,
  noItems,
  required,
  tooLong,
  tooMany,
  unevaluated,
  unsupported,
} from "./causes.js";
import { backOff, local, provider, providers, remote, remoteProvider, text, times } from "./policies.js";
import type { Fields } from "./policies.js";
import { GROUP, KIND, LABEL, NO_SPEC } from "./row.js";
import type { Row } from "./row.js";

const P = "spec.jwt.providers[0]";
const REMOTE = `${P}.jwks.remote`;
const BACKEND = `${REMOTE}.backendRef`;
const BACK_OFF = `${REMOTE}.retryPolicy.backOff`;
const SOURCE = `${P}.tokenSource`;
const CLAIM = `${P}.claimsToHeaders[0]`;
const ONE_TYPE = exactlyOne("extAuth", "extProc", "rateLimit", "jwt", "oauth2");
const TYPES = { ExtAuth: "extAuth", ExtProc: "extProc", RateLimit: "rateLimit", JWT: "jwt", OAuth2: "oauth2" };
const INTERVALS = "maxInterval must be greater than or equal to baseInterval";

function typeOnly([type, field]: [string, string]): Row {
  const other = field === "jwt" ? { extAuth: {} } : { jwt: {} };
  return [
    `type ${type} without ${field}`,
    { type, ...other },
    [broken("spec", `${type} must be set when type is ${type}`)],
  ];
}

function durations(name: string, at: string, spec: (value: string) => Fields, also: readonly string[] = []): Row[] {
  const least = `${name} must be at least 1ms.`;
  return [
    [
      `${name} that is none`,
      spec("5 min"),
      [broken(at, "invalid duration value", "string"), unevaluated(at, least, "string"), ...also.map(unevaluatedPair)],
    ],
    [
      `${name} of a day`,
      spec("1d"),
      [broken(at, "invalid duration value", "string"), unevaluated(at, least, "string"), ...also.map(unevaluatedPair)],
    ],
    [
      `${name} of nothing`,
      spec("0s"),
      [broken(at, least, "string"), ...also.map((message) => broken(BACK_OFF, message))],
    ],
    [`long ${name}`, spec("1".repeat(33)), [tooLong(at, 32)]],
  ];
}

function unevaluatedPair(message: string): string {
  return unevaluated(BACK_OFF, message, "object");
}

export const GATEWAY_EXTENSION: readonly Row[] = [
  NO_SPEC,
  ["no type", {}, [broken("spec", ONE_TYPE)]],
  ["two types", { jwt: {}, oauth2: {} }, [broken("spec", ONE_TYPE)]],
  ...Object.entries(TYPES).map(typeOnly),
  ["unknown type", { type: "Other", jwt: {} }, [unsupported("spec.type", "Other", ...Object.keys(TYPES))]],
  [
    "unknown mode",
    { jwt: { validationMode: "strict" } },
    [unsupported("spec.jwt.validationMode", "strict", "Strict", "AllowMissing")],
  ],
  [
    "33 providers",
    providers(...times(33, (index) => ({ name: `p${index}`, jwks: local }))),
    [tooMany("spec.jwt.providers", 33, 32)],
  ],
  [
    "one name twice",
    providers({ name: "p", jwks: local }, { name: "p", jwks: local }),
    [duplicate("spec.jwt.providers[1]", { name: "p" })],
  ],
  ["provider without name and keys", providers({}), [required(`${P}.name`), required(`${P}.jwks`)]],
  ["empty name", provider({ name: "" }), [empty(`${P}.name`)]],
  ["long name", provider({ name: text(254) }), [tooLong(`${P}.name`, 253)]],
  ["long issuer", provider({ issuer: text(2049) }), [tooLong(`${P}.issuer`, 2048)]],
  ["no audiences", provider({ audiences: [] }), [noItems(`${P}.audiences`)]],
  ["33 audiences", provider({ audiences: times(33, String) }), [tooMany(`${P}.audiences`, 33, 32)]],
  ["no token source", provider({ tokenSource: {} }), [broken(SOURCE, exactlyOne("header", "queryParameter"))]],
  [
    "two token sources",
    provider({ tokenSource: { header: { header: "x" }, queryParameter: "q" } }),
    [broken(SOURCE, exactlyOne("header", "queryParameter"))],
  ],
  ["header without a name", provider({ tokenSource: { header: {} } }), [required(`${SOURCE}.header.header`)]],
  [
    "empty header and prefix",
    provider({ tokenSource: { header: { header: "", prefix: "" } } }),
    [empty(`${SOURCE}.header.header`), empty(`${SOURCE}.header.prefix`)],
  ],
  [
    "long header and prefix",
    provider({ tokenSource: { header: { header: text(2049), prefix: text(2049) } } }),
    [tooLong(`${SOURCE}.header.header`, 2048), tooLong(`${SOURCE}.header.prefix`, 2048)],
  ],
  ["no claims", provider({ claimsToHeaders: [] }), [noItems(`${P}.claimsToHeaders`)]],
  [
    "33 claims",
    provider({ claimsToHeaders: times(33, () => ({ name: "c", header: "h" })) }),
    [tooMany(`${P}.claimsToHeaders`, 33, 32)],
  ],
  [
    "claim without anything",
    provider({ claimsToHeaders: [{}] }),
    [required(`${CLAIM}.name`), required(`${CLAIM}.header`)],
  ],
  [
    "empty claim and header",
    provider({ claimsToHeaders: [{ name: "", header: "" }] }),
    [empty(`${CLAIM}.name`), empty(`${CLAIM}.header`)],
  ],
  [
    "long claim and header",
    provider({ claimsToHeaders: [{ name: text(2049), header: text(2049) }] }),
    [tooLong(`${CLAIM}.name`, 2048), tooLong(`${CLAIM}.header`, 2048)],
  ],
  ["no sort of keys", provider({ jwks: {} }), [broken(`${P}.jwks`, exactlyOne("local", "remote"))]],
  ["two sorts of keys", provider({ jwks: { ...local, remote } }), [broken(`${P}.jwks`, exactlyOne("local", "remote"))]],
  [
    "no local keys",
    provider({ jwks: { local: {} } }),
    [broken(`${P}.jwks.local`, exactlyOne("inline", "configMapRef"))],
  ],
  [
    "two local keys",
    provider({ jwks: { local: { inline: "{}", configMapRef: { name: "k" } } } }),
    [broken(`${P}.jwks.local`, exactlyOne("inline", "configMapRef"))],
  ],
  ["empty keys", provider({ jwks: { local: { inline: "" } } }), [empty(`${P}.jwks.local.inline`)]],
  ["long keys", provider({ jwks: { local: { inline: text(16385) } } }), [tooLong(`${P}.jwks.local.inline`, 16384)]],
  ["remote keys without anything", provider({ jwks: { remote: {} } }), [required(`${REMOTE}.url`), required(BACKEND)]],
  ["empty URL", remoteProvider({ url: "" }), [empty(`${REMOTE}.url`)]],
  ["long URL", remoteProvider({ url: text(2049) }), [tooLong(`${REMOTE}.url`, 2048)]],
  ["backend without a name", remoteProvider({ backendRef: { port: 1 } }), [required(`${BACKEND}.name`)]],
  [
    "Service without a port",
    remoteProvider({ backendRef: { name: "idp" } }),
    [broken(BACKEND, "Must have port for Service reference")],
  ],
  ["port 0", remoteProvider({ backendRef: { name: "idp", port: 0 } }), [atLeast(`${BACKEND}.port`, 0, 1)]],
  [
    "port 65536",
    remoteProvider({ backendRef: { name: "idp", port: 65536 } }),
    [atMost(`${BACKEND}.port`, 65536, 65535)],
  ],
  [
    "bad names of a backend",
    remoteProvider({ backendRef: { group: "A", kind: "1", name: "idp", namespace: "A" } }),
    [
      mismatch(`${BACKEND}.group`, "A", GROUP),
      mismatch(`${BACKEND}.kind`, "1", KIND),
      mismatch(`${BACKEND}.namespace`, "A", LABEL),
    ],
  ],
  [
    "empty names of a backend",
    remoteProvider({ backendRef: { kind: "", name: "", namespace: "" } }),
    [empty(`${BACKEND}.kind`), empty(`${BACKEND}.name`), empty(`${BACKEND}.namespace`)],
  ],
  [
    "long names of a backend",
    remoteProvider({ backendRef: { group: text(254), kind: text(64), name: text(254), namespace: text(64) } }),
    [
      tooLong(`${BACKEND}.group`, 253),
      tooLong(`${BACKEND}.kind`, 63),
      tooLong(`${BACKEND}.name`, 253),
      tooLong(`${BACKEND}.namespace`, 63),
    ],
  ],
  ...durations("cacheDuration", `${REMOTE}.cacheDuration`, (cacheDuration) => remoteProvider({ cacheDuration })),
  ...durations("failedRefetchDuration", `${REMOTE}.asyncFetch.failedRefetchDuration`, (failedRefetchDuration) =>
    remoteProvider({ asyncFetch: { failedRefetchDuration } }),
  ),
  ...durations("baseInterval", `${BACK_OFF}.baseInterval`, (baseInterval) => backOff({ baseInterval })),
  ...durations(
    "maxInterval",
    `${BACK_OFF}.maxInterval`,
    (maxInterval) => backOff({ baseInterval: "1ms", maxInterval }),
    [INTERVALS],
  ),
  [
    "no retries",
    remoteProvider({ retryPolicy: { numRetries: 0 } }),
    [atLeast(`${REMOTE}.retryPolicy.numRetries`, 0, 1)],
  ],
  ["no base interval", backOff({}), [required(`${BACK_OFF}.baseInterval`)]],
  [
    "longest interval below the first",
    backOff({ baseInterval: "1m", maxInterval: "59s" }),
    [broken(BACK_OFF, INTERVALS)],
  ],
];
