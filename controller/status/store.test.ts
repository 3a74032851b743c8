import { expect, test } from "vitest";
import type { ResourceStatus } from "../translate/status.js";
import { StatusStore } from "./store.js";

/** A store and its clock, which stands still until told. */
function makeStore() {
  let now = "2026-01-01T00:00:00.123Z";
  const store = new StatusStore(() => new Date(now));
  return {
    /** Updates at a time of day and returns the statuses. */
    at(time: string, ...statuses: ResourceStatus[]) {
      now = `2026-01-01T${time}.999Z`;
      store.update(statuses);
      return store.list();
    },
  };
}

const stamp = (time: string) => `2026-01-01T${time}Z`;
const condition = (type: string, status: string, message = "", reason = "R") => ({ type, status, reason, message });

function policy(...ancestors: [target: string, ...conditions: object[]][]): ResourceStatus {
  const entries = ancestors.map(([name, ...conditions]) => ({ ancestorRef: { kind: "Gateway", name }, conditions }));
  return { apiVersion: "v", kind: "Policy", namespace: "n", name: "p", status: { ancestors: entries } };
}

/** "TARGET TYPE STATUS TIME" of every condition. */
function times(statuses: ResourceStatus[]): string[] {
  return statuses.flatMap(({ status }) =>
    (status["ancestors"] as { ancestorRef: { name: string }; conditions: Record<string, string>[] }[]).flatMap(
      ({ ancestorRef, conditions }) =>
        conditions.map((c) => `${ancestorRef.name} ${c["type"]} ${c["status"]} ${c["lastTransitionTime"]}`),
    ),
  );
}

test("a condition has the time of its last transition, to the second", () => {
  const store = makeStore();
  const first = store.at("01:00:00", policy(["a", condition("Accepted", "True")]));
  expect(times(first)).toEqual([`a Accepted True ${stamp("01:00:00")}`]);
  // Other words or another reason are no transition.
  const second = store.at("02:00:00", policy(["a", condition("Accepted", "True", "words", "Other")]));
  expect(times(second)).toEqual([`a Accepted True ${stamp("01:00:00")}`]);
  expect(JSON.stringify(second)).toContain('"message":"words"');
  expect(times(store.at("03:00:00", policy(["a", condition("Accepted", "False")])))).toEqual([
    `a Accepted False ${stamp("03:00:00")}`,
  ]);
  expect(times(store.at("04:00:00", policy(["a", condition("Accepted", "True")])))).toEqual([
    `a Accepted True ${stamp("04:00:00")}`,
  ]);
});

test("each condition of each ancestor for itself, wherever it stands in its list", () => {
  const store = makeStore();
  store.at(
    "01:00:00",
    policy(["a", condition("Accepted", "True"), condition("Attached", "True")], ["b", condition("Accepted", "True")]),
  );
  const after = store.at(
    "02:00:00",
    policy(
      ["c", condition("Accepted", "True")],
      ["b", condition("Accepted", "False")],
      ["a", condition("Attached", "True"), condition("Programmed", "True"), condition("Accepted", "True")],
    ),
  );
  expect(times(after)).toEqual([
    `c Accepted True ${stamp("02:00:00")}`,
    `b Accepted False ${stamp("02:00:00")}`,
    `a Attached True ${stamp("01:00:00")}`,
    `a Programmed True ${stamp("02:00:00")}`,
    `a Accepted True ${stamp("01:00:00")}`,
  ]);
});

test("a resource that was gone starts anew, and another kind of its name is another resource", () => {
  const store = makeStore();
  const status = policy(["a", condition("Accepted", "True")]);
  store.at("01:00:00", status);
  expect(store.at("02:00:00")).toEqual([]);
  expect(times(store.at("03:00:00", status, { ...status, kind: "Other" }))).toEqual([
    `a Accepted True ${stamp("03:00:00")}`,
    `a Accepted True ${stamp("03:00:00")}`,
  ]);
});

test("what translation made is not written into", () => {
  const status = policy(["a", condition("Accepted", "True")]);
  const before = structuredClone(status);
  makeStore().at("01:00:00", status);
  expect(status).toEqual(before);
});

test("others that come, go or change places change no times", () => {
  const store = makeStore();
  const named = (name: string, status = "True") => ({ ...policy(["a", condition("Accepted", status)]), name });
  store.at("01:00:00", named("p"), named("q"));
  const moved = store.at("02:00:00", named("o"), named("q"), named("p"));
  expect(times(moved).map((words) => words.split(" ")[3])).toEqual(["02", "01", "01"].map((h) => stamp(`${h}:00:00`)));
  const changed = store.at("03:00:00", named("o"), named("q", "False"), named("p"));
  expect(times(changed).map((words) => words.split(" ")[3])).toEqual(
    ["02", "03", "01"].map((h) => stamp(`${h}:00:00`)),
  );
});
