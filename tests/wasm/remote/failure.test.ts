// A provider that fails, a worker that goes, keys that nobody knows: what the compiled filter does about it, and how often it asks.
import { describe, expect, it } from "vitest";
import { configuration, FETCH_FAILED, jwks, key1, key2, key3, NO_KEY, Scene, verdict } from "./idp.js";

/** Lets time pass until somebody asks the IdP. */
function untilAsked(scene: Scene, limit = 120_000): void {
  const before = scene.envoy.toIdp().length;
  const end = scene.envoy.now + limit;
  while (scene.envoy.toIdp().length === before && scene.envoy.now < end) scene.pass(50, 50);
  expect(scene.envoy.toIdp()).toHaveLength(before + 1);
}

describe("a fetch that fails", () => {
  it.each<[string, number | null, string | Buffer, string]>([
    ["status 500", 500, jwks(key2), "http_500"],
    ["status 201", 201, jwks(key2), "http_201"],
    ["a redirect", 302, "", "http_302"],
    ["a reset", null, "", "reset"],
    ["nothing", 200, "", "not_json"],
    ["no JSON", 200, "<html>", "not_json"],
    ["half a set", 200, jwks(key2).slice(0, -5), "not_json"],
    ["a list", 200, "[]", "no_usable_key"],
    ["no keys", 200, '{"keys":[]}', "no_usable_key"],
    ["a secret", 200, '{"keys":[{"kty":"oct","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"}]}', "no_usable_key"],
    ["too much", 200, jwks(key2) + " ".repeat(256 * 1024), "too_large"],
    ["deep nesting", 200, "[".repeat(1000), "not_json"],
  ])("with %s leaves the keys as they are", (_, status, body, code) => {
    const scene = new Scene(2, configuration({ cacheDurationMs: 10_000 }));
    scene.fetched(key1);
    untilAsked(scene);
    scene.envoy.answer(status, body);
    scene.pass(500);
    for (const worker of scene.workers) expect(scene.ask(scene.token(), worker)).toBe("passed");
    const lines = scene.workers.flatMap(({ log }) => log).filter((line) => line.includes("cannot be fetched"));
    expect(lines).toEqual([`claimgate: p: keys cannot be fetched: ${code}; the last good keys serve on`]);
  });

  it("is repeated less and less often, logged once, and forgotten when it succeeds", () => {
    const scene = new Scene(2, configuration({ failedRefetchMs: 1_000 }));
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      const before = scene.envoy.now;
      untilAsked(scene);
      waits.push(scene.envoy.now - before);
      scene.envoy.answer(503);
    }
    waits.slice(1).forEach((wait, i) => {
      const longest = Math.min(1_000 * 2 ** i, 60_000);
      expect(wait).toBeGreaterThanOrEqual(longest / 2 - 100);
      expect(wait).toBeLessThanOrEqual(longest + 400);
    });
    untilAsked(scene);
    scene.envoy.answer(200, jwks(key1));
    scene.pass(10_000);
    for (const worker of scene.workers) expect(scene.ask(scene.token(), worker)).toBe("passed");
    const lines = scene.workers.flatMap(({ log }) => log);
    expect(lines).toEqual([
      "claimgate: p: keys cannot be fetched: http_503; there are no keys",
      "claimgate: p: 1 keys fetched",
    ]);
  });

  it("is retried before it counts", () => {
    const scene = new Scene(1, configuration({ retries: 2, retryBaseMs: 100, retryMaxMs: 150 }));
    const stream = scene.open(scene.token());
    for (let i = 0; i < 2; i++) {
      untilAsked(scene, 500);
      scene.envoy.answer(503);
      expect([stream.state, scene.first.log]).toEqual(["stopped", []]);
    }
    untilAsked(scene, 500);
    scene.envoy.answer(200, jwks(key1));
    expect(verdict(stream)).toBe("passed");
    expect(scene.envoy.toIdp()).toHaveLength(3);
  });

  it("for want of a cluster or of a healthy host is one, too", () => {
    const scene = new Scene(1);
    scene.envoy.clusters.delete("idp");
    scene.pass(50);
    expect(scene.first.log).toEqual(["claimgate: p: keys cannot be fetched: cluster_unknown; there are no keys"]);
    scene.envoy.clusters.add("idp");
    untilAsked(scene);
    scene.envoy.answer(200, jwks(key1));
    expect(scene.ask(scene.token())).toBe("passed");
  });

  it("for longer than keys may serve refuses, without waiting for what is not due", () => {
    const scene = new Scene(
      1,
      configuration({ cacheDurationMs: 10_000, staleIfErrorMs: 20_000, failedRefetchMs: 3_600_000 }),
    );
    scene.fetched(key1);
    untilAsked(scene);
    scene.envoy.answer(503);
    scene.pass(20_000, 100);
    expect(scene.ask(scene.token())).toBe("passed");
    scene.pass(11_000, 100);
    expect(scene.ask(scene.token())).toBe(FETCH_FAILED);
  });
});

describe("a lease", () => {
  it("of a root that is gone is given up, and another worker fetches", () => {
    const scene = new Scene(2);
    const stream = scene.open(scene.token(), scene.workers[1]);
    scene.pass(30);
    const [call] = scene.envoy.calls;
    call!.worker.deleteRoot(call!.root);
    if (call!.worker === scene.workers[1]) return expect(stream.state).toBe("stopped");
    untilAsked(scene, 1_000);
    scene.envoy.answer(200, jwks(key1));
    expect(verdict(stream)).toBe("passed");
  });

  it("of a VM that is gone ends, and another worker fetches; who is late changes nothing", () => {
    const scene = new Scene(2, configuration({ timeoutMs: 1_000 }));
    scene.pass(30);
    const [late] = scene.envoy.calls.splice(0);
    scene.pass(2_500);
    expect(scene.envoy.toIdp()).toHaveLength(1);
    untilAsked(scene, 1_500);
    scene.envoy.answer(200, jwks(key1));
    late!.worker.respond(late!, 200, Buffer.from(jwks(key3)));
    scene.pass(10_000);
    for (const worker of scene.workers) {
      expect(scene.ask(scene.token(), worker)).toBe("passed");
      expect(scene.ask(scene.token(key3), worker)).not.toBe("passed");
    }
  });
});

describe("unknown keys", () => {
  it("are worth one fetch in thirty seconds, for all workers; who comes meanwhile waits for it", () => {
    const scene = new Scene(2);
    scene.fetched(key1);
    const waiting = scene.workers.map((worker) => scene.open(scene.token(key2), worker));
    scene.pass(100);
    expect(waiting.map(({ state }) => state)).toEqual(["stopped", "stopped"]);
    scene.envoy.answer(200, jwks(key2));
    scene.pass(100);
    expect(waiting.map(verdict)).toEqual(["passed", "passed"]);
    const token = scene.token(key3);
    for (let i = 0; i < 1_000; i++) expect(scene.ask(token, scene.workers[i % 2])).toBe(NO_KEY);
    expect(scene.envoy.toIdp()).toHaveLength(2);
    scene.pass(30_000, 100);
    const later = scene.open(token);
    scene.pass(100);
    scene.envoy.answer(200, jwks(key2));
    expect(verdict(later)).toBe(NO_KEY);
    expect(scene.envoy.toIdp()).toHaveLength(3);
  });
});

describe("a new configuration", () => {
  it("of the same provider keeps its keys, and does not fetch", () => {
    const scene = new Scene(1);
    scene.fetched(key1);
    const [old] = scene.first.ticks.keys();
    scene.first.configureRoot(configuration({ staleIfErrorMs: 1 }, {}, { clockSkewSeconds: 5 }));
    scene.first.deleteRoot(old!);
    scene.pass(1_000);
    expect(scene.ask(scene.token())).toBe("passed");
    expect(scene.envoy.toIdp()).toHaveLength(1);
  });

  it("with another path has none of them, also while the old one's fetch is in flight", () => {
    const scene = new Scene(1);
    scene.pass(20);
    const [old] = scene.first.ticks.keys();
    scene.first.configureRoot(configuration({ path: "/other" }));
    const stream = scene.open(scene.token());
    scene.envoy.answer(200, jwks(key1));
    expect(stream.state).toBe("stopped");
    scene.first.deleteRoot(old!);
    scene.pass(50);
    scene.envoy.answer(200, jwks(key2));
    expect(scene.envoy.toIdp().map(({ headers }) => headers.find(([name]) => name === ":path")?.[1])).toEqual([
      "/jwks.json",
      "/other",
    ]);
    expect(verdict(stream)).not.toBe("passed");
    expect(scene.ask(scene.token(key2))).toBe("passed");
  });
});
