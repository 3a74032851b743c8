// Our CRDs as people see them: with the real kubectl.
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cluster } from "../support/cluster.js";
import { installCrds } from "../support/cluster/crds.js";
import { rest } from "../support/cluster/rest.js";
import type { Status } from "../support/cluster/rest.js";
import { example } from "../support/manifests.js";
import { API_VERSIONS, jwtAuth, PLURALS, policyObject, provider } from "./crds/policies.js";
import type { PolicyKind, PolicyObject } from "./crds/policies.js";
import { goldenStatuses } from "./crds/statuses.js";

let cluster: Cluster;

const KIND_OF: Readonly<Record<string, PolicyKind>> = {
  gwext: "GatewayExtension",
  tp: "TrafficPolicy",
  vho: "VirtualHostOption",
  rto: "RouteOption",
};

const GUIDES = {
  kgateway: ["01-gateway.yaml", "02-httpbin.yaml", "03-jwt.yaml", "04-claims-to-headers.yaml"],
  gloo: ["01-gateway.yaml", "02-httpbin.yaml", "03-jwt.yaml", "04-authorize-team.yaml", "05-authorize-model.yaml"],
};

/** One object of every kind that has a status, in the namespace `default`. */
const STAND_INS = [
  standIn("gateway.networking.k8s.io/v1", "Gateway", "gateways", {
    gatewayClassName: "claimgate",
    listeners: [{ name: "http", port: 80, protocol: "HTTP" }],
  }),
  standIn("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes", {}),
  ...Object.values(KIND_OF).map((kind) =>
    standIn(API_VERSIONS[kind], kind, PLURALS[kind], kind === "GatewayExtension" ? { jwt: {} } : {}),
  ),
];

function standIn(apiVersion: string, kind: string, plural: string, spec: object) {
  const object = { apiVersion, kind, metadata: { name: "stand-in" }, spec };
  return { path: `/apis/${apiVersion}/namespaces/default/${plural}`, object };
}

beforeAll(async () => {
  cluster = await Cluster.start();
  await installCrds(cluster);
});
afterAll(() => cluster?.stop());

it("shows what is wrong", async () => {
  const manifest = JSON.stringify(policyObject("TrafficPolicy", { jwtAuth: { ...jwtAuth, disable: {} } }));
  const { code, stderr } = await cluster.kubectl.try(["apply", "-f", "-"], manifest);
  expect(code).toBe(1);
  expect(stderr.trim()).toBe(
    'The TrafficPolicy "x" is invalid: spec.jwtAuth: Invalid value: "object": exactly one of the fields in [extensionRef disable] must be set',
  );
});

const misspelt = JSON.stringify(policyObject("TrafficPolicy", { jwtAuth, rbca: {} }));

it("refuses fields that nobody knows", async () => {
  const { code, stderr } = await cluster.kubectl.try(["apply", "--validate=strict", "-f", "-"], misspelt);
  expect(code).toBe(1);
  expect(stderr).toContain('strict decoding error: unknown field "spec.rbca"');
  expect((await cluster.kubectl.try(["apply", "-f", "-"], misspelt)).stderr).toContain('unknown field "spec.rbca"');
});

it("has them pruned if it is told not to look", async () => {
  const args = ["apply", "--dry-run=server", "-o", "json", "-f", "-"];
  const warned = await cluster.kubectl.try([...args, "--validate=warn"], misspelt);
  expect(warned.stderr).toContain('Warning: unknown field "spec.rbca"');
  for (const { stdout } of [warned, await cluster.kubectl.try([...args, "--validate=ignore"], misspelt)])
    expect((JSON.parse(stdout) as PolicyObject).spec).toEqual({ jwtAuth });
});

it.each([
  ["trafficpolicy", "Demands tokens, and what they must claim, on the routes it is attached to."],
  ["tp.spec.jwtAuth.extensionRef", "The GatewayExtension that verifies the tokens."],
  ["tp.spec.rbac.action", "What a match means"],
  ["gwext.spec.jwt.providers.tokenSource", "Where in a request the token is looked for; `Authorization: Bearer`"],
  ["vho.spec.options.jwt.validationPolicy", "What becomes of a request without a token, or with a bad one."],
  ["vho.status.statuses", "One entry for each installation, by its namespace."],
  ["rto.spec.options.rbac.policies", "Alternatives: a request that any of them allows is let through."],
  ["rto.status.ancestors.conditions", "Accepted: valid, and attached"],
])("explains %s", async (path, sentence) => {
  const words = (await cluster.kubectl.run(["explain", path])).replaceAll(/\s+/g, " ");
  expect(words).toContain(sentence);
  expect(words).not.toContain("<no description>");
});

it("explains enumerations and defaults", async () => {
  const text = await cluster.kubectl.run(["explain", "tp.spec.rbac"]);
  expect(text).toMatch(/enum: Allow, Deny\n/);
  expect(text).toMatch(/policy\t<Object> -required-\n/);
});

const accepted = {
  lastTransitionTime: "2026-01-01T00:00:00Z",
  message: "",
  reason: "Accepted",
  status: "True",
  type: "Accepted",
};
const attached = { ...accepted, reason: "Overridden", status: "False", type: "Attached" };
const controllerName = "claimgate.dev/gateway-controller";
const ancestors = [{ ancestorRef: { name: "http" }, controllerName, conditions: [accepted, attached] }];

it.each([
  ["gwext", provider({}), { conditions: [accepted] }, /^NAME +ACCEPTED +AGE\nx +True +\d+s\n$/],
  ["tp", { jwtAuth }, { ancestors }, /^NAME +ACCEPTED +ATTACHED +AGE\nx +True +False +\d+s\n$/],
  [
    "vho",
    {},
    { statuses: { "claimgate-system": { state: "Warning" } }, ancestors },
    /^NAME +STATE +ACCEPTED +ATTACHED +AGE\nx +Warning +True +False +\d+s\n$/,
  ],
  ["rto", {}, { statuses: { a: { state: 1 } } }, /^NAME +STATE +ACCEPTED +ATTACHED +AGE\nx +1 +\d+s\n$/],
])("shows a table of %s", async (name, spec, status, table) => {
  const { kubectl } = cluster;
  const kind = KIND_OF[name]!;
  await kubectl.apply(policyObject(kind, spec));
  await kubectl.run(["patch", name, "x", "--subresource=status", "--type=merge", "-p", JSON.stringify({ status })]);
  expect(await kubectl.run(["get", name])).toMatch(table);
  expect(await kubectl.run(["get", "claimgate", "-o", "name"])).toContain(`${kind.toLowerCase()}.`);
  await kubectl.run(["delete", name, "x"]);
});

it("keeps the status apart from the spec", async () => {
  const { kubectl } = cluster;
  await kubectl.apply({ ...policyObject("TrafficPolicy", { jwtAuth }), status: { ancestors } });
  expect(await kubectl.get("tp", "x")).not.toHaveProperty("status");
  await kubectl.run(["delete", "tp", "x"]);
});

it("has the manifests of both guides applied", async () => {
  const { kubectl } = cluster;
  for (const [guide, files] of Object.entries(GUIDES)) {
    for (const file of files) await kubectl.apply(example(`${guide}/${file}`));
  }
  const all = await kubectl.run([
    "get",
    "tp,gwext,vho,rto",
    "-A",
    "--no-headers",
    "-o",
    "custom-columns=:.kind,:.metadata.name",
  ]);
  expect(
    all
      .trim()
      .split("\n")
      .map((line) => line.trim().replaceAll(/ +/g, " ")),
  ).toEqual([
    "TrafficPolicy jwt-policy",
    "GatewayExtension selfminted-jwt",
    "VirtualHostOption jwt",
    "RouteOption jwt",
  ]);
  // What file mode needs and a cluster refuses.
  const { stderr } = await kubectl.try(["apply", "-f", "-"], example("kgateway/02-httpbin-local.yaml"));
  expect(stderr).toContain("may not be in the loopback range");
});

it("takes every status that translation writes", async () => {
  for (const { path, object } of STAND_INS) {
    const { code } = await rest(cluster.kubeconfig, "POST", path, object);
    expect(code).toBe(201);
  }
  const statuses = goldenStatuses();
  expect(statuses.length).toBeGreaterThan(100);
  const refused: unknown[] = [];
  for (const [file, { kind, name, status }] of statuses) {
    const standIn = STAND_INS.find(({ object }) => object.kind === kind);
    // Misspelt kinds have statuses in file mode only.
    if (standIn === undefined) continue;
    const path = `${standIn.path}/stand-in/status`;
    const { body: current } = await rest<object>(cluster.kubeconfig, "GET", path);
    const url = `${path}?dryRun=All&fieldValidation=Strict`;
    const { code, body } = await rest<Status>(cluster.kubeconfig, "PUT", url, { ...current, status });
    if (code !== 200) refused.push([file, `${kind} ${name}`, body.message]);
  }
  expect(refused).toEqual([]);
});
