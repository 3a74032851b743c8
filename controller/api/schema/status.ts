// The statuses of the policy kinds, for CRDs. Gateway API's shapes and limits (apis/v1/policy_types.go), and Gloo's own
// `statuses` (solo-kit's core NamespacedStatuses).
import { group, kind, list, namespaceName, object, objectName, port, sectionName, text } from "./common.js";
import type { Schema } from "./schema.js";

/** metav1.Condition. */
const condition: Schema = object(
  "One thing that is or is not so.",
  {
    type: text("What is judged, such as Accepted.", {
      maxLength: 316,
      pattern:
        "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
    }),
    status: text("Whether it is so.", { enum: ["True", "False", "Unknown"] }),
    reason: text("Why, in one word.", {
      minLength: 1,
      maxLength: 1024,
      pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
    }),
    message: text("Why, in words.", { maxLength: 32768 }),
    observedGeneration: {
      description: "The metadata.generation that was judged.",
      type: "integer",
      format: "int64",
      minimum: 0,
    },
    lastTransitionTime: text("When `status` last changed.", { format: "date-time" }),
  },
  { required: ["lastTransitionTime", "message", "reason", "status", "type"] },
);

function conditions(description: string, limits: Partial<Schema>): Schema {
  return list(description, condition, {
    ...limits,
    maxItems: 8,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
  });
}

const ancestors: Schema = list(
  "One entry for each target and controller.",
  object(
    "What one controller has made of the policy for one target.",
    {
      ancestorRef: object(
        "The target.",
        {
          group: group("Its API group.", { default: "gateway.networking.k8s.io" }),
          kind: kind("Its kind.", { default: "Gateway" }),
          namespace: namespaceName("Its namespace."),
          name: objectName("Its name."),
          sectionName: sectionName("Its listener or rule."),
          port: port("Its port."),
        },
        { required: ["name"] },
      ),
      controllerName: text("Who wrote the entry; claimgate.dev/gateway-controller for claimgate.", {
        minLength: 1,
        maxLength: 253,
        pattern:
          "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
      }),
      conditions: conditions("Accepted: valid, and attached; Attached: in force; Programmed: Envoy has it.", {
        minItems: 1,
      }),
    },
    { required: ["ancestorRef", "conditions", "controllerName"] },
  ),
  { maxItems: 16, "x-kubernetes-list-type": "atomic" },
);

/** Gateway API's PolicyStatus. */
export const policyStatus: Schema = object(
  "What controllers have made of the policy.",
  { ancestors },
  { required: ["ancestors"] },
);

/** Of a kind that is attached to nothing itself. */
export const conditionsStatus: Schema = object("What controllers have made of it.", {
  conditions: conditions("Accepted: valid, its keys readable.", {}),
});

/** Gloo's own status, and ancestors beside it. Gloo writes more than is named here, which must stay. */
export const glooStatus: Schema = object(
  "What controllers have made of the policy.",
  {
    observedGeneration: {
      description: "The metadata.generation that was judged.",
      type: "integer",
      format: "int64",
      minimum: 0,
    },
    statuses: {
      description: "One entry for each installation, by its namespace.",
      type: "object",
      additionalProperties: object(
        "What one installation has made of the policy.",
        {
          reportedBy: text("Who wrote the entry; claimgate.dev/gateway-controller for claimgate."),
          state: {
            description: "Pending (0), Accepted (1), Rejected (2) or Warning (3).",
            "x-kubernetes-int-or-string": true,
          },
          reason: text("Why, in words."),
        },
        { "x-kubernetes-preserve-unknown-fields": true },
      ),
    },
    ancestors,
  },
  { "x-kubernetes-preserve-unknown-fields": true },
);
