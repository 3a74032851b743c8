// What deploy/ lets the controller do is what it needs: it works as that ServiceAccount, and says so if any one verb is missing.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { KubernetesObject } from "../../controller/api/types.js";
import { controller } from "../../controller/cli/controller.js";
import { KubeClient } from "../../controller/kube/client.js";
import { apiPath } from "../../controller/kube/objects.js";
import { certificateFor, tlsSecret } from "../support/certificates.js";
import { conditionsIn } from "../support/claimgate.js";
import { Cluster, type Kubectl } from "../support/cluster.js";
import { installCrds } from "../support/cluster/crds.js";
import { rest } from "../support/cluster/rest.js";
import { RunningController } from "../support/controller.js";
import { kustomize, objectsOf } from "../support/deploy.js";
import { waitFor } from "../support/wait.js";

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}
type Role = KubernetesObject & { rules: Rule[] };
/** One verb on one resource of one rule. */
interface Grant {
  role: Role;
  rule: Rule;
  group: string;
  resource: string;
  verb: string;
}

const NAMESPACE = "claimgate-system";
const BASE = kustomize("base");
const ROLES = [...objectsOf<Role>(BASE, "ClusterRole"), ...objectsOf<Role>(BASE, "Role")];
const GRANTS = ROLES.flatMap((role) =>
  role.rules.flatMap((rule) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) => rule.verbs.map((verb): Grant => ({ role, rule, group, resource, verb }))),
    ),
  ),
);
/** One object of each kind that has a status. */
const OBJECTS = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: claimgate }
spec: { controllerName: claimgate.dev/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw, namespace: default }
spec:
  gatewayClassName: claimgate
  listeners:
    - { name: a, port: 8443, protocol: HTTPS, hostname: a.test, tls: { certificateRefs: [{ name: a }] } }
    - { name: b, port: 8443, protocol: HTTPS, hostname: b.test, tls: { certificateRefs: [{ name: b }] } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: all, namespace: default }
spec: { parentRefs: [{ name: gw }], rules: [{}] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: keys, namespace: default }
data: { jwks: '{"keys":[]}' }
---
apiVersion: gateway.kgateway.dev/v1alpha1
kind: GatewayExtension
metadata: { name: jwt, namespace: default }
spec: { jwt: { providers: [{ name: p, jwks: { local: { configMapRef: { name: keys } } } }] } }
---
apiVersion: gateway.kgateway.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: jwt, namespace: default }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: gw }]
  jwtAuth: { extensionRef: { name: jwt } }
---
apiVersion: gateway.solo.io/v1
kind: VirtualHostOption
metadata: { name: all, namespace: default }
spec: { targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: gw }] }
---
apiVersion: gateway.solo.io/v1
kind: RouteOption
metadata: { name: all, namespace: default }
spec: { targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: all }] }
`;
const STATUS_PATHS: Readonly<Record<string, string>> = {
  gatewayclasses: "/apis/gateway.networking.k8s.io/v1/gatewayclasses/claimgate",
  gateways: "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways/gw",
  httproutes: "/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes/all",
  gatewayextensions: "/apis/gateway.kgateway.dev/v1alpha1/namespaces/default/gatewayextensions/jwt",
  trafficpolicies: "/apis/gateway.kgateway.dev/v1alpha1/namespaces/default/trafficpolicies/jwt",
  virtualhostoptions: "/apis/gateway.solo.io/v1/namespaces/default/virtualhostoptions/all",
  routeoptions: "/apis/gateway.solo.io/v1/namespaces/default/routeoptions/all",
};
const LEASES = apiPath({ apiVersion: "coordination.k8s.io/v1", plural: "leases" }, { namespace: NAMESPACE });

let cluster: Cluster;
let account: Kubectl;

beforeAll(async () => {
  cluster = await Cluster.start();
  await installCrds(cluster);
  await cluster.kubectl.run(["apply", "--server-side", "-f", "-"], BASE);
  account = await cluster.serviceAccount(NAMESPACE, "claimgate");
  await cluster.kubectl.apply(OBJECTS);
  for (const name of ["a", "b"]) await cluster.kubectl.apply(tlsSecret(name, await certificateFor([`${name}.test`])));
});
afterAll(() => cluster?.stop());

/** As the administrator; the answer's code is for whoever minds. */
async function send(method: string, path: string, body?: object): Promise<number> {
  return (await rest(cluster.kubeconfig, method, path, body)).code;
}

/** Reads an object and writes what `edit` made of it. */
async function change(path: string, subresource: "" | "/status", edit: (object: KubernetesObject) => object) {
  const { body } = await rest<KubernetesObject>(cluster.kubeconfig, "GET", path);
  expect(await send("PUT", path + subresource, edit(body))).toBe(200);
}

const isAllowed = async ({ rule, group, resource, verb }: Omit<Grant, "role">, namespace: string) => {
  const [name, subresource] = resource.split("/");
  const resourceAttributes = {
    ...{ group, verb, resource: name, subresource: subresource ?? "" },
    ...{ namespace, name: rule.resourceNames?.[0] ?? "" },
  };
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes },
  };
  const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const { body } = await rest<{ status: { allowed: boolean } }>(account.kubeconfig, "POST", path, review);
  return body.status.allowed;
};

/** Puts a role into force, and resolves when it is. */
async function putRole(grant: Grant, rules: readonly Rule[], allowed: boolean): Promise<void> {
  const { metadata, kind } = grant.role;
  const plural = `${kind.toLowerCase()}s`;
  const path = apiPath({ apiVersion: "rbac.authorization.k8s.io/v1", plural }, metadata);
  await change(path, "", (object) => ({ ...object, rules }));
  const namespace = metadata.namespace ?? "";
  await waitFor(`${allowed}`, async () => (await isAllowed(grant, namespace)) === allowed || undefined);
}

function without({ role, rule: from, group, resource, verb }: Grant): Rule[] {
  return role.rules.flatMap((rule) => {
    if (rule !== from) return [rule];
    const others = rule.resources.filter((other) => other !== resource);
    const verbs = rule.verbs.filter((other) => other !== verb);
    return [
      { ...rule, resources: others },
      { ...rule, apiGroups: [group], resources: [resource], verbs },
    ].filter(({ resources, verbs }) => resources.length > 0 && verbs.length > 0);
  });
}

describe("without", () => {
  let lines: string[];
  let grant: Grant | undefined;
  /** Of the objects that somebody else changes right before the controller writes their status. */
  let disturbed: Set<string>;

  beforeEach(() => {
    lines = [];
    disturbed = new Set();
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      lines.push(...String(text).trim().split("\n"));
      return true;
    });
    const real = Object.getOwnPropertyDescriptor(KubeClient.prototype, "request")!.value as KubeClient["request"];
    vi.spyOn(KubeClient.prototype, "request").mockImplementation(async function (this: KubeClient, request) {
      const object = request.path.replace(/\/status$/, "");
      if (request.method === "PATCH" && disturbed.delete(object)) {
        const annotations = { disturbed: String(Date.now()) };
        await change(object, "", (was) => ({ ...was, metadata: { ...was.metadata, annotations } }));
      }
      return real.call(this, request);
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    if (grant !== undefined) await putRole(grant, grant.role.rules, true);
    // Of the row that is about its absence.
    if (grant?.verb === "create") await cluster.kubectl.apply(OBJECTS);
    grant = undefined;
  });

  /** What makes the controller use the verb. */
  async function provoke({ resource, verb }: Grant): Promise<void> {
    const path = STATUS_PATHS[resource.replace("/status", "")];
    // Whoever held it before may not have given it up.
    await send("DELETE", LEASES);
    if (resource === "gatewayclasses" && verb === "create") await send("DELETE", path!);
    else if (path !== undefined && (verb === "patch" || verb === "get")) {
      if (verb === "get") disturbed.add(path);
      await change(path, "/status", ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }));
    } else if (resource === "leases" && verb === "update") {
      const metadata = { name: "claimgate-controller", namespace: NAMESPACE };
      const spec = { holderIdentity: "" };
      await send("POST", LEASES, { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec });
    }
  }

  test.each(GRANTS.map((one) => ({ ...one, what: `${one.verb} ${one.resource} of ${one.role.metadata.name}` })))(
    "$what: it says so",
    async (row) => {
      grant = row;
      await putRole(row, without(row), false);
      await provoke(row);
      let stop = () => {};
      const interrupted = new Promise<void>((resolve) => (stop = resolve));
      const ended = controller(
        {
          kubeconfig: account.kubeconfig,
          xdsAddress: { address: "127.0.0.1", port: 0 },
          healthAddress: "127.0.0.1",
          healthPort: 0,
          leaderElect: true,
          gatewayClass: ["claimgate"],
          statusNamespace: NAMESPACE,
          listenerAddress: "0.0.0.0",
          portOffset: 0,
          jwksCaFile: "/ca.crt",
        },
        interrupted,
      );
      const said = () => lines.some((line) => line.includes(`cannot ${row.verb} resource "${row.resource}"`));
      try {
        // Its own Lease is deleted at the end.
        if (row.verb === "delete")
          await waitFor("a start", () => lines.some((line) => / leads/.test(line)) || undefined);
        else await waitFor("the line", () => said() || undefined).catch((error: Error) => lines.push(error.message));
      } finally {
        stop();
        expect(await ended).toBe(0);
      }
      expect(said(), lines.join("\n")).toBe(true);
    },
  );
});

/** Kinds whose object has a condition. */
const conditioned = async () => {
  const bodies = await Promise.all(Object.values(STATUS_PATHS).map((path) => rest(cluster.kubeconfig, "GET", path)));
  return bodies.filter(({ body }) => conditionsIn((body as { status?: unknown }).status).length > 0).length;
};

test("with all of it, it works: every status is written, and nothing is refused", async () => {
  for (const path of Object.values(STATUS_PATHS))
    await change(path, "/status", ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }));
  const args = ["--leader-elect", "--status-namespace", NAMESPACE];
  const one = await RunningController.start(account.kubeconfig, ...args);
  const two = await RunningController.start(account.kubeconfig, ...args);
  try {
    await waitFor("all statuses", async () => (await conditioned()) === Object.keys(STATUS_PATHS).length || undefined);
    const resolved = '{.status.listeners[*].conditions[?(@.type=="ResolvedRefs")].status}';
    expect(await cluster.kubectl.run(["get", "gateway", "gw", "-o", `jsonpath=${resolved}`])).toBe("True True");
    await one.stop();
    await waitFor("the other to lead", () => /: leads/.test(two.stderr) || undefined);
  } finally {
    await one.stop();
    await two.stop();
  }
  expect(one.stderr + two.stderr).not.toMatch(/forbidden|403|cannot/);
  const leases = await cluster.kubectl.run(["get", "leases", "-n", NAMESPACE, "-o", "name"]);
  expect(leases.trim()).toBe("lease.coordination.k8s.io/claimgate-controller");
});

test("with it, it may do nothing else that would matter", async () => {
  const rule = { apiGroups: [], resources: [], verbs: [] };
  for (const [group, resource, verb, namespace] of [
    ["", "secrets", "get", "default"],
    ["", "secrets", "create", NAMESPACE],
    ["", "pods", "list", ""],
    ["", "services", "update", "default"],
    ["gateway.networking.k8s.io", "gateways", "patch", "default"],
    ["gateway.networking.k8s.io", "gatewayclasses", "patch", ""],
    ["gateway.kgateway.dev", "trafficpolicies", "patch", "default"],
    ["coordination.k8s.io", "leases", "list", "default"],
    ["rbac.authorization.k8s.io", "clusterroles", "list", ""],
  ] as const)
    expect([group, resource, verb, await isAllowed({ rule, group, resource, verb }, namespace)]).toEqual([
      ...[group, resource, verb],
      false,
    ]);
});

test("narrowed to Secrets by name: those are served, and of another the status says why, in words", async () => {
  const binding = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/claimgate-references";
  await send("DELETE", binding);
  await cluster.kubectl.apply(`
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: certificates, namespace: default }
rules: [{ apiGroups: [""], resources: [secrets], resourceNames: [a], verbs: [list, watch] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: certificates, namespace: default }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: certificates }
subjects: [{ kind: ServiceAccount, name: claimgate, namespace: ${NAMESPACE} }]
`);
  const narrowed = await RunningController.start(account.kubeconfig, "--status-namespace", NAMESPACE);
  try {
    const says = (listener: string, wanted: RegExp) =>
      waitFor(String(wanted), async () => {
        const filter = `{.status.listeners[?(@.name=="${listener}")].conditions[?(@.type=="ResolvedRefs")]}`;
        const condition = await cluster.kubectl.run(["get", "gateway", "gw", "-o", `jsonpath=${filter}`]);
        return wanted.test(condition) || undefined;
      });
    await says("a", /"status":"True"/);
    await says("b", /Secret default\/b cannot be read: 403: .*cannot list resource \\"secrets\\"/);
    expect((await narrowed.get("readyz")).status).toBe(200);
  } finally {
    await narrowed.stop();
  }
});
