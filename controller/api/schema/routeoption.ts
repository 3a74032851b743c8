// Gloo's RouteOption, gateway.solo.io/v1: what concerns tokens and claims (route_options.proto).
import { object, resource } from "./common.js";
import { rbac, routeExtension, staged, targetRefs, vhostExtension } from "./gloo.js";
import { atMostOneOf } from "./schema.js";
import type { Schema } from "./schema.js";

export const routeOption: Schema = resource(
  "Demands tokens, and what they must claim, on the routes of an HTTPRoute.",
  object("The policy.", {
    targetRefs: targetRefs(false),
    options: object(
      "What is demanded.",
      {
        jwt: routeExtension("Whether tokens are demanded; the same as jwtStaged.afterExtAuth."),
        jwtStaged: staged("Whether tokens are demanded, before and after external authorization.", routeExtension),
        jwtProvidersStaged: staged(
          "Which tokens are accepted, before and after external authorization.",
          vhostExtension,
        ),
        rbac,
      },
      { "x-kubernetes-validations": [atMostOneOf("jwt", "jwtStaged", "jwtProvidersStaged")] },
    ),
  }),
);
