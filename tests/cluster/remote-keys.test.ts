// Remote key sets in Kubernetes mode: an ExternalName Service, Gloo's Upstream, and what kubectl shows of the keys, also when the Envoy is
// connected to a replica that does not write statuses.
import { afterAll, beforeAll, expect, test } from "vitest";
import { EnvoyProcess } from "../../controller/envoy/process.js";
import type { Condition } from "../../controller/translate/status.js";
import { conditionsIn } from "../support/claimgate.js";
import { Cluster } from "../support/cluster.js";
import { installCrds } from "../support/cluster/crds.js";
import { RunningController } from "../support/controller.js";
import { Idp } from "../support/idp.js";
import { waitFor } from "../support/wait.js";

let cluster: Cluster;
let idp: Idp;
let controllers: RunningController[] = [];
let envoy: EnvoyProcess | undefined;

const manifests = (port: number) => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw, namespace: default }
spec: { gatewayClassName: claimgate, listeners: [{ name: http, port: 8080, protocol: HTTP }] }
---
apiVersion: v1
kind: Service
metadata: { name: idp, namespace: default }
spec: { type: ExternalName, externalName: localhost }
---
apiVersion: gateway.kgateway.dev/v1alpha1
kind: GatewayExtension
metadata: { name: jwt, namespace: default }
spec:
  jwt:
    providers:
      - name: idp
        jwks: { remote: { url: "http://idp.test/kgateway", backendRef: { name: idp, port: ${port} }, cacheDuration: 2s } }
---
apiVersion: gateway.kgateway.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: jwt, namespace: default }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: gw }]
  jwtAuth: { extensionRef: { name: jwt } }
---
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: { name: idp, namespace: default }
spec: { static: { hosts: [{ addr: 127.0.0.1, port: ${port} }] } }
---
apiVersion: gateway.solo.io/v1
kind: VirtualHostOption
metadata: { name: jwt, namespace: default }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: gw }]
  options:
    jwt:
      providers:
        idp: { jwks: { remote: { url: "http://idp.test/gloo", upstreamRef: { name: idp }, cacheDuration: 2s } } }
`;

beforeAll(async () => {
  cluster = await Cluster.start();
  await installCrds(cluster);
  await cluster.kubectl.run(["create", "namespace", "claimgate-system"]);
  idp = await Idp.start();
  await cluster.kubectl.apply(manifests(idp.port));
});
afterAll(async () => {
  await envoy?.stop();
  for (const controller of controllers) await controller.stop();
  await idp?.stop();
  await cluster?.stop();
});

/** Waits for KeysReady of an object, as kubectl shows it. */
async function keysReady(kind: string, reason: string, message: RegExp): Promise<void> {
  let seen: Condition | undefined;
  await waitFor(`${kind} to say ${reason}`, async () => {
    const { status } = await cluster.kubectl.get<{ status?: unknown }>(kind, "jwt", "-n", "default");
    seen = conditionsIn(status).find(({ type }) => type === "KeysReady");
    return seen?.reason === reason || undefined;
  });
  expect(seen!.message).toMatch(message);
}

test("kubectl shows what Envoys say of the keys, whatever replica they are connected to", async () => {
  const args = ["--leader-elect"];
  const leader = await RunningController.start(cluster.kubeconfig, ...args);
  controllers = [leader];
  await waitFor("the first to lead", () => /: leads/.test(leader.stderr) || undefined);
  const other = await RunningController.start(cluster.kubeconfig, ...args);
  controllers.push(other);
  await keysReady("gatewayextension", "NoReport", /^idp: no Envoy has fetched its keys yet/);

  const xds = { address: "127.0.0.1", port: other.xdsPort };
  envoy = new EnvoyProcess({ gateway: "default/gw", xds, adminPort: 0, concurrency: 1, logLevel: "critical" });
  await envoy.start();
  for (const kind of ["gatewayextension", "virtualhostoption"])
    await keysReady(kind, "Fetched", /^idp: key-1 \(RS256\), fetched 20/);
  expect(new Set(idp.requests.map(({ path }) => path))).toEqual(new Set(["/kgateway", "/gloo"]));

  idp.behaviour = { kind: "answer", status: 500 };
  await keysReady("gatewayextension", "RefreshFailed", /^idp: key-1 .*; fetching fails: \S.* since 20/);
  const state = "jsonpath={.status.statuses.claimgate-system.state}";
  await waitFor("Gloo's state", async () => {
    const shown = await cluster.kubectl.run(["get", "virtualhostoption", "jwt", "-n", "default", "-o", state]);
    return shown === "Warning" || undefined;
  });
  expect(leader.stderr).toMatch(/: leads/);
  expect(other.stderr).not.toMatch(/: leads/);
});
