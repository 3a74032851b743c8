// CustomResourceDefinitions of the policy kinds and of what they name, made from the same schemas that file mode validates with.
import type { V1CustomResourceColumnDefinition, V1CustomResourceDefinition } from "@kubernetes/client-node";
import { KINDS } from "./kinds.js";
import type { KindInfo } from "./kinds.js";
import type { Schema } from "./schema/schema.js";
import { conditionsStatus, glooStatus, policyStatus } from "./schema/status.js";

/** The label by which our CRDs are told from kgateway's and Gloo's own; its value is always `claimgate`. */
export const OWNER_LABEL = "app.kubernetes.io/part-of";
export const OWNER = "claimgate";

interface Definition {
  kind: string;
  /** Upstream's where upstream has any. */
  shortNames: readonly string[];
  categories: readonly string[];
  /** GEP-713: a Direct policy concerns its target only, an Inherited one all below it too. */
  policy?: "Direct" | "Inherited";
  /** Absent: nobody's business here. */
  status?: Schema;
  columns: readonly V1CustomResourceColumnDefinition[];
}

const AGE: V1CustomResourceColumnDefinition = {
  name: "Age",
  type: "date",
  description: "The time since it was made.",
  jsonPath: ".metadata.creationTimestamp",
};

/** A condition's status; where there are several targets, a table shows the first one's. */
function conditionColumn(type: string, description: string, at: string, priority = 0) {
  const column = { name: type, type: "string", description, jsonPath: `${at}.conditions[?(@.type=="${type}")].status` };
  return priority === 0 ? column : { ...column, priority };
}

const ATTACHMENT: readonly V1CustomResourceColumnDefinition[] = [
  conditionColumn("Accepted", "Whether it is valid and attached.", ".status.ancestors[*]"),
  conditionColumn("Attached", "Whether it is in force, or overridden.", ".status.ancestors[*]"),
  conditionColumn("Programmed", "Whether every connected Envoy has it.", ".status.ancestors[*]", 1),
];

const STATE: V1CustomResourceColumnDefinition = {
  name: "State",
  type: "string",
  description: "Gloo's word for it.",
  jsonPath: ".status.statuses.*.state",
};

const DEFINITIONS: readonly Definition[] = [
  {
    kind: "GatewayExtension",
    shortNames: ["gwext"],
    categories: ["kgateway", OWNER],
    status: conditionsStatus,
    columns: [conditionColumn("Accepted", "Whether it is valid.", ".status"), AGE],
  },
  {
    kind: "TrafficPolicy",
    shortNames: ["tp"],
    categories: ["kgateway", OWNER],
    policy: "Direct",
    status: policyStatus,
    columns: [...ATTACHMENT, AGE],
  },
  {
    kind: "VirtualHostOption",
    shortNames: ["vho", "vhopts"],
    categories: [OWNER],
    policy: "Inherited",
    status: glooStatus,
    columns: [STATE, ...ATTACHMENT, AGE],
  },
  {
    kind: "RouteOption",
    shortNames: ["rto", "rtopts"],
    categories: [OWNER],
    policy: "Direct",
    status: glooStatus,
    columns: [STATE, ...ATTACHMENT, AGE],
  },
  {
    kind: "Upstream",
    shortNames: ["us"],
    categories: [OWNER],
    columns: [AGE],
  },
];

/** The CRDs of GatewayExtension, TrafficPolicy, VirtualHostOption, RouteOption and Upstream, as plain data. */
export function customResourceDefinitions(): V1CustomResourceDefinition[] {
  return DEFINITIONS.map((definition) =>
    crd(
      definition,
      KINDS.find(({ kind }) => kind === definition.kind)!,
    ),
  );
}

function crd(definition: Definition, info: KindInfo): V1CustomResourceDefinition {
  const { kind, shortNames, categories, policy, columns, status } = definition;
  const [group, version] = info.apiVersion.split("/") as [string, string];
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${info.plural}.${group}`,
      labels: {
        [OWNER_LABEL]: OWNER,
        ...(policy === undefined ? {} : { "gateway.networking.k8s.io/policy": policy }),
      },
    },
    spec: {
      group,
      scope: info.scope,
      names: {
        kind,
        listKind: `${kind}List`,
        plural: info.plural,
        singular: kind.toLowerCase(),
        shortNames: [...shortNames],
        categories: [...categories],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [...columns],
          schema: { openAPIV3Schema: structural(info.schema, status) as Record<string, unknown> },
        },
      ],
    },
  };
}

/**
 * The schema of a whole resource as a CRD may have it: the API server checks metadata itself and allows no schema of it, and
 * of our rules it takes the CEL.
 */
function structural(schema: Schema, status: Schema | undefined): unknown {
  const { description, properties = {} } = schema;
  return JSON.parse(
    JSON.stringify({
      description,
      type: "object",
      required: ["spec"],
      properties: {
        apiVersion: properties["apiVersion"],
        kind: properties["kind"],
        metadata: { type: "object" },
        spec: properties["spec"],
        status: status ?? properties["status"],
      },
    }),
  );
}
