// Gateway API's ReferenceGrant, gateway.networking.k8s.io v1 and v1beta1 (apis/v1/referencegrant_types.go).
import { group, kind, list, namespaceName, object, objectName, resource } from "./common.js";
import type { Schema } from "./schema.js";

export const referenceGrant: Schema = resource(
  "Allows resources of other namespaces to refer to resources of this one.",
  object(
    "The grant.",
    {
      from: list(
        "Who may refer.",
        object(
          "One sort of referring resource.",
          {
            group: group("Its API group."),
            kind: kind("Its kind."),
            namespace: namespaceName("Its namespace."),
          },
          { required: ["group", "kind", "namespace"] },
        ),
        { minItems: 1, maxItems: 16 },
      ),
      to: list(
        "What they may refer to.",
        object(
          "One sort of resource of this namespace.",
          {
            group: group("Its API group; empty for Services, ConfigMaps and Secrets."),
            kind: kind("Its kind."),
            name: objectName("Its name; all of that kind if absent."),
          },
          { required: ["group", "kind"] },
        ),
        { minItems: 1, maxItems: 16 },
      ),
    },
    { required: ["from", "to"] },
  ),
);
