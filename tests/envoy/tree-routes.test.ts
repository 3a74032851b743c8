// Everything else that a route says holds in a leaf as it does in a list: where it leads, how long it may take, whose filter judges.
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LEAST_ROUTES } from "../../controller/translate/routing/tree.js";
import { http1 } from "../support/http1.js";
import { everyRoute, render, route, service, topologyOf, virtualHosts } from "../support/routing.js";
import { FAULT_STATUS, StaticEnvoy } from "../support/static-envoy.js";

const servers: Server[] = [];
let envoy: StaticEnvoy;

/** An upstream that answers with its name, except for paths that end in /never. */
async function upstream(name: string): Promise<string> {
  const server = createServer((request, response) => {
    if (!request.url!.endsWith("/never")) response.end(name);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const to = (...refs: string[]) => `backendRefs: [${refs.map((ref) => `{ port: 80, ${ref} }`).join()}]`;
const at = (path: string, rest: string) => `{ matches: [{ path: { value: ${path} } }], ${rest} }`;

beforeAll(async () => {
  const fill = Array.from({ length: LEAST_ROUTES / 16 }, (_, r) => {
    const matches = Array.from({ length: 16 }, (_, m) => `{ path: { value: /fill/${r}/${m} } }`);
    return route(`fill${r}`, `rules: [{ matches: [${matches.join()}], ${to("name: a")} }]`);
  });
  const topology = topologyOf(`
kind: Gateway
metadata: { name: gw }
spec:
  gatewayClassName: claimgate
  listeners:
    - { name: any, port: 80, protocol: HTTP }
    - { name: own, port: 80, protocol: HTTP, hostname: own.com }
---
${service("a", [await upstream("a")])}${service("b", [await upstream("b")])}${fill.join("")}
${route(
  "actions",
  `rules: [${[
    at("/weights", to("name: a, weight: 0", "name: b, weight: 3")),
    at("/share", to("name: absent")),
    at("/part", to("name: a, weight: 0", "name: absent, weight: 1", "name: b, weight: 0")),
    at("/slow", `timeouts: { request: 100ms }, ${to("name: a")}`),
    `{ matches: [{ path: { value: /fill }, method: POST, headers: [{ name: x-v, value: "2" }], queryParams: [{ name: q, value: "1" }] }], ${to("name: b")} }`,
  ].join()}]`,
)}`);
  const rendered = render(topology);
  for (const host of ["*", "own.com"]) {
    expect(Object.keys(virtualHosts(rendered).get(host)!)).toContain("matcher");
    expect(everyRoute(virtualHosts(rendered).get(host)!).length).toBeGreaterThan(LEAST_ROUTES);
  }
  envoy = await StaticEnvoy.start(rendered);
});

afterAll(async () => {
  await envoy?.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function ask(host: string, path: string, method = "GET", ...headers: [string, string][]): Promise<string> {
  const port = envoy.ports.get("default/gw/80")!;
  const { status, body } = await http1(port, { method, path, headers: [["host", host], ...headers] });
  return `${status} ${body}`;
}

test.each([
  ["GET", "/fill/3/15/x", "200 a"],
  ["GET", "/fill/3/155", "404 "],
  ["GET", "/weights", "200 b"],
  ["GET", "/share", "500 "],
  ["GET", "/part", "500 "],
  ["GET", "/slow/never", "504 upstream request timeout"],
  ["GET", "/fill?q=1", "404 "],
  ["POST", "/fill?q=1", "200 b"],
  ["POST", "/fill?q=2", "404 "],
  ["POST", "/fill/3/15?q=1", "200 a"],
  ["POST", "/fill/3/155?q=1", "200 b"],
])("%s %s: %s", async (method, path, expected) => {
  expect(await ask("any.com", path, method, ["x-v", "2"])).toBe(expected);
});

test.each([
  ["any.com", "/fill/0/0", FAULT_STATUS[0]],
  ["any.com", "/nowhere", FAULT_STATUS[0]],
  ["any.com", "/fill/0/0;x", FAULT_STATUS[0]],
  ["own.com", "/fill/0/0", FAULT_STATUS[1]],
  ["own.com", "/nowhere", FAULT_STATUS[1]],
  ["own.com", "/fill/0/0;x", FAULT_STATUS[1]],
])("the filter of its own listener judges %s%s, the other does not: %d", async (host, path, status) => {
  expect(await ask(host, path, "GET", ["x-fault", "on"])).toMatch(new RegExp(`^${status} `));
});
