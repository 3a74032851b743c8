// docs/kubernetes.md, "Install", as written, and what comes of it.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { KubernetesObject } from "../../controller/api/types.js";
import { packageRoot } from "../../controller/xds/package-root.js";
import { Child } from "../support/child.js";
import { claimgate } from "../support/claimgate.js";
import { Cluster, UPSTREAM_ADDRESS } from "../support/cluster.js";
import { kubeAsset } from "../support/cluster/assets.js";
import { kustomize, objectsOf } from "../support/deploy.js";
import { waitFor } from "../support/wait.js";

interface Container {
  name: string;
  image: string;
  args: string[];
  ports: { name: string; containerPort: number }[];
  readinessProbe: { httpGet: { path: string; port: string } };
  livenessProbe: { httpGet: { path: string; port: string } };
  volumeMounts: { name: string; mountPath: string }[];
  securityContext: Record<string, unknown>;
}
type Pod = {
  metadata: object;
  spec: { serviceAccountName: string; containers: [Container]; [field: string]: unknown };
};
type Deployment = KubernetesObject & { spec: { replicas: number; template: Pod } };

const NAMESPACE = "claimgate-system";
const ROOT = packageRoot();
/** The commands under "## Install", block by block. */
const BLOCKS = [
  .../^## Install$(.*?)^## /ms
    .exec(readFileSync(join(ROOT, "docs", "kubernetes.md"), "utf8"))![1]!
    .matchAll(/^```console\n(.*?)^```$/gms),
].map(([, block]) => block!.trim().split("\n"));

let cluster: Cluster;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "claimgate-install-"));
  cluster = await Cluster.start();
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(folder, { recursive: true });
});

/** Runs a line of the documentation in the checkout, with our kubectl. Resolves to what it says. */
function shell(line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const path = `${dirname(kubeAsset("kubectl"))}:${process.env["PATH"]}`;
    const environment = { ...process.env, PATH: path, KUBECONFIG: cluster.kubeconfig, KUBERC: "off" };
    const child = spawn("bash", ["-euo", "pipefail", "-c", line], { cwd: ROOT, env: environment });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(output) : reject(new Error(`${line}: ${code}\n${output}`))));
  });
}

const get = <T>(kind: string, name: string) => cluster.kubectl.get<T>(kind, name, "-n", NAMESPACE);

test("install.yaml is our CRDs and deploy/base", async () => {
  const file = join(folder, "install.yaml");
  execFileSync(process.execPath, ["tools/manifests.mjs", file], { cwd: ROOT });
  const { stdout } = await claimgate(["crds"]);
  const made = objectsOf(readFileSync(file, "utf8"));
  expect(made).toEqual([...objectsOf(stdout), ...objectsOf(kustomize("base"))]);
  expect(made.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["CustomResourceDefinition", "Deployment"]));
});

test("the image's tag is the version", () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  const [deployment] = objectsOf<Deployment>(kustomize("base"), "Deployment");
  expect(deployment!.spec.template.spec.containers[0].image).toBe(`claimgate:${version}`);
});

test("the commands, without cert-manager: everything is accepted, and a second time changes nothing", async () => {
  const [install, certificates] = BLOCKS;
  expect(install).toHaveLength(3);
  for (const line of [...install!, ...certificates!]) await shell(line);
  const again = await shell("kubectl apply --server-side --dry-run=server -f build/install.yaml");
  expect(again.match(/serverside-applied/g)!.length).toBe(objectsOf(readFileSync(join(ROOT, "build/install.yaml"), "utf8")).length); // prettier-ignore
  const { spec, metadata } = await get<Deployment>("deployment", "claimgate");
  expect([metadata.generation, spec.replicas]).toEqual([1, 2]);
  const { data } = await get<{ data: object }>("secret", "claimgate-xds-tls");
  expect(Object.keys(data).sort()).toEqual(["ca.crt", "tls.crt", "tls.key"]);
});

test("with cert-manager", async () => {
  const [, , commands] = BLOCKS;
  // Stand-ins that accept anything: its own are no part of any package registry.
  for (const [kind, plural, scope] of [
    ["Certificate", "certificates", "Namespaced"],
    ["ClusterIssuer", "clusterissuers", "Cluster"],
  ]) {
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    await cluster.kubectl.apply({
      ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
      metadata: { name: `${plural}.cert-manager.io` },
      spec: {
        ...{ group: "cert-manager.io", scope, names: { kind, plural } },
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    });
  }
  await cluster.kubectl.run(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
  await cluster.kubectl.run(["create", "namespace", "cert-manager"]);
  for (const line of commands!) await shell(line);
  const { spec } = await get<{ spec: Record<string, unknown> }>("certificate", "claimgate-xds-tls");
  expect(spec).toMatchObject({ secretName: "claimgate-xds-tls", dnsNames: ["claimgate.claimgate-system.svc"] });
});

describe("the pods", () => {
  const pod = async (): Promise<Pod> => (await get<Deployment>("deployment", "claimgate")).spec.template;

  test("keep the Pod Security Standard that the namespace enforces, and would be refused with less", async () => {
    const { metadata, spec } = await pod();
    const create = (changed: object) =>
      cluster.kubectl.try(
        ["create", "--dry-run=server", "-f", "-"],
        JSON.stringify({
          ...{ apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name: "one", namespace: NAMESPACE } },
          spec: { ...spec, ...changed },
        }),
      );
    expect(await create({})).toMatchObject({ code: 0, stderr: "" });
    expect((await create({ securityContext: {} })).stderr).toContain('violates PodSecurity "restricted');
    expect(spec.containers[0].securityContext).toMatchObject({ readOnlyRootFilesystem: true });
  });

  test("run the controller: its arguments, ports, probes and certificates fit together", async () => {
    const { spec } = await pod();
    const [{ args, ports, readinessProbe, livenessProbe, volumeMounts }] = spec.containers;
    const account = await cluster.serviceAccount(NAMESPACE, spec.serviceAccountName);
    expect((await claimgate(["certs", "--gateway", "default/http", "--output", folder])).code).toBe(0);
    const mounted = (arg: string) => arg.replace(volumeMounts[0]!.mountPath, join(folder, "server"));
    const environment = { ...process.env, KUBECONFIG: account.kubeconfig };
    const child = new Child(process.execPath, [join(ROOT, "bin", "claimgate"), ...args.map(mounted)], environment);
    try {
      const portOf = (name: string) => ports.find((port) => port.name === name)!.containerPort;
      for (const { httpGet } of [livenessProbe, readinessProbe]) {
        await waitFor(httpGet.path, async () => {
          child.expectRunning();
          const url = `http://${UPSTREAM_ADDRESS}:${portOf(httpGet.port)}${httpGet.path}`;
          return (await fetch(url).catch(() => undefined))?.ok || undefined;
        });
      }
      expect(child.stderr).toContain(`xDS on 0.0.0.0:${portOf("xds")}`);
      const service = parse(
        await cluster.kubectl.run(["get", "service", "claimgate", "-n", NAMESPACE, "-o", "yaml"]),
      ) as {
        spec: { ports: object[]; selector: object };
      };
      expect(service.spec.ports).toMatchObject([{ port: 18000, targetPort: "xds" }]);
      expect((await pod()).metadata).toMatchObject({ labels: service.spec.selector });
    } finally {
      await child.stop();
    }
  });
});
