// As many routes and policies as are asked for, on the guide's Gateway.
import type { KubeClient } from "../../../controller/kube/client.js";
import { ApiError } from "../../../controller/kube/errors.js";
import { apiPath } from "../../../controller/kube/objects.js";

const NAMESPACE = "httpbin";
const CONCURRENCY = 16;
const ROUTES = { apiVersion: "gateway.networking.k8s.io/v1", plural: "httproutes" };
const POLICIES = { apiVersion: "gateway.solo.io/v1", plural: "routeoptions" };
const VIRTUAL_HOSTS = { apiVersion: "gateway.solo.io/v1", plural: "virtualhostoptions" };

export const hostOf = (i: number): string => `host-${i}.example.com`;

function route(i: number): object {
  return {
    ...{ apiVersion: ROUTES.apiVersion, kind: "HTTPRoute", metadata: { name: `bench-${i}`, namespace: NAMESPACE } },
    spec: {
      parentRefs: [{ name: "http", namespace: "kgateway-system" }],
      hostnames: [hostOf(i)],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: `/${i}` } }, { path: { type: "Exact", value: "/headers" } }],
          backendRefs: [{ name: "httpbin", port: 8000 }],
        },
      ],
    },
  };
}

/** Lets a team in. No two are alike: every route has a policy of its own in the filter's configuration. */
function policy(i: number, team: string): object {
  const targetRefs = [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: `bench-${i}` }];
  const principals = [{ team }, { tenant: `tenant-${i}` }].map((claims) => ({ jwtPrincipal: { claims } }));
  return {
    ...{ apiVersion: POLICIES.apiVersion, kind: "RouteOption", metadata: { name: `bench-${i}`, namespace: NAMESPACE } },
    spec: { targetRefs, options: { rbac: { policies: { only: { principals } } } } },
  };
}

/** One key for all: tokens are verified on every route. */
function verification(key: string): object {
  const targetRefs = [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "http" }];
  const providers = { solo: { issuer: "solo.io", jwks: { local: { key } } } };
  return {
    ...{ apiVersion: VIRTUAL_HOSTS.apiVersion, kind: "VirtualHostOption" },
    metadata: { name: "bench", namespace: "kgateway-system" },
    spec: { targetRefs, options: { jwt: { providers } } },
  };
}

/** Makes `count` routes with a policy each, and what verifies the tokens that the policies judge, as far as they are not there. */
export async function populate(client: KubeClient, count: number, key: string): Promise<void> {
  const at = { namespace: NAMESPACE };
  const make = (path: string, body: object) =>
    client.request({ method: "POST", path, body }).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    });
  await make(apiPath(VIRTUAL_HOSTS, { namespace: "kgateway-system" }), verification(key));
  await each(count, async (i) => {
    await make(apiPath(ROUTES, at), route(i));
    await make(apiPath(POLICIES, at), policy(i, "dev"));
  });
}

/** Changes the policy of one route. */
export async function changePolicy(client: KubeClient, i: number, team: string): Promise<void> {
  const path = apiPath(POLICIES, { namespace: NAMESPACE, name: `bench-${i}` });
  await client.request({ method: "PATCH", path, body: policy(i, team), contentType: "application/merge-patch+json" });
}

/** Calls `work` for 0 to count - 1, some at a time. */
export async function each(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < count; i = next++) await work(i);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
