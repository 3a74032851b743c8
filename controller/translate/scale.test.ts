// How long translation takes, relative to how much there is: ten times the resources may cost no more than fifteen times the time.
import { join } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_OPTIONS } from "../controller.js";
import { FilterValidator } from "../filter/validator.js";
import { mergeResources } from "../source/merge.js";
import { parseManifests } from "../source/parse.js";
import type { LoadedResource } from "../source/source.js";
import { packageRoot } from "../xds/package-root.js";
import { translate } from "./translate.js";

const WASM = join(packageRoot(), "build", "claimgate.wasm");

const BASE = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw }
spec: { gatewayClassName: claimgate, listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: v1
kind: Service
metadata: { name: s }
spec: { ports: [{ port: 80 }] }
---
`;

const route = (i: number): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: r${i}, labels: { own: r${i} } }
spec:
  parentRefs: [{ name: gw }]
  hostnames: [h${i}.example]
  rules: [{ matches: [{ path: { value: /r${i} } }], backendRefs: [{ name: s, port: 80 }] }]
---`;

const targetRef = (kind: string, name: string): string =>
  `targetRefs: [{ group: gateway.networking.k8s.io, kind: ${kind}, name: ${name} }]`;

function rbac(i: number, kind: string, target: string, team = `team ${i}`): string {
  return `
apiVersion: gateway.solo.io/v1
kind: ${kind}
metadata: { name: p${i} }
spec:
  ${target}
  options: { rbac: { policies: { v: { principals: [{ jwtPrincipal: { claims: { team: ${team} } } }] } } } }
---`;
}

/** As many policies as routes, one way of being attached each. */
const PLANS: Readonly<Record<string, (i: number) => string>> = {
  "a policy on every route": (i) => rbac(i, "RouteOption", targetRef("HTTPRoute", `r${i}`)),
  "every policy on the Gateway": (i) => rbac(i, "VirtualHostOption", targetRef("Gateway", "gw")),
  "every policy on one route": (i) => rbac(i, "RouteOption", targetRef("HTTPRoute", "r0")),
  "no target exists": (i) => rbac(i, "RouteOption", targetRef("HTTPRoute", `absent${i}`)),
  "every policy is refused": (i) =>
    rbac(i, "RouteOption", targetRef("HTTPRoute", `r${i}`), `"(${i}", matcher: REGEX_MATCH`),
  "extensions that write headers": (i) => `
apiVersion: gateway.kgateway.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: p${i} }
spec: { ${targetRef("HTTPRoute", `r${i}`)}, jwtAuth: { extensionRef: { name: e${i} } } }
---
apiVersion: gateway.kgateway.dev/v1alpha1
kind: GatewayExtension
metadata: { name: e${i} }
spec:
  jwt:
    providers:
      - name: p
        claimsToHeaders: [{ name: team, header: x-team }]
        jwks: { local: { inline: '{"keys":[{"kty":"RSA","n":"${Buffer.alloc(256, 0xc3).toString("base64url")}","e":"AQAB"}]}' } }
---`,
};

function resources(count: number, policy: (i: number) => string): readonly LoadedResource[] {
  const all = Array.from({ length: count }, (_, i) => route(i) + policy(i));
  return mergeResources([parseManifests("a.yaml", BASE).resources, parseManifests("b.yaml", all.join("")).resources])
    .resources;
}

/**
 * Microseconds of CPU for so many translations of what was never seen before, by filters that know nothing yet. As much altogether,
 * few or many: what collecting garbage costs is in both.
 */
function cost(input: readonly LoadedResource[], times: number): number {
  const all = Array.from({ length: times }, () => ({
    fresh: structuredClone(input),
    validator: new FilterValidator(WASM),
  }));
  const start = process.cpuUsage();
  for (const { fresh, validator } of all)
    expect(translate(fresh, validator, DEFAULT_OPTIONS).statuses.length).toBeGreaterThan(input.length / 2);
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

test.each(Object.entries(PLANS))("%s", { timeout: 120_000 }, (_name, policy) => {
  const [small, large] = [resources(100, policy), resources(1000, policy)];
  let [least, most] = [Infinity, Infinity];
  // What else the machine does only ever adds: the best of some runs counts, and as many as it takes to see it.
  for (let run = 0; run < 12 && (run < 3 || most / least > 15); run++) {
    least = Math.min(least, cost(small, 10) / 10);
    most = Math.min(most, cost(large, 1));
  }
  expect(most / least).toBeLessThanOrEqual(15);
});
