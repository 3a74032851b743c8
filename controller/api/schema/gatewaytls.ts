// spec.tls of a Gateway, and the reference to a Secret that listeners share with it (apis/v1/gateway_types.go).
import { group, kind, list, namespaceName, object, objectName, port, text } from "./common.js";
import type { Schema } from "./schema.js";

/** Gateway API's SecretObjectReference. */
export function secretReference(description: string): Schema {
  return object(
    description,
    {
      group: group("Its API group; empty for a Secret.", { default: "" }),
      kind: kind("Its kind.", { default: "Secret" }),
      name: objectName("Its name."),
      namespace: namespaceName("Its namespace, if not the Gateway's; needs a ReferenceGrant there."),
    },
    { required: ["name"] },
  );
}

function validated(description: string): Schema {
  return object(description, {
    validation: object(
      "How certificates of clients are checked.",
      {
        caCertificateRefs: list(
          "The certificates that may have signed them.",
          object(
            "One object, such as a ConfigMap, with certificates.",
            {
              group: group("Its API group."),
              kind: kind("Its kind."),
              name: objectName("Its name."),
              namespace: namespaceName("Its namespace, if not the Gateway's."),
            },
            { required: ["group", "kind", "name"] },
          ),
          { minItems: 1, maxItems: 8 },
        ),
        mode: text("Whether clients without a valid certificate are let in.", {
          enum: ["AllowValidOnly", "AllowInsecureFallback"],
          default: "AllowValidOnly",
        }),
      },
      { required: ["caCertificateRefs"] },
    ),
  });
}

export const gatewayTls: Schema = object("TLS of the whole Gateway.", {
  backend: object("TLS to the backends.", {
    clientCertificateRef: secretReference("The certificate the Gateway shows to backends."),
  }),
  frontend: object(
    "TLS to the clients.",
    {
      default: validated("What holds for all ports."),
      perPort: list(
        "What holds for single ports instead.",
        object(
          "One port.",
          { port: port("The port."), tls: validated("What holds for it.") },
          { required: ["port", "tls"] },
        ),
        { maxItems: 64, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port"] },
      ),
    },
    { required: ["default"] },
  ),
});
