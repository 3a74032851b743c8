// A host that fails the filter while it fetches keys: nothing traps, nobody passes unjudged, and afterwards all goes on.
import { describe, expect, it } from "vitest";
import { FETCH_FAILED, jwks, key1, Scene, verdict } from "./idp.js";

const CALLS = [
  "proxy_get_shared_data",
  "proxy_set_shared_data",
  "proxy_http_call",
  "proxy_set_effective_context",
  "proxy_continue_stream",
  "proxy_set_tick_period_milliseconds",
  "proxy_get_buffer_bytes",
  "proxy_get_property",
];

describe.each(CALLS)("%s", (name) => {
  it.each([2, 3, 8, 10, 12])("answers %i", (status) => {
    const scene = new Scene(2);
    scene.envoy.faults.set(name, status);
    const streams = scene.workers.map((worker) => scene.open(scene.token(), worker));
    scene.pass(100);
    if (scene.envoy.calls.length > 0) scene.envoy.answer(200, jwks(key1));
    scene.pass(500);
    const forged = scene.token(key1).replace(/.{8}$/, "AAAAAAAA");
    for (const worker of scene.workers) expect(scene.ask(forged, worker)).not.toBe("passed");
    scene.pass(6_000);
    for (const stream of streams) expect(["passed", "stopped", FETCH_FAILED]).toContain(verdict(stream));
    scene.envoy.faults.clear();
    for (let i = 0; i < 300 && !scene.workers.every((worker) => scene.ask(scene.token(), worker) === "passed"); i++) {
      if (scene.envoy.calls.length > 0) scene.envoy.answer(200, jwks(key1));
      scene.pass(1_000, 50);
    }
    for (const worker of scene.workers) expect(scene.ask(scene.token(), worker)).toBe("passed");
  });
});
