import { expect, test } from "vitest";
import type { ResourceStatus } from "../translate/status.js";
import { Ledger } from "./ledger.js";

const status = (name: string, words = ""): ResourceStatus => ({
  ...{ apiVersion: "v", kind: "Policy", namespace: "n", name },
  status: { words },
});
const contents = (record: Record<string, string>) =>
  new Map(Object.entries(record).map(([name, content]) => [`Policy n/${name}`, content]));
const CARRIERS = new Map(["a", "b", "c"].map((name) => [`Policy n/${name}`, new Set(["n/g"])]));

/** Which of a, b and c an Envoy with this version has all there is of. */
function held(ledger: Ledger, version: string): string {
  const entries = ledger.list().filter((entry) => ledger.holds("n/g", version, entry));
  return entries.map(({ id }) => id.split("/")[1]).join();
}

test("an Envoy holds what has not changed since its version, whatever came, went or moved meanwhile", () => {
  const ledger = new Ledger();
  const [a, b, c] = [status("a"), status("b"), status("c")];
  ledger.take([a, b], contents({ a: "1", b: "1" }), CARRIERS);
  ledger.publish("n/g", "v1");
  expect(held(ledger, "v1")).toBe("a,b");
  ledger.take([a, status("b", "other")], contents({ a: "1", b: "2" }), CARRIERS);
  ledger.publish("n/g", "v2");
  expect([held(ledger, "v1"), held(ledger, "v2")]).toEqual(["a", "a,b"]);
  // One comes first, so that all others have another place.
  ledger.take([c, a, status("b", "other")], contents({ a: "1", b: "2", c: "1" }), CARRIERS);
  ledger.publish("n/g", "v3");
  expect([held(ledger, "v1"), held(ledger, "v2"), held(ledger, "v3")]).toEqual(["a", "a,b", "c,a,b"]);
  ledger.take([c, b], contents({ b: "1", c: "1" }), CARRIERS);
  expect([held(ledger, "v2"), held(ledger, "v3")]).toEqual(["", "c"]);
});

test("as many as before, of which one is another and one is elsewhere", () => {
  const ledger = new Ledger();
  const [a, b, c] = [status("a"), status("b"), status("c")];
  ledger.take([a, b], contents({ a: "1", b: "1" }), CARRIERS);
  ledger.publish("n/g", "v1");
  ledger.take([c, a], contents({ a: "1", c: "1" }), CARRIERS);
  ledger.publish("n/g", "v2");
  expect([held(ledger, "v1"), held(ledger, "v2")]).toEqual(["a", "c,a"]);
});

test("another content is another entry, though there is nothing else to say", () => {
  const ledger = new Ledger();
  const same = status("a");
  ledger.take([same], contents({ a: "1" }), CARRIERS);
  ledger.publish("n/g", "v1");
  ledger.take([same], contents({ a: "2" }), CARRIERS);
  expect(held(ledger, "v1")).toBe("");
});
