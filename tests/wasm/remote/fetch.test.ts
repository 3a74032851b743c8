// Keys of a provider that are fetched: one request for all workers, who waits for it, and when it is repeated.
import { describe, expect, it } from "vitest";
import { configuration, FETCH_FAILED, jwks, key1, key2, NO_KEY, Scene, verdict } from "./idp.js";

describe("the first keys", () => {
  it("are fetched once for all workers, without a request", () => {
    const scene = new Scene(3);
    scene.pass(1_000);
    expect(scene.envoy.toIdp()).toHaveLength(1);
    const { headers, timeout } = scene.envoy.toIdp()[0]!;
    expect(Object.fromEntries(headers)).toMatchObject({
      ":method": "GET",
      ":path": "/jwks.json",
      ":authority": "idp.example.com",
      ":scheme": "https",
    });
    expect(timeout).toBe(5_000);
    scene.envoy.answer(200, jwks(key1));
    scene.pass(300);
    for (const worker of scene.workers) expect(scene.ask(scene.token(), worker)).toBe("passed");
    expect(scene.envoy.toIdp()).toHaveLength(1);
  });

  it("are not fetched while configuring: a VM that only tries the configuration must not", () => {
    expect(new Scene(2).envoy.sent).toEqual([]);
  });

  it("are waited for, in every worker", () => {
    const scene = new Scene(2);
    const streams = scene.workers.map((worker) => scene.open(scene.token(), worker));
    const forged = scene.open(scene.token(key2, "k1"));
    scene.pass(1_000);
    expect(streams.map(verdict)).toEqual(["stopped", "stopped"]);
    scene.envoy.answer(200, jwks(key1));
    scene.pass(100);
    expect(streams.map(verdict)).toEqual(["passed", "passed"]);
    expect(streams[0]!.headers.map(([name]) => name)).not.toContain("authorization");
    expect(verdict(forged)).toBe("Jwt verification fails");
  });

  it("are waited for 5 seconds", () => {
    const scene = new Scene(1, configuration({ timeoutMs: 60_000 }));
    const stream = scene.open(scene.token());
    scene.pass(4_900);
    expect(stream.state).toBe("stopped");
    scene.pass(200);
    expect(verdict(stream)).toBe(FETCH_FAILED);
    expect(stream.reply).toMatchObject({ status: 401, details: "claimgate_jwks_fetch_failed" });
  });

  it("a client that has gone is not resumed", () => {
    const scene = new Scene(1);
    const gone = scene.open(scene.token());
    const stays = scene.open(scene.token());
    scene.pass(100);
    scene.first.close(gone);
    scene.envoy.answer(200, jwks(key1));
    expect([verdict(gone), verdict(stays)]).toEqual(["stopped", "passed"]);
  });

  it("so many wait; the next are refused at once", () => {
    const scene = new Scene(1);
    const token = scene.token();
    const streams = Array.from({ length: 300 }, () => scene.open(token));
    expect(streams.filter(({ state }) => state === "stopped")).toHaveLength(256);
    expect(streams.slice(256).map(verdict)).toEqual(Array(44).fill(FETCH_FAILED));
    scene.pass(20);
    scene.envoy.answer(200, jwks(key1));
    expect(streams.slice(0, 256).every(({ state }) => state === "passed")).toBe(true);
  });
});

describe("keys", () => {
  it("are fetched again before they are too old, once", () => {
    const scene = new Scene(2);
    scene.fetched(key1);
    scene.pass(500_000, 100);
    expect(scene.envoy.toIdp()).toHaveLength(1);
    for (let i = 0; i < 1_000 && scene.envoy.calls.length === 0; i++) scene.pass(100, 100);
    expect(scene.envoy.toIdp()).toHaveLength(2);
    scene.envoy.answer(200, jwks(key1, key2));
    scene.pass(10_100, 100);
    for (const worker of scene.workers) {
      expect(scene.ask(scene.token(key2), worker)).toBe("passed");
      expect(scene.ask(scene.token(key1), worker)).toBe("passed");
    }
    expect(scene.envoy.toIdp()).toHaveLength(2);
  });

  it("that are gone from the set verify nothing any more", () => {
    const scene = new Scene(2, configuration({ cacheDurationMs: 10_000 }));
    scene.fetched(key1);
    expect(scene.ask(scene.token())).toBe("passed");
    scene.pass(10_000);
    scene.envoy.answer(200, jwks(key2));
    scene.pass(2_000);
    for (const worker of scene.workers) {
      expect(scene.ask(scene.token(key2), worker)).toBe("passed");
      const late = scene.open(scene.token(), worker);
      expect(["stopped", NO_KEY]).toContain(verdict(late));
    }
  });

  it("cost a request no call of shared data", () => {
    const scene = new Scene(1);
    scene.fetched(key1);
    scene.envoy.sharedCalls.length = 0;
    expect(scene.ask(scene.token())).toBe("passed");
    expect(scene.envoy.sharedCalls).toEqual([]);
  });
});
