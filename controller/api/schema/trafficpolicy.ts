// kgateway's TrafficPolicy, gateway.kgateway.dev/v1alpha1: attachment, jwtAuth and rbac
// (api/v1alpha1/kgateway/traffic_policy_types.go, api/v1alpha1/shared/{rbac,policy_types}.go).
import { group, kind, list, namespaceName, object, objectName, resource, sectionName, text } from "./common.js";
import { exactlyOneOf, rule } from "./schema.js";
import type { Rule, Schema } from "./schema.js";

const TARGETS = ["Gateway", "HTTPRoute", "GRPCRoute", "ListenerSet"];

function targetKinds(field: string): Rule {
  return rule<{ kind: string }[]>(
    `self.all(r, r.kind in [${TARGETS.map((name) => `'${name}'`).join(", ")}])`,
    `${field} may only reference Gateway, HTTPRoute, GRPCRoute, or ListenerSet resources`,
    (self) => self.every((reference) => TARGETS.includes(reference.kind)),
  );
}

const section = sectionName("A listener of the Gateway, or a named rule of the HTTPRoute.");

export const trafficPolicy: Schema = resource(
  "Demands tokens, and what they must claim, on the routes it is attached to.",
  object("The policy.", {
    targetRefs: list(
      "What the policy is attached to, in its own namespace.",
      object(
        "One target.",
        {
          group: group("The target's API group, gateway.networking.k8s.io."),
          kind: kind("The target's kind."),
          name: objectName("The target's name."),
          sectionName: section,
        },
        { required: ["group", "kind", "name"] },
      ),
      { minItems: 1, maxItems: 16, "x-kubernetes-validations": [targetKinds("targetRefs")] },
    ),
    targetSelectors: list(
      "What the policy is attached to, by labels.",
      object(
        "Targets of one kind with these labels.",
        {
          group: group("The targets' API group, gateway.networking.k8s.io."),
          kind: kind("The targets' kind."),
          matchLabels: {
            description: "Labels a target must have.",
            type: "object",
            additionalProperties: text("The value the label must have."),
          },
          sectionName: section,
        },
        { required: ["group", "kind", "matchLabels"] },
      ),
      { "x-kubernetes-validations": [targetKinds("targetSelectors")] },
    ),
    jwtAuth: object(
      "Which tokens are accepted.",
      {
        extensionRef: object(
          "The GatewayExtension that verifies the tokens.",
          {
            name: objectName("The GatewayExtension's name."),
            namespace: namespaceName("Its namespace, if not the policy's; needs a ReferenceGrant there."),
          },
          { required: ["name"] },
        ),
        disable: object("Present: no token is demanded here, whatever a Gateway-level policy says.", {}),
      },
      { "x-kubernetes-validations": [exactlyOneOf("extensionRef", "disable")] },
    ),
    rbac: object(
      "Which verified tokens are let through.",
      {
        policy: object(
          "The conditions.",
          {
            matchExpressions: list(
              "CEL expressions; one that is true is a match.",
              text("A CEL expression.", { minLength: 1, maxLength: 16384 }),
              { minItems: 1, maxItems: 256 },
            ),
          },
          { required: ["matchExpressions"] },
        ),
        action: text("What a match means; a request that does not match gets the opposite.", {
          enum: ["Allow", "Deny"],
          default: "Allow",
        }),
      },
      { required: ["policy"] },
    ),
  }),
);
