// Gateway API's GatewayClass, gateway.networking.k8s.io/v1 (apis/v1/gatewayclass_types.go).
import { group, kind, namespaceName, object, objectName, resource, text } from "./common.js";
import type { Schema } from "./schema.js";

export const gatewayClass: Schema = resource(
  "A class of Gateways and the controller that serves them.",
  object(
    "The class.",
    {
      controllerName: text("The controller, a domain and a path.", {
        minLength: 1,
        maxLength: 253,
        pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+$",
      }),
      parametersRef: object(
        "Parameters of the class.",
        {
          group: group("Their API group."),
          kind: kind("Their kind."),
          name: objectName("Their name."),
          namespace: namespaceName("Their namespace, if they have one."),
        },
        { required: ["group", "kind", "name"] },
      ),
      description: text("What the class is for.", { maxLength: 64 }),
    },
    { required: ["controllerName"] },
  ),
);
