// Every option about tokens of both APIs, from manifests through controller and Envoy to httpbin: options/ has the table.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunningClaimgate } from "../support/claimgate.js";
import { http1 } from "../support/http1.js";
import { type RunningHttpbin, startHttpbin } from "../support/httpbin.js";
import { ManifestDirectory } from "../support/manifests.js";
import { freePort } from "../support/ports.js";
import { service } from "../support/routing.js";
import { answer } from "./options/answer.js";
import { GLOO, GLOO_LISTENER } from "./options/gloo.js";
import { KGATEWAY, KGATEWAY_LISTENER } from "./options/kgateway.js";
import type { Row } from "./options/row.js";

const ROWS: readonly Row[] = [...KGATEWAY, ...GLOO];
const LISTENERS = ["http", "kgateway", "gloo"] as const;

const manifests = new ManifestDirectory();
const ports = new Map<Row["listener"], number>();
let httpbin: RunningHttpbin;
let claimgate: RunningClaimgate;

beforeAll(async () => {
  httpbin = await startHttpbin();
  for (const name of LISTENERS) ports.set(name, await freePort());
  const listeners = LISTENERS.map((name) => `{ name: ${name}, port: ${ports.get(name)!}, protocol: HTTP }`);
  const gateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw }
spec: { gatewayClassName: claimgate, listeners: [${listeners.join(", ")}] }
---`;
  const routes = ROWS.map(
    ({ name, listener }) => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec:
  parentRefs: [{ name: gw, sectionName: ${listener} }]
  hostnames: [${name}.test]
  rules: [{ backendRefs: [{ name: httpbin, port: 80 }] }]
---`,
  );
  manifests.put("gateway.yaml", gateway + service("httpbin", [`127.0.0.1:${httpbin.port}`]));
  manifests.put("routes.yaml", routes.join(""));
  manifests.put("policies.yaml", KGATEWAY_LISTENER + GLOO_LISTENER + ROWS.map(({ policy }) => policy).join(""));
  claimgate = await RunningClaimgate.start(manifests.path, "--concurrency", "1");
});
afterAll(async () => {
  await claimgate?.stop();
  await httpbin?.stop();
  manifests.delete();
});

test("every policy is accepted as it is written", async () => {
  const policies = (await claimgate.statuses()).filter(({ kind }) => !["Gateway", "HTTPRoute"].includes(kind));
  expect(policies.length).toBeGreaterThan(30);
  expect(JSON.stringify(policies)).not.toMatch(/"status":"False"|Rejected|Warning/);
});

describe.each(ROWS)("$name", (row) => {
  test.each(row.asks)("%s", async (_, given, expected) => {
    const { path = "/get", headers = [] } = given();
    const host = ["host", `${row.name}.test`] as const;
    expect(answer(await http1(ports.get(row.listener)!, { path, headers: [host, ...headers] }))).toBe(expected);
  });
});
