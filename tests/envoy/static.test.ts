// envoy/static.yaml as it stands, in a real Envoy, in front of a real httpbin: what the guides print, and what a client may try.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { staticBootstrap } from "../support/bootstrap.js";
import { type RunningEnvoy, startEnvoy } from "../support/envoy.js";
import { ALICE, BOB } from "../support/guide.js";
import { http1 } from "../support/http1.js";
import { http2 } from "../support/http2.js";
import { type RunningHttpbin, startHttpbin } from "../support/httpbin.js";

type Header = readonly [name: string, value: string];

const FORMAT = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections";

let httpbin: RunningHttpbin;
let envoy: RunningEnvoy;
let port = 0;

beforeAll(async () => {
  httpbin = await startHttpbin();
  envoy = await startEnvoy(staticBootstrap(httpbin.port));
  port = envoy.ports.get("http") as number;
});

afterAll(async () => {
  await envoy?.stop();
  await httpbin?.stop();
});

function bearer(token: string): Header {
  return ["authorization", `Bearer ${token}`];
}

function get(path: string, ...headers: Header[]) {
  return http1(port, { path, headers });
}

/** The headers that reached httpbin, by the names it received. */
async function received(...headers: Header[]): Promise<Record<string, string[]>> {
  const { status, body } = await get("/headers", bearer(ALICE), ...headers);
  expect(status).toBe(200);
  return (JSON.parse(body) as { headers: Record<string, string[]> }).headers;
}

async function expectAlive(): Promise<void> {
  expect((await get("/get", bearer(ALICE))).status).toBe(200);
}

describe("the guide", () => {
  it("missing token: 401", async () => {
    const { status, headers, body } = await get("/headers");
    expect(status).toBe(401);
    expect(body).toBe("Jwt is missing");
    expect(headers.get("www-authenticate")).toEqual([`Bearer realm="http://localhost:${port}/headers"`]);
    expect(headers.get("content-type")).toEqual(["text/plain"]);
    expect(headers.get("content-length")).toEqual(["14"]);
  });

  it("Alice: 200, and her claims reach httpbin", async () => {
    const headers = await received();
    expect(headers["X-Team"]).toEqual(["dev"]);
    expect(headers["X-Org"]).toEqual(["solo.io"]);
    expect(headers["Authorization"]).toBeUndefined();
  });

  it("Alice's token in the query: 200, and the query arrives without it", async () => {
    const { status, body } = await get(`/get?a=1&access_token=${ALICE}&b=2`);
    expect(status).toBe(200);
    const { url, args } = JSON.parse(body) as { url: string; args: Record<string, string[]> };
    expect(args).toEqual({ a: ["1"], b: ["2"] });
    expect(url).toMatch(/\?a=1&b=2$/);
  });

  it("Bob: 403", async () => {
    const { status, headers, body } = await get("/headers", bearer(BOB));
    expect(status).toBe(403);
    expect(body).toBe("RBAC: access denied");
    expect(headers.get("content-type")).toEqual(["text/plain"]);
    expect(headers.get("content-length")).toEqual(["19"]);
    expect(headers.has("www-authenticate")).toBe(false);
  });

  it("HEAD has the headers and no body", async () => {
    const { status, headers, body } = await http1(port, { method: "HEAD", path: "/headers" });
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toEqual([`Bearer realm="http://localhost:${port}/headers"`]);
    expect(body).toBe("");
  });

  it("a request body is not let through before the verdict", async () => {
    const post = (...headers: Header[]) =>
      http1(port, { method: "POST", path: "/post", headers, body: "x".repeat(100_000) });
    expect((await post()).status).toBe(401);
    const { status, body } = await post(bearer(ALICE));
    expect(status).toBe(200);
    const { data } = JSON.parse(body) as { data: string };
    expect(Buffer.from(data.slice(data.indexOf(",") + 1), "base64").toString()).toBe("x".repeat(100_000));
  });
});

describe("a refusal says why", () => {
  it.each<[string, string, string]>([
    ["garbage", "garbage", FORMAT],
    ["two dots", "..", FORMAT],
    ["no signature", ALICE.slice(0, ALICE.lastIndexOf(".") + 1), FORMAT],
    [
      "a byte changed",
      `${ALICE.slice(0, -2)}${ALICE.at(-2) === "A" ? "B" : "A"}${ALICE.at(-1)}`,
      "Jwt verification fails",
    ],
    [
      "Alice's claims, Bob's signature",
      ALICE.slice(0, ALICE.lastIndexOf(".")) + BOB.slice(BOB.lastIndexOf(".")),
      "Jwt verification fails",
    ],
    ["alg none", `eyJhbGciOiJub25lIn0.${ALICE.split(".")[1]}.AAAA`, "Jwt header [alg] is not supported"],
  ])("%s", async (_, token, text) => {
    const { status, headers, body } = await get("/headers", bearer(token));
    expect(status).toBe(401);
    expect(body).toBe(text);
    expect(headers.get("www-authenticate")).toEqual([
      `Bearer realm="http://localhost:${port}/headers", error="invalid_token"`,
    ]);
    expect(headers.get("content-length")).toEqual([String(text.length)]);
    await expectAlive();
  });

  it("without echoing a token from the query", async () => {
    const { headers } = await get(`/headers?a=1&access_token=${ALICE}x`);
    expect(headers.get("www-authenticate")).toEqual([
      `Bearer realm="http://localhost:${port}/headers?a=1&access_token=REDACTED", error="invalid_token"`,
    ]);
  });

  it("to an empty credential: present and bad", async () => {
    const { status, body } = await get("/headers", ["authorization", "Bearer "]);
    expect([status, body]).toEqual([401, FORMAT]);
  });
});

describe("HTTP/2 and gRPC", () => {
  it("HTTP/2 is judged the same", async () => {
    const missing = await http2(port, { ":path": "/headers" });
    expect(missing.status).toBe(401);
    expect(missing.body).toBe("Jwt is missing");
    expect(missing.headers["www-authenticate"]).toBe(`Bearer realm="http://localhost:${port}/headers"`);
    const alice = await http2(port, { ":path": "/headers", authorization: `Bearer ${ALICE}` });
    expect(alice.status).toBe(200);
    expect(JSON.parse(alice.body)).toMatchObject({ headers: { "X-Team": ["dev"] } });
    expect((await http2(port, { ":path": "/headers", authorization: `Bearer ${BOB}` })).status).toBe(403);
  });

  it("gRPC gets its own statuses: 16 unauthenticated, 7 permission denied", async () => {
    const call = {
      ":method": "POST",
      ":path": "/a.Service/Method",
      "content-type": "application/grpc",
      te: "trailers",
    };
    const missing = await http2(port, call, "\0\0\0\0\0");
    expect(missing.status).toBe(200);
    expect(missing.headers["grpc-status"]).toBe("16");
    expect(missing.headers["grpc-message"]).toBe("Jwt is missing");
    const denied = await http2(port, { ...call, authorization: `Bearer ${BOB}` }, "\0\0\0\0\0");
    expect(denied.status).toBe(200);
    expect(denied.headers["grpc-status"]).toBe("7");
    expect(decodeURIComponent(String(denied.headers["grpc-message"]))).toBe("RBAC: access denied");
  });
});

describe("exactly one token", () => {
  const MULTIPLE = [401, "Found multiple Jwt tokens"];

  it.each<[string, string[]]>([
    ["both good", [`Bearer ${ALICE}`, `Bearer ${ALICE}`]],
    ["Alice, then Bob", [`Bearer ${ALICE}`, `Bearer ${BOB}`]],
    ["good, then garbage", [`Bearer ${ALICE}`, "Bearer x"]],
    ["garbage, then good", ["Bearer x", `Bearer ${ALICE}`]],
    ["good, then another scheme", [`Bearer ${ALICE}`, "Basic YTpi"]],
    ["another scheme, then good", ["Basic YTpi", `Bearer ${ALICE}`]],
    ["a comma", [`Bearer ${ALICE},${ALICE}`]],
    ["a comma at the end", [`Bearer ${ALICE},`]],
  ])("%s", async (_, values) => {
    const { status, body } = await get("/headers", ...values.map((value) => ["authorization", value] as const));
    expect([status, body]).toEqual(MULTIPLE);
    // node sends no header twice over HTTP/2; joined is what Envoy makes of it.
    const second = await http2(port, { ":path": "/headers", authorization: values.join(",") });
    expect([second.status, second.body]).toEqual(MULTIPLE);
  });

  it("an empty header beside it is no second one: Envoy drops it", async () => {
    expect((await get("/headers", bearer(ALICE), ["authorization", ""])).status).toBe(200);
    expect((await get("/headers", ["authorization", ""], bearer(ALICE))).status).toBe(200);
    expect((await get("/headers", ["authorization", ""])).status).toBe(401);
  });
});

describe("identity headers of a client", () => {
  it.each<[string, Header[]]>([
    ["x-team", [["x-team", "admin"]]],
    ["X-TEAM", [["X-TEAM", "admin"]]],
    ["x_team", [["x_team", "admin"]]],
    ["X_Team", [["X_Team", "admin"]]],
    [
      "two of them",
      [
        ["x-team", "admin"],
        ["x-team", "root"],
      ],
    ],
    [
      "all spellings",
      [
        ["X-Team", "admin"],
        ["x_team", "root"],
        ["x-org", "evil"],
        ["X_Org", "evil"],
      ],
    ],
  ])("%s never reach httpbin", async (_, spoofed) => {
    const headers = await received(...spoofed);
    const identity = Object.entries(headers).filter(([name]) => /^x[-_](team|org)$/i.test(name));
    expect(identity.sort()).toEqual([
      ["X-Org", ["solo.io"]],
      ["X-Team", ["dev"]],
    ]);
  });

  it("do not help a request without a token", async () => {
    expect((await get("/headers", ["x-team", "dev"])).status).toBe(401);
    expect((await get("/headers", ["x-team", "dev"], bearer(BOB))).status).toBe(403);
  });
});

describe("too large", () => {
  it("a token of 20 KB is refused by the filter, one of 100 KB by Envoy", async () => {
    const large = await get("/headers", bearer("a".repeat(20_000)));
    expect([large.status, large.body]).toEqual([401, FORMAT]);
    await expectAlive();
    expect((await get("/headers", bearer("a".repeat(100_000)))).status).toBe(431);
    await expectAlive();
  });
});

describe("paths", () => {
  it.each<[string, string]>([
    ["/anything/a", "/anything/a"],
    ["//anything//a", "/anything/a"],
    ["/x/../anything/a", "/anything/a"],
    ["/x/%2e%2e/anything/a", "/anything/a"],
    ["/./anything/./a", "/anything/a"],
    ["/anything/%61", "/anything/a"],
    ["/../../anything/a", "/anything/a"],
    ["/x/..;/anything/a", "/anything/a"],
    ["/x/..;y/anything/a", "/anything/a"],
    ["/anything/a?x=/../../;%2f", "/anything/a?x=/../../;%2f"],
  ])("%s is %s to everybody", async (path, normal) => {
    expect((await get(path)).status).toBe(401);
    expect((await get(path, bearer(BOB))).status).toBe(403);
    const { status, body } = await get(path, bearer(ALICE));
    expect(status).toBe(200);
    expect(new URL((JSON.parse(body) as { url: string }).url).href).toBe(
      new URL(normal, `http://localhost:${port}`).href,
    );
  });

  it.each([
    "/headers;x=1",
    "/;/headers",
    "/anything/..x;/headers",
    "/anything/a%2fb",
    "/anything/a%2Fb",
    "/anything/a%5cb",
  ])("%s, which means different things to different readers, is refused", async (path) => {
    expect([400, 401]).toContain((await get(path)).status);
    expect((await get(path, bearer(ALICE))).status).toBe(400);
  });

  it.each(["/headers#x", "/headers\\", "http://localhost/headers", "*", "headers", "/%00", "/headers%23"])(
    "%s does not open anything",
    async (path) => {
      const { status } = await get(path);
      expect(status).toBeGreaterThanOrEqual(400);
    },
  );
});

describe("after all this", () => {
  it("the VM of the beginning is alive: none was reloaded, no request failed in it", async () => {
    await expectAlive();
    const stats = await envoy.stats("wasm");
    expect(stats.get("wasm.wasm_vm_count")).toBeGreaterThan(0);
    const reloads = [...stats].filter(([name, value]) => /reload|fail|error|crash/.test(name) && value > 0);
    expect(reloads).toEqual([]);
    expect(envoy.log()).not.toMatch(/trap|RuntimeError|Function: .* failed/);
  });
});
