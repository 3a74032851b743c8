// Gloo's VirtualHostOption, gateway.solo.io/v1: what concerns tokens and claims (virtual_host_options.proto).
import { object, resource } from "./common.js";
import { rbac, staged, targetRefs, vhostExtension } from "./gloo.js";
import { atMostOneOf } from "./schema.js";
import type { Schema } from "./schema.js";

export const virtualHostOption: Schema = resource(
  "Demands tokens, and what they must claim, on all routes of a Gateway or of one of its listeners.",
  object("The policy.", {
    targetRefs: targetRefs(true),
    options: object(
      "What is demanded.",
      {
        jwt: vhostExtension("Which tokens are accepted; the same as jwtStaged.afterExtAuth."),
        jwtStaged: staged("Which tokens are accepted, before and after external authorization.", vhostExtension),
        rbac,
      },
      { "x-kubernetes-validations": [atMostOneOf("jwt", "jwtStaged")] },
    ),
  }),
);
