import { expect, test } from "vitest";
import { mergePatch } from "../../tests/support/fake-apiserver.js";
import { mergeStatus, patchBetween } from "./merge.js";

const OWNER = { controllerName: "claimgate.dev/gateway-controller", statusNamespace: "claimgate-system" };
const THEN = "2026-01-01T00:00:00Z";
const NOW = "2026-02-02T00:00:00Z";

const merge = (stored: unknown, wanted: Record<string, unknown> | undefined) => mergeStatus(stored, wanted, OWNER, NOW);

function accepted(status = "True", more: object = {}): Record<string, unknown> {
  return { type: "Accepted", status, reason: "Valid", message: "", observedGeneration: 3, ...more };
}

function ancestor(
  name: string,
  conditions = [accepted()],
  controllerName = OWNER.controllerName,
): Record<string, unknown> {
  return {
    ancestorRef: { group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "demo", name },
    controllerName,
    conditions,
  };
}

const at = (time: string) => accepted("True", { lastTransitionTime: time });

test("a first status: every condition gets a time", () => {
  expect(merge(undefined, { ancestors: [ancestor("http")] })).toEqual({
    status: { ancestors: [ancestor("http", [at(NOW)])] },
    dropped: [],
  });
});

test("what is stored already is not written, whatever its times", () => {
  const stored = { ancestors: [ancestor("http", [at(THEN)])] };
  expect(merge(stored, { ancestors: [ancestor("http", [at(NOW)])] }).status).toBeUndefined();
  expect(merge(undefined, { ancestors: [] }).status).toBeUndefined();
  expect(merge(undefined, undefined).status).toBeUndefined();
});

test("the time changes with the status of a condition, and with nothing else of it", () => {
  const stored = { conditions: [at(THEN), accepted("False", { type: "Programmed", lastTransitionTime: THEN })] };
  const wanted = { conditions: [accepted("True", { message: "new" }), accepted("True", { type: "Programmed" })] };
  expect(merge(stored, wanted).status).toEqual({
    conditions: [
      accepted("True", { message: "new", lastTransitionTime: THEN }),
      accepted("True", { type: "Programmed", lastTransitionTime: NOW }),
    ],
  });
});

test("others' ancestors are untouched and keep their places; ours keep theirs, stale ones go, new ones come last", () => {
  const theirs = (name: string) => ancestor(name, [accepted("False", { foreign: 1 })], "example.com/other");
  const stored = {
    ancestors: [theirs("a"), ancestor("stale", [at(THEN)]), ancestor("kept", [at(THEN)]), theirs("kept")],
  };
  const wanted = { ancestors: [ancestor("new"), ancestor("kept")] };
  expect(merge(stored, wanted).status).toEqual({
    ancestors: [theirs("a"), ancestor("kept", [at(THEN)]), theirs("kept"), ancestor("new", [at(NOW)])],
  });
});

test("an ancestor is told by its reference, with defaults spelled out or not, and its section", () => {
  const short = { ...ancestor("x", [at(THEN)]), ancestorRef: { namespace: "demo", name: "http" } };
  expect(merge({ ancestors: [short] }, { ancestors: [ancestor("http")] }).status).toEqual({
    ancestors: [ancestor("http", [at(THEN)])],
  });
  const section = { ...ancestor("x"), ancestorRef: { namespace: "demo", name: "http", sectionName: "s" } };
  expect(merge({ ancestors: [short] }, { ancestors: [section] }).status).toMatchObject({
    ancestors: [{ ancestorRef: { sectionName: "s" }, conditions: [{ lastTransitionTime: NOW }] }],
  });
});

test("at most 16 ancestors in all: ours that do not fit are named, none of the others' goes", () => {
  const others = Array.from({ length: 14 }, (_, i) => ancestor(`o${i}`, [accepted()], "example.com/other"));
  const wanted = { ancestors: [ancestor("a"), ancestor("b"), ancestor("c"), ancestor("d")] };
  const { status, dropped } = merge({ ancestors: others }, wanted);
  expect((status!["ancestors"] as unknown[]).slice(0, 14)).toEqual(others);
  expect(status!["ancestors"]).toHaveLength(16);
  expect(dropped).toEqual(["Gateway demo/c", "Gateway demo/d"]);
  const full = [...others, ...others.slice(0, 2)];
  expect(merge({ ancestors: full }, wanted)).toMatchObject({ status: undefined, dropped: { length: 4 } });
});

test("nothing wanted any more: only our entries go", () => {
  const theirs = ancestor("a", [accepted()], "example.com/other");
  const stored = {
    ancestors: [theirs, ancestor("http", [at(THEN)])],
    observedGeneration: 3,
    statuses: { "gloo-system": { state: 1 }, "claimgate-system": { state: "Accepted" } },
  };
  expect(merge(stored, undefined).status).toEqual({ ancestors: [theirs], statuses: { "gloo-system": { state: 1 } } });
  const foreign = { ancestors: [theirs], observedGeneration: 3, statuses: { "gloo-system": { state: 1 } } };
  expect(merge(foreign, undefined).status).toBeUndefined();
});

test("Gloo: only the key of our namespace", () => {
  const stored = {
    statuses: { "gloo-system": { state: 1 }, "claimgate-system": { state: "Rejected", reason: "bad" } },
  };
  const ours = { "claimgate-system": { reportedBy: "claimgate", state: "Accepted" } };
  expect(merge(stored, { observedGeneration: 4, statuses: ours, ancestors: [] }).status).toEqual({
    observedGeneration: 4,
    statuses: { "gloo-system": { state: 1 }, ...ours },
  });
});

test("conditions by type: others' stay in place; ours that are not wanted any more go", () => {
  const foreign = accepted("True", { type: "example.com/Ready", lastTransitionTime: THEN });
  const stored = {
    conditions: [foreign, at(THEN), accepted("True", { type: "Programmed", lastTransitionTime: THEN })],
  };
  expect(merge(stored, { conditions: [accepted()] }).status).toEqual({ conditions: [foreign, at(THEN)] });
});

test("a condition that judges a newer generation than ours stands", () => {
  const newer = accepted("False", { observedGeneration: 4, lastTransitionTime: THEN });
  expect(merge({ conditions: [newer] }, { conditions: [accepted()] }).status).toBeUndefined();
});

test("listeners: conditions by name and type, listeners that are gone go", () => {
  const foreign = accepted("True", { type: "example.com/Ready" });
  const stored = {
    listeners: [
      { name: "b", attachedRoutes: 1, conditions: [] },
      { name: "a", attachedRoutes: 1, conditions: [at(THEN), foreign] },
    ],
  };
  const wanted = { listeners: [{ name: "a", attachedRoutes: 2, conditions: [accepted()] }] };
  expect(merge(stored, wanted).status).toEqual({
    listeners: [{ name: "a", attachedRoutes: 2, conditions: [at(THEN), foreign] }],
  });
});

test("what other controllers write there may be of any shape", () => {
  for (const stored of [null, 1, "x", [], { ancestors: 1, conditions: [null, 1], statuses: [] }]) {
    const wanted = { ancestors: [ancestor("http")], conditions: [accepted()], statuses: { "claimgate-system": {} } };
    expect(merge(stored, wanted).status).toMatchObject({ ancestors: [{ conditions: [{ lastTransitionTime: NOW }] }] });
  }
});

test("a message longer than an API server takes is cut", () => {
  const { status } = merge(undefined, { conditions: [accepted("False", { message: "x".repeat(40_000) })] });
  expect((status!["conditions"] as { message: string }[])[0]!.message).toHaveLength(32_768);
});

test("patches make the one of the other (RFC 7396), and say no more than that", () => {
  const before = { a: { keep: 1, go: 2, deep: { x: 1 } }, list: [1, 2], gone: [], same: [{ x: 1 }] };
  const after = { a: { keep: 1, deep: { x: 2 } }, list: [1], same: [{ x: 1 }], fresh: { y: 1 } };
  const patch = patchBetween(before, after);
  expect(patch).toEqual({ a: { go: null, deep: { x: 2 } }, list: [1], gone: null, fresh: { y: 1 } });
  expect(mergePatch(before, patch)).toEqual(after);
});
