import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { KeyReport } from "./report.js";
import { KeyReports } from "./reports.js";

const GATEWAY = "default/http";
const BOTH = new Set(["10.0.0.1", "10.0.0.2"]);

let reports: KeyReports;
let changes: string[];

beforeEach(() => {
  vi.useFakeTimers({ now: 0, toFake: ["setTimeout", "clearTimeout", "performance"] });
  changes = [];
  reports = new KeyReports({ onChange: (gateway) => changes.push(gateway) });
});
afterEach(() => {
  reports.close();
  vi.useRealTimers();
});

function report(kid: string, fields: Partial<KeyReport> = {}): KeyReport {
  return { provider: "p", keys: [{ kid, alg: "RS256" }], more: 0, fetched: 1, error: "", ...fields };
}
const kids = (envoys: ReadonlySet<string> = BOTH) =>
  reports.of(GATEWAY, envoys).map(({ provider, keys }) => `${provider}:${keys[0]!.kid}`);

it("has the newest of each Envoy and provider, of those that are asked for", () => {
  reports.take(GATEWAY, "10.0.0.1", report("old"));
  reports.take(GATEWAY, "10.0.0.1", report("new"));
  reports.take(GATEWAY, "10.0.0.1", report("other", { provider: "q" }));
  reports.take(GATEWAY, "10.0.0.2", report("new"));
  vi.runAllTimers();
  expect(kids().sort()).toEqual(["p:new", "p:new", "q:other"]);
  expect(kids(new Set(["10.0.0.2"]))).toEqual(["p:new"]);
  expect(reports.of("default/other", BOTH)).toEqual([]);
  reports.forget(GATEWAY);
  expect(kids()).toEqual([]);
});

it("passes over what another worker says too late, unless nothing newer was said for long", () => {
  const said = () => {
    vi.runAllTimers();
    return reports.of(GATEWAY, BOTH).map(({ keys, error }) => `${keys[0]?.kid ?? ""}${error}`)[0];
  };
  const nothing = report("", { keys: [], fetched: 0 });
  const failed = (since: number, fetched = 0) => report("", { keys: [], fetched, error: "down", errorSince: since });
  reports.take(GATEWAY, "10.0.0.1", report("new", { fetched: 20 }));
  for (const late of [nothing, report("old", { fetched: 10 }), failed(15), failed(20)]) {
    reports.take(GATEWAY, "10.0.0.1", late);
    expect(said()).toBe("new");
  }
  reports.take(GATEWAY, "10.0.0.1", failed(20, 20));
  expect(said()).toBe("down");
  reports.take(GATEWAY, "10.0.0.1", report("newer", { fetched: 21 }));
  reports.take(GATEWAY, "10.0.0.1", failed(20, 20));
  expect(said()).toBe("newer");
  vi.advanceTimersByTime(90_000);
  reports.take(GATEWAY, "10.0.0.1", failed(5));
  expect(said()).toBe("down");
});

it("passes on at once what comes first, and then, however often it changes, once a second", () => {
  reports.take(GATEWAY, "10.0.0.1", report("0"));
  vi.advanceTimersByTime(0);
  expect({ kids: kids(), changes }).toEqual({ kids: ["p:0"], changes: [GATEWAY] });
  for (let i = 1; i <= 100; i++) {
    reports.take(GATEWAY, "10.0.0.1", report(String(i)));
    vi.advanceTimersByTime(100);
  }
  expect(changes.length).toBeGreaterThan(8);
  expect(changes.length).toBeLessThan(13);
  vi.runAllTimers();
  expect(kids()).toEqual(["p:100"]);
});

it("that keys were fetched anew, once a minute; an error does not wait for that", () => {
  for (let i = 0; i <= 100; i++) {
    reports.take(GATEWAY, "10.0.0.1", report("k", { fetched: 1000 * i }));
    vi.advanceTimersByTime(1000);
  }
  expect(changes).toEqual([GATEWAY, GATEWAY]);
  reports.take(GATEWAY, "10.0.0.1", report("k", { fetched: 200_000 }));
  reports.take(GATEWAY, "10.0.0.1", report("k", { fetched: 200_000, error: "down", errorSince: 1 }));
  vi.advanceTimersByTime(1000);
  expect(changes).toEqual([GATEWAY, GATEWAY, GATEWAY]);
  expect(reports.of(GATEWAY, BOTH)[0]!.error).toBe("down");
  vi.advanceTimersByTime(600_000);
  expect(changes.length).toBe(3);
});

it("has the same report twice without a word", () => {
  reports.take(GATEWAY, "10.0.0.1", report("k"));
  reports.take(GATEWAY, "10.0.0.1", report("k"));
  vi.runAllTimers();
  reports.take(GATEWAY, "10.0.0.1", report("k"));
  vi.runAllTimers();
  expect(changes).toEqual([GATEWAY]);
});

it("lets an Envoy say so much at once, then twenty a second, and others as much", () => {
  const admitted = (envoy: string, of: number) =>
    Array.from({ length: of }, () => reports.admit(GATEWAY, envoy)).filter(Boolean).length;
  expect(admitted("10.0.0.1", 5000)).toBe(1000);
  expect(admitted("10.0.0.2", 10)).toBe(10);
  vi.advanceTimersByTime(2000);
  expect(admitted("10.0.0.1", 5000)).toBe(40);
  // One that does not wait is admitted no later for it.
  let often = 0;
  for (let i = 0; i < 100; i++) {
    vi.advanceTimersByTime(10);
    often += admitted("10.0.0.1", 1);
  }
  expect(often).toBeGreaterThanOrEqual(19);
});

it("keeps no more than so many of a Gateway: the oldest go", () => {
  for (let i = 0; i < 5000; i++) reports.take(GATEWAY, "10.0.0.1", report("k", { provider: `p${i}` }));
  vi.runAllTimers();
  const held = reports.of(GATEWAY, BOTH);
  expect(held.length).toBe(4000);
  expect(held.at(-1)!.provider).toBe("p4999");
  expect(held[0]!.provider).toBe("p1000");
});
