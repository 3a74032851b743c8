// What the rendered routes do in a real Envoy: hosts, paths, precedence, weights, isolation of listeners.
import { type IncomingHttpHeaders, type Server, createServer, request } from "node:http";
import { createServer as createHttp2Server, type Http2Server } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { render, route, service, topologyOf } from "../support/routing.js";
import { FAULT_STATUS, StaticEnvoy } from "../support/static-envoy.js";

const upstreams: (Server | Http2Server)[] = [];
let envoy: StaticEnvoy;

/** An upstream that answers with its name and what it was asked. */
async function upstream(name: string): Promise<string> {
  const server = createServer((req, res) => {
    res.setHeader("x-upstream", name);
    res.end(JSON.stringify({ path: req.url, headers: req.headers }));
  });
  return listen(server);
}

async function http2Upstream(): Promise<string> {
  const server = createHttp2Server((req, res) => {
    res.setHeader("x-upstream", "http2");
    res.end(JSON.stringify({ path: req.url, headers: req.headers, version: req.httpVersion }));
  });
  return listen(server);
}

async function listen(server: Server | Http2Server): Promise<string> {
  upstreams.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Answer {
  status: number;
  upstream: string | undefined;
  seen: { path: string; headers: IncomingHttpHeaders; version?: string } | undefined;
}

function send(
  host: string,
  path: string,
  options: { port?: number; method?: string; headers?: Record<string, string | string[]> } = {},
): Promise<Answer> {
  const port = envoy.ports.get(`default/gw/${options.port ?? 80}`)!;
  return new Promise((done, fail) => {
    const req = request(
      {
        host: "127.0.0.1",
        port,
        path,
        method: options.method ?? "GET",
        headers: { ...options.headers, host },
        agent: false,
      },
      (res) => {
        let body = "";
        res.on("data", (chunk: Buffer) => (body += chunk.toString()));
        res.on("end", () => {
          const name = res.headers["x-upstream"] as string | undefined;
          const seen =
            name !== undefined && body !== "" ? (JSON.parse(body) as NonNullable<Answer["seen"]>) : undefined;
          done({ status: res.statusCode!, upstream: name, seen });
        });
      },
    );
    req.on("error", fail);
    req.end();
  });
}

/** The status line of a request written by hand. */
function sendRaw(text: string): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connect(envoy.ports.get("default/gw/80")!, "127.0.0.1", () => socket.write(text, "latin1"));
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (received.includes("\r\n")) socket.destroy();
    });
    socket.on("close", () => done(received.split("\r\n")[0]!));
    socket.on("error", fail);
  });
}

const to = (name: string) => `backendRefs: [{ name: ${name}, port: 80 }]`;
const rule = (match: string, name: string) => `{ matches: [${match}], ${to(name)} }`;

beforeAll(async () => {
  const names = ["a", "b", "c"];
  const services = await Promise.all(names.map(async (name) => service(name, [await upstream(name)])));
  const http2 = service("h2", [await http2Upstream()], "port: 80, appProtocol: kubernetes.io/h2c");
  const topology = topologyOf(`
kind: Gateway
metadata: { name: gw }
spec:
  gatewayClassName: claimgate
  listeners:
    - { name: any, port: 80, protocol: HTTP }
    - { name: wild, port: 80, protocol: HTTP, hostname: "*.isolated.com" }
    - { name: one, port: 80, protocol: HTTP, hostname: a.isolated.com }
    - { name: strict, port: 81, protocol: HTTP, hostname: only.com }
---${services.join("")}${http2}${service("empty", [])}
${route("host-exact", `hostnames: [a.example.com], rules: [${rule("{ path: { value: /only-a } }", "a")}]`)}
${route("host-near", `hostnames: ["*.b.example.com"], rules: [{ ${to("b")} }]`)}
${route("host-far", `hostnames: ["*.example.com"], rules: [{ ${to("c")} }]`)}
${route(
  "paths",
  `hostnames: [paths.com], rules: [${[
    rule("{ path: { value: /pre } }", "a"),
    rule("{ path: { type: Exact, value: /pre/exact } }", "b"),
    rule("{ path: { type: RegularExpression, value: '/pre/[0-9]+' } }", "c"),
    rule("{ path: { value: /pre/longer/ } }", "b"),
    rule("{ path: { value: /users/@me } }", "b"),
    rule("{ path: { value: /users } }", "a"),
    rule("{ path: { type: Exact, value: /caf%C3%A9 } }", "b"),
    rule("{ path: { value: /secret } }", "b"),
  ].join()}]`,
)}
${route(
  "conditions",
  `hostnames: [conditions.com], rules: [${[
    rule("{}", "a"),
    rule("{ method: POST }", "b"),
    rule("{ headers: [{ name: X-Version, value: '2' }, { name: x-version, value: '3' }] }", "c"),
    rule("{ headers: [{ type: RegularExpression, name: x-word, value: '[a-z]+' }] }", "b"),
    rule("{ queryParams: [{ name: q, value: '1' }] }", "b"),
    rule("{ queryParams: [{ type: RegularExpression, name: r, value: '[0-9]+' }, { name: s, value: x }] }", "c"),
  ].join()}]`,
)}
${route(
  "weights",
  `hostnames: [weights.com], rules: [
  { matches: [{ path: { value: /two } }], backendRefs: [{ name: a, port: 80, weight: 3 }, { name: b, port: 80 }, { name: c, port: 80, weight: 0 }] },
  { matches: [{ path: { value: /share } }], backendRefs: [{ name: a, port: 80 }, { name: b, port: 80 }, { name: absent, port: 80, weight: 2 }] },
  { matches: [{ path: { value: /none } }] },
  { matches: [{ path: { value: /absent } }], ${to("absent")} },
  { matches: [{ path: { value: /empty } }], ${to("empty")} },
  { matches: [{ path: { value: /h2 } }], ${to("h2")} }]`,
)}
${route(
  "refused",
  `hostnames: [refused.com], rules: [${rule("{}", "a")}, ${rule("{ path: { type: RegularExpression, value: '/bad/(' } }", "b")},
  { matches: [{ path: { value: /filter } }], filters: [{ type: URLRewrite }], ${to("b")} }]`,
)}
${route("everywhere", `hostnames: [], rules: [${rule("{ path: { value: /everywhere } }", "c")}]`)}
${route("isolated", `hostnames: [a.isolated.com, x.isolated.com], rules: [{ ${to("a")} }]`).replace("default }],", "default, sectionName: any }],")}
`);
  envoy = await StaticEnvoy.start(render(topology, { earlyRemovedHeaders: ["x-team"] }));
});

afterAll(async () => {
  await envoy?.stop();
  for (const server of upstreams) server.close();
});

describe("hosts", () => {
  test.each([
    ["a.example.com", "/only-a", 200, "a"],
    ["a.example.com:8080", "/only-a", 200, "a"],
    ["A.Example.Com", "/only-a", 200, "a"],
    ["a.example.com", "/", 200, "c"],
    ["x.example.com", "/only-a", 200, "c"],
    ["x.y.example.com", "/", 200, "c"],
    ["x.b.example.com", "/", 200, "b"],
    ["x.y.b.example.com:80", "/", 200, "b"],
    ["b.example.com", "/", 200, "c"],
    ["example.com", "/", 404, undefined],
    ["example.com", "/everywhere", 200, "c"],
    ["x.example.com", "/everywhere", 200, "c"],
    ["unknown.org", "/", 404, undefined],
    ["unknown.org", "/everywhere", 200, "c"],
  ])("%s%s: %d %s", async (host, path, status, name) => {
    expect(await send(host, path)).toMatchObject({ status, upstream: name });
  });

  test("the host is passed on as it came", async () => {
    expect((await send("a.example.com:8080", "/only-a")).seen!.headers.host).toBe("a.example.com:8080");
  });
});

describe("paths", () => {
  test.each([
    ["/pre", 200, "a"],
    ["/pre/", 200, "a"],
    ["/pre/x", 200, "a"],
    ["/prefix", 404, undefined],
    ["/pre/exact", 200, "b"],
    ["/pre/exact/", 200, "a"],
    ["/pre/12", 200, "c"],
    ["/pre/12/", 200, "a"],
    ["/pre/longer", 200, "b"],
    ["/pre/longer/x", 200, "b"],
    ["/pre/longerx", 200, "a"],
    ["/pre/exact?x=/pre", 200, "b"],
    // Every spelling of one path meets one route.
    ["//pre///exact", 200, "b"],
    ["/pre/./exact", 200, "b"],
    ["/pre/x/../exact", 200, "b"],
    ["/pre/%2e%2e/secret", 200, "b"],
    ["/..%2fsecret", 400, undefined],
    ["/%73ecret", 200, "b"],
    ["/s%65cret/x", 200, "b"],
    ["/pre\\..\\secret", 200, "b"],
    ["/users/@me", 200, "b"],
    ["/users/%40me", 200, "b"],
    ["/users/%40me/x", 200, "b"],
    ["/users/@meow", 200, "a"],
    ["/caf%C3%A9", 200, "b"],
    ["/caf%c3%a9", 200, "b"],
    // And what backends read differently is refused.
    ["/secret;x", 400, undefined],
    ["/secret;x=1/y", 400, undefined],
    ["/pre/..;/secret", 200, "b"],
    ["/pre/exact;", 400, undefined],
    [";/secret", 400, undefined],
    ["/nowhere;x", 400, undefined],
    ["/pre/a%2fb", 400, undefined],
    ["/pre/a%2Fb", 400, undefined],
    ["/pre/a%5cb", 400, undefined],
    ["/pre/a%00b", 400, undefined],
    ["/pre?x;y=%2f", 200, "a"],
  ])("%s: %d %s", async (path, status, name) => {
    expect(await send("paths.com", path)).toMatchObject({ status, upstream: name });
  });

  test("the upstream sees the path that was matched", async () => {
    expect((await send("paths.com", "/pre//x/../%73?a=//b;c")).seen!.path).toBe("/pre/s?a=//b;c");
  });

  test.each([
    ["GET /\xff;x HTTP/1.1", "400"],
    ["GET http://paths.com/secret;x HTTP/1.1", "400"],
    ["GET /pre#/secret HTTP/1.1", "400"],
    ["OPTIONS * HTTP/1.1", "404"],
    ["CONNECT paths.com:80 HTTP/1.1", "404"],
  ])("%j: %s", async (line, status) => {
    expect((await sendRaw(`${line}\r\nhost: paths.com\r\nconnection: close\r\n\r\n`)).split(" ")[1]).toBe(status);
  });
});

describe("headers, methods, query parameters", () => {
  test.each<[string, Parameters<typeof send>[2], string]>([
    ["/", {}, "a"],
    ["/", { method: "POST" }, "b"],
    ["/", { method: "PUT" }, "a"],
    ["/", { headers: { "X-VERSION": "2" } }, "c"],
    ["/", { headers: { "x-version": "3" } }, "a"],
    // One of several values suffices (Envoy 1.40).
    ["/", { headers: { "x-version": ["2", "3"] } }, "c"],
    ["/", { headers: { "x-version": "2,3" } }, "a"],
    ["/", { headers: { "x-word": "abc" } }, "b"],
    ["/", { headers: { "x-word": "abc1" } }, "a"],
    ["/", { headers: { x_version: "2" } }, "a"],
    ["/?q=1", {}, "b"],
    ["/?q=1&q=2", {}, "b"],
    ["/?q=2&q=1", {}, "a"],
    ["/?Q=1", {}, "a"],
    ["/?r=12&s=x", {}, "c"],
    ["/?r=12a&s=x", {}, "a"],
    // Method before headers, headers before query parameters.
    ["/?q=1", { method: "POST", headers: { "x-version": "2" } }, "b"],
    ["/?q=1", { headers: { "x-version": "2" } }, "c"],
  ])("%s %j: %s", async (path, options, name) => {
    expect(await send("conditions.com", path, options)).toMatchObject({ status: 200, upstream: name });
  });

  test("names with underscores and identity headers do not reach the upstream, nor does what clients say of x-envoy", async () => {
    const dropped = { x_team: "a", "x-team": "b", "x-envoy-original-path": "/c", "x-envoy-internal": "true" };
    const headers = { ...dropped, "x-envoy-upstream-rq-timeout-ms": "60000", "x-kept": "d" };
    const { seen } = await send("conditions.com", "/", { headers });
    for (const name of Object.keys(dropped)) expect(seen!.headers).not.toHaveProperty([name]);
    expect(seen!.headers).toMatchObject({ "x-kept": "d", "x-envoy-expected-rq-timeout-ms": "15000" });
  });
});

describe("backends", () => {
  async function shares(path: string, count: number): Promise<Record<string, number>> {
    const result: Record<string, number> = {};
    const answers = await Promise.all(Array.from({ length: count }, () => send("weights.com", path)));
    for (const { status, upstream: name } of answers) {
      const key = name ?? String(status);
      result[key] = (result[key] ?? 0) + 1;
    }
    return result;
  }

  // Six standard deviations around the mean: wrong once in half a billion runs.
  const within = (value: number | undefined, count: number, share: number) => {
    const deviation = 6 * Math.sqrt(count * share * (1 - share));
    expect(Math.abs((value ?? 0) - count * share)).toBeLessThan(deviation);
  };

  test("weights", async () => {
    const counts = await shares("/two", 400);
    expect(Object.keys(counts).sort()).toEqual(["a", "b"]);
    within(counts["a"], 400, 3 / 4);
  });

  test("the share of an invalid backend is 500, the rest is as the weights say", async () => {
    const counts = await shares("/share", 400);
    expect(Object.keys(counts).sort()).toEqual(["500", "a", "b"]);
    within(counts["500"], 400, 1 / 2);
    within(counts["a"], 400, 1 / 4);
    within(counts["b"], 400, 1 / 4);
  });

  test.each([
    ["/none", 500],
    ["/absent", 500],
    ["/empty", 503],
  ])("%s: %d", async (path, status) => {
    expect(await send("weights.com", path)).toMatchObject({ status, upstream: undefined });
  });

  test("HTTP/2 where the Service says so", async () => {
    expect(await send("weights.com", "/h2")).toMatchObject({ status: 200, seen: { version: "2.0" } });
  });
});

test.each([
  ["/", 200],
  ["/bad/x", 500],
  ["/filter/x", 500],
  ["/badx", 200],
])("a rule that is refused answers 500, the others serve: %s %d", async (path, status) => {
  expect((await send("refused.com", path)).status).toBe(status);
});

describe("listeners of one port", () => {
  test.each([
    // The route for these hosts is attached to the listener for any host, to which they do not belong.
    ["a.isolated.com", "/", 404],
    ["x.isolated.com", "/", 404],
    ["x.isolated.com", "/everywhere", 200],
  ])("isolation: %s%s %d", async (host, path, status) => {
    expect((await send(host, path)).status).toBe(status);
  });

  test.each([
    ["paths.com", "/pre", FAULT_STATUS[0]],
    ["paths.com", "/nowhere", FAULT_STATUS[0]],
    ["paths.com", "/secret;x", FAULT_STATUS[0]],
    ["x.isolated.com", "/everywhere", FAULT_STATUS[1]],
    ["x.isolated.com", "/nowhere", FAULT_STATUS[1]],
    ["x.isolated.com", "/x;y", FAULT_STATUS[1]],
    ["a.isolated.com", "/everywhere", FAULT_STATUS[2]],
    ["a.isolated.com:80", "/nowhere", FAULT_STATUS[2]],
  ])("each runs its own filter, matched or not: %s%s %d", async (host, path, status) => {
    expect((await send(host, path, { headers: { "x-fault": "on" } })).status).toBe(status);
  });

  test("a host of no listener meets the filter, and nothing behind it", async () => {
    expect((await send("other.com", "/everywhere", { port: 81, headers: { "x-fault": "on" } })).status).toBe(
      FAULT_STATUS[0],
    );
    expect((await send("other.com", "/everywhere", { port: 81 })).status).toBe(404);
    expect((await send("only.com", "/everywhere", { port: 81 })).status).toBe(200);
  });
});
