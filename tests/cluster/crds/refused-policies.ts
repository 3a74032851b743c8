// What an API server must not let in as a TrafficPolicy. Limits, rules and messages are those of kgateway's CRD
// (install/helm/kgateway-crds/templates/gateway.kgateway.dev_trafficpolicies.yaml).
import { broken, empty, exactlyOne, mismatch, noItems, required, tooLong, tooMany, unsupported } from "./causes.js";
import { expressions, jwtAuth, target, targets, text, times } from "./policies.js";
import type { Fields } from "./policies.js";
import { GROUP, KIND, LABEL, NO_SPEC, SUBDOMAIN } from "./row.js";
import type { Row } from "./row.js";

const TARGET = "spec.targetRefs[0]";
const SELECTOR = "spec.targetSelectors[0]";
const EXTENSION = "spec.jwtAuth.extensionRef";
const MATCHES = "spec.rbac.policy.matchExpressions";
const KINDS = "may only reference Gateway, HTTPRoute, GRPCRoute, or ListenerSet resources";
const selectors = (...targetSelectors: unknown[]): Fields => ({ jwtAuth, targetSelectors });

/** Rows that targetRefs and targetSelectors have in common. */
function references(what: string, at: string, spec: (reference: Fields) => Fields): Row[] {
  const list = at.slice(0, -3);
  const good = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "http" };
  const make = (fields: Fields): Fields => {
    const { name, ...rest } = { ...good, ...fields };
    return spec(what === "target" ? { name, ...rest } : { ...rest, matchLabels: {} });
  };
  const wrongKind = broken(list, `${list.slice(5)} ${KINDS}`, "array");
  return [
    [`${what} of a wrong kind`, make({ kind: "Service" }), [wrongKind]],
    [
      `bad names of a ${what}`,
      make({ group: "A", kind: "1", sectionName: "A" }),
      [
        mismatch(`${at}.group`, "A", GROUP),
        mismatch(`${at}.kind`, "1", KIND),
        mismatch(`${at}.sectionName`, "A", SUBDOMAIN),
        wrongKind,
      ],
    ],
    [
      `empty names of a ${what}`,
      make({ kind: "", sectionName: "" }),
      [empty(`${at}.kind`), empty(`${at}.sectionName`), wrongKind],
    ],
    [
      `long names of a ${what}`,
      make({ group: text(254), kind: text(64), sectionName: text(254) }),
      [tooLong(`${at}.group`, 253), tooLong(`${at}.kind`, 63), tooLong(`${at}.sectionName`, 253)],
    ],
  ];
}

export const TRAFFIC_POLICY: readonly Row[] = [
  NO_SPEC,
  ["no targets", targets(), [noItems("spec.targetRefs")]],
  [
    "17 targets",
    targets(...times(17, (index) => ({ ...target, name: `g${index}` }))),
    [tooMany("spec.targetRefs", 17, 16)],
  ],
  ...references("target", TARGET, (reference) => targets(reference)),
  [
    "target without anything",
    targets({}),
    [required(`${TARGET}.group`), required(`${TARGET}.kind`), required(`${TARGET}.name`)],
  ],
  ["target with an empty name", targets({ ...target, name: "" }), [empty(`${TARGET}.name`)]],
  ["target with a long name", targets({ ...target, name: text(254) }), [tooLong(`${TARGET}.name`, 253)]],
  ...references("selector", SELECTOR, (reference) => selectors(reference)),
  [
    "selector without anything",
    selectors({}),
    [required(`${SELECTOR}.group`), required(`${SELECTOR}.kind`), required(`${SELECTOR}.matchLabels`)],
  ],
  ["neither extension nor disable", { jwtAuth: {} }, [broken("spec.jwtAuth", exactlyOne("extensionRef", "disable"))]],
  [
    "extension and disable",
    { jwtAuth: { ...jwtAuth, disable: {} } },
    [broken("spec.jwtAuth", exactlyOne("extensionRef", "disable"))],
  ],
  ["extension without a name", { jwtAuth: { extensionRef: {} } }, [required(`${EXTENSION}.name`)]],
  [
    "empty names of an extension",
    { jwtAuth: { extensionRef: { name: "", namespace: "" } } },
    [empty(`${EXTENSION}.name`), empty(`${EXTENSION}.namespace`)],
  ],
  [
    "long names of an extension",
    { jwtAuth: { extensionRef: { name: text(254), namespace: text(64) } } },
    [tooLong(`${EXTENSION}.name`, 253), tooLong(`${EXTENSION}.namespace`, 63)],
  ],
  [
    "bad namespace of an extension",
    { jwtAuth: { extensionRef: { name: "e", namespace: "a.b" } } },
    [mismatch(`${EXTENSION}.namespace`, "a.b", LABEL)],
  ],
  ["rbac without a policy", { rbac: {} }, [required("spec.rbac.policy")]],
  ["rbac without expressions", { rbac: { policy: {} } }, [required(MATCHES)]],
  ["no expressions", expressions(), [noItems(MATCHES)]],
  ["257 expressions", expressions(...times(257, () => "true")), [tooMany(MATCHES, 257, 256)]],
  ["empty expression", expressions(""), [empty(`${MATCHES}[0]`)]],
  ["long expression", expressions(text(16385)), [tooLong(`${MATCHES}[0]`, 16384)]],
  [
    "unknown action",
    { rbac: { policy: { matchExpressions: ["true"] }, action: "allow" } },
    [unsupported("spec.rbac.action", "allow", "Allow", "Deny")],
  ],
];
