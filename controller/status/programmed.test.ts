import { expect, test } from "vitest";
import type { ResourceStatus } from "../translate/status.js";
import { type Progress, PROGRAMMED, ProgrammedStatuses, withProgrammed } from "./programmed.js";

const PROGRESS: ReadonlyMap<string, Progress> = new Map<string, Progress>([
  ["n/done", { programmed: true }],
  ["n/late", { programmed: false, reason: "Pending", message: "Envoy 1 refused a table", versions: ["v"] }],
  ["n/none", { programmed: false, reason: "NoEnvoy", message: "no Envoy is connected", versions: [] }],
]);

const accepted = (status: "True" | "False" = "True") => ({
  type: "Accepted",
  status,
  reason: "R",
  message: "",
  observedGeneration: 4,
});

/** What is said of Programmed in a status whose resource these Gateways carry, in order. */
function programmed(status: object, ...gateways: string[]) {
  const resource = { apiVersion: "v", kind: "K", namespace: "n", name: "r", status } as ResourceStatus;
  const found: unknown[] = [];
  JSON.parse(JSON.stringify(withProgrammed(resource, gateways, PROGRESS)), (_key, value: unknown) => {
    if (typeof value === "object" && value !== null && "type" in value && value.type === "Programmed")
      found.push(value);
    return value;
  });
  return found;
}

const yes = {
  type: "Programmed",
  status: "True",
  reason: "Programmed",
  message: "Every connected Envoy has acknowledged it",
  observedGeneration: 4,
};
const late = { ...yes, status: "False", reason: "Pending", message: "Envoy 1 refused a table" };

test("what is accepted is programmed when every Gateway that carries it is", () => {
  expect(programmed({ conditions: [accepted()] }, "n/done")).toEqual([yes]);
  expect(programmed({ conditions: [accepted()] }, "n/done", "n/late")).toEqual([late]);
  expect(programmed({ conditions: [accepted()] }, "n/none")).toMatchObject([{ status: "False", reason: "NoEnvoy" }]);
});

test("nothing is said of what is not accepted, nor of what no Gateway carries", () => {
  expect(programmed({ conditions: [accepted("False")] }, "n/done")).toEqual([]);
  expect(programmed({ conditions: [] }, "n/done")).toEqual([]);
  expect(programmed({ conditions: [accepted()] })).toEqual([]);
});

test("what is said of one Gateway is about that one alone", () => {
  const entry = (field: string, reference: object) => ({ [field]: reference, conditions: [accepted()] });
  const parents = [entry("parentRef", { name: "late" }), entry("parentRef", { namespace: "n", name: "done" })];
  expect(programmed({ parents }, "n/done", "n/late")).toEqual([late, yes]);
  const ancestors = [
    entry("ancestorRef", { kind: "Gateway", namespace: "n", name: "done", sectionName: "s" }),
    entry("ancestorRef", { kind: "HTTPRoute", namespace: "n", name: "done" }),
  ];
  expect(programmed({ ancestors }, "n/done", "n/late")).toEqual([yes, late]);
});

test("listeners are told of as their Gateway is", () => {
  const status = { conditions: [accepted()], listeners: [{ name: "a", conditions: [accepted()] }] };
  expect(programmed(status, "n/late")).toEqual([late, late]);
});

test("the same object as long as there is nothing else to say: neither of other Gateways nor of their Envoys", () => {
  const statuses = new ProgrammedStatuses();
  const status = { apiVersion: "v", kind: "K", namespace: "n", name: "r", status: { conditions: [accepted()] } };
  let progress = PROGRESS;
  const said = (...gateways: string[]) => statuses.add(status, new Set(gateways), (gateway) => progress.get(gateway));
  const first = said("n/done");
  expect(first.status["conditions"]).toEqual([accepted(), yes]);
  expect(said("n/done")).toBe(first);
  expect(said("n/done", "n/late").status["conditions"]).toEqual([accepted(), late]);
  progress = new Map([["n/late", PROGRAMMED]]);
  expect(said("n/late").status["conditions"]).toEqual([accepted(), yes]);
});
