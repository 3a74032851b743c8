// The two guides, step by step as their text goes, with the manifests of examples/: what they print is what is expected here.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { RunningClaimgate } from "../support/claimgate.js";
import { ALICE, BOB } from "../support/guide.js";
import { http1, type Http1Response } from "../support/http1.js";
import { type RunningHttpbin, startHttpbin } from "../support/httpbin.js";
import { example, ManifestDirectory, putGuide } from "../support/manifests.js";
import { freePort } from "../support/ports.js";

const GATEWAY_PORT = 8080;
const EVENTUALLY = { timeout: 10_000, interval: 50 };

let httpbin: RunningHttpbin;
beforeAll(async () => {
  httpbin = await startHttpbin();
});
afterAll(() => httpbin.stop());

/** A guide's Gateway, running. */
class Guide {
  readonly manifests = new ManifestDirectory();
  #port = 0;
  #claimgate: RunningClaimgate | undefined;

  constructor(readonly name: "kgateway" | "gloo") {}

  async start(): Promise<void> {
    putGuide(this.manifests, this.name, httpbin.port);
    this.#port = await freePort();
    const offset = String(this.#port - GATEWAY_PORT);
    this.#claimgate = await RunningClaimgate.start(this.manifests.path, "--port-offset", offset, "--concurrency", "1");
  }

  async stop(): Promise<void> {
    await this.#claimgate?.stop();
    this.manifests.delete();
  }

  get claimgate(): RunningClaimgate {
    if (this.#claimgate === undefined) throw new Error("not started");
    return this.#claimgate;
  }

  /** `curl -vik localhost:8080/headers -H "host: www.example.com:8080"`, with a token if there is one. */
  curl(token?: string): Promise<Http1Response> {
    const authorization = token === undefined ? [] : [["Authorization", `Bearer ${token}`] as const];
    const headers = [
      ["host", "www.example.com:8080"],
      ["User-Agent", "curl/7.77.0"],
      ["Accept", "*/*"],
    ] as const;
    return http1(this.#port, { path: "/headers", headers: [...headers, ...authorization] });
  }

  /** Repeats an assertion until what was put into the directory is in force, then sees that /readyz agrees. */
  async eventually(assertion: () => Promise<void>): Promise<void> {
    await vi.waitFor(assertion, EVENTUALLY);
    await this.claimgate.ready();
  }
}

/** The headers as they came to httpbin. */
function seen(response: Http1Response): Record<string, string[]> {
  expect(response.status).toBe(200);
  return (JSON.parse(response.body) as { headers: Record<string, string[]> }).headers;
}

function expectMissing(response: Http1Response): void {
  expect(response).toMatchObject({ status: 401, body: "Jwt is missing" });
  const expected = {
    "www-authenticate": ['Bearer realm="http://www.example.com:8080/headers"'],
    "content-length": ["14"],
    "content-type": ["text/plain"],
    server: ["envoy"],
  };
  expect(Object.fromEntries(response.headers)).toMatchObject(expected);
}

function expectDenied(response: Http1Response): void {
  expect(response).toMatchObject({ status: 403, body: "RBAC: access denied" });
  expect(response.headers.get("content-type")).toEqual(["text/plain"]);
}

const TRUE = { status: "True" };

describe("kgateway: Basic JWT policy", () => {
  const guide = new Guide("kgateway");
  const [extension = "", policy = ""] = example("kgateway/03-jwt.yaml").split("---\n");
  const EXTENSION = "GatewayExtension kgateway-system/selfminted-jwt";
  const POLICY = "TrafficPolicy kgateway-system/jwt-policy";
  beforeAll(() => guide.start());
  afterAll(() => guide.stop());

  async function expectAccepted(): Promise<void> {
    for (const id of [EXTENSION, POLICY]) {
      expect(await guide.claimgate.condition(id, "Accepted")).toMatchObject(TRUE);
      expect(await guide.claimgate.condition(id, "Programmed")).toMatchObject(TRUE);
    }
  }

  test("before you begin: open", async () => {
    expect(seen(await guide.curl())).toMatchObject({ Host: ["www.example.com:8080"] });
  });

  test("1. an extension alone protects nothing", async () => {
    guide.manifests.put("03-extension.yaml", extension);
    await guide.eventually(async () =>
      expect(await guide.claimgate.condition(EXTENSION, "Accepted")).toMatchObject(TRUE),
    );
    seen(await guide.curl());
  });

  test("2, 3. the TrafficPolicy: no token is 401 Jwt is missing", async () => {
    guide.manifests.put("03-policy.yaml", policy);
    await guide.eventually(async () => expectMissing(await guide.curl()));
    await expectAccepted();
  });

  test("4. the sample token is 200, and stays here", async () => {
    const headers = seen(await guide.curl(ALICE));
    expect(headers).toMatchObject({ Host: ["www.example.com:8080"], "User-Agent": ["curl/7.77.0"] });
    expect(headers).not.toHaveProperty("Authorization");
    expect(headers).not.toHaveProperty("X-Team");
  });

  test("claims arrive as headers", async () => {
    guide.manifests.put("04-claims-to-headers.yaml", example("kgateway/04-claims-to-headers.yaml"));
    await guide.eventually(async () =>
      expect(seen(await guide.curl(ALICE))).toMatchObject({ "X-Team": ["dev"], "X-Org": ["solo.io"] }),
    );
    expect(seen(await guide.curl(ALICE))).not.toHaveProperty("Authorization");
    expectMissing(await guide.curl());
    await expectAccepted();
  });

  test("cleanup: open again, and no status is left", async () => {
    guide.manifests.remove("03-policy.yaml");
    await guide.eventually(async () => void seen(await guide.curl()));
    guide.manifests.remove("03-extension.yaml");
    guide.manifests.remove("04-claims-to-headers.yaml");
    await guide.eventually(async () => expect(await guide.claimgate.status(EXTENSION)).toBeUndefined());
    expect(await guide.claimgate.status(POLICY)).toBeUndefined();
    seen(await guide.curl());
  });
});

describe("Gloo: Gateway-level JWT policy", () => {
  const guide = new Guide("gloo");
  const HOST_OPTION = "VirtualHostOption gloo-system/jwt";
  const ROUTE_OPTION = "RouteOption httpbin/jwt";
  beforeAll(() => guide.start());
  afterAll(() => guide.stop());

  async function expectAccepted(id: string): Promise<void> {
    const status = (await guide.claimgate.status(id)) as { statuses: Record<string, { state: string }> };
    expect(Object.values(status.statuses)).toEqual([expect.objectContaining({ state: "Accepted" })]);
    expect(await guide.claimgate.condition(id, "Accepted")).toMatchObject(TRUE);
    expect(await guide.claimgate.condition(id, "Programmed")).toMatchObject(TRUE);
  }

  test("before you begin: open", async () => {
    seen(await guide.curl());
  });

  test("the JWT policy: 401 Jwt is missing; Alice and Bob are 200", async () => {
    guide.manifests.put("03-jwt.yaml", example("gloo/03-jwt.yaml"));
    await guide.eventually(async () => expectMissing(await guide.curl()));
    for (const token of [ALICE, BOB]) {
      const headers = seen(await guide.curl(token));
      // What the guide prints of them; the request id is another each time.
      expect(headers).toMatchObject({
        Accept: ["*/*"],
        Host: ["www.example.com:8080"],
        "User-Agent": ["curl/7.77.0"],
        "X-Envoy-Expected-Rq-Timeout-Ms": ["15000"],
        "X-Forwarded-Proto": ["http"],
        "X-Request-Id": [expect.stringMatching(/^[0-9a-f-]{36}$/)],
      });
      expect(headers).not.toHaveProperty("Authorization");
    }
    await expectAccepted(HOST_OPTION);
  });

  test("team must match de.: Alice 200, Bob 403", async () => {
    guide.manifests.put("04-route-option.yaml", example("gloo/04-authorize-team.yaml"));
    await guide.eventually(async () => expectDenied(await guide.curl(BOB)));
    seen(await guide.curl(ALICE));
    expectMissing(await guide.curl());
    await expectAccepted(ROUTE_OPTION);
  });

  test("mistral-large-latest must be in llms.mistralai: Alice 403, Bob 200", async () => {
    guide.manifests.put("04-route-option.yaml", example("gloo/05-authorize-model.yaml"));
    await guide.eventually(async () => expectDenied(await guide.curl(ALICE)));
    seen(await guide.curl(BOB));
    expectMissing(await guide.curl());
    await expectAccepted(ROUTE_OPTION);
  });

  test("cleanup: without the RouteOption both are 200, without the VirtualHostOption everybody", async () => {
    guide.manifests.remove("04-route-option.yaml");
    await guide.eventually(async () => void seen(await guide.curl(ALICE)));
    seen(await guide.curl(BOB));
    expectMissing(await guide.curl());
    guide.manifests.remove("03-jwt.yaml");
    await guide.eventually(async () => void seen(await guide.curl()));
    const left = (await guide.claimgate.statuses()).map(({ kind }) => kind);
    expect(left.sort()).toEqual(["Gateway", "HTTPRoute"]);
  });
});
