import { describe, expect, it } from "vitest";
import { healthsOf } from "../keys/health.js";
import type { KeyReport } from "../keys/report.js";
import type { Condition, ResourceStatus } from "../translate/status.js";
import { type NamedHealth, withKeyHealth } from "./keysready.js";

const T = Date.parse("2026-11-26T00:00:00Z") / 1000;
const ACCEPTED: Condition = {
  type: "Accepted",
  status: "True",
  reason: "Accepted",
  message: "",
  observedGeneration: 4,
};

function named(name: string, ...reports: Partial<KeyReport>[]): NamedHealth {
  const all = reports.map((report) => ({ provider: "p", keys: [], more: 0, error: "", ...report }));
  return { name, health: healthsOf(all)["p"] };
}
const has = (...kids: string[]) => ({ keys: kids.map((kid) => ({ kid, alg: "RS256" })), fetched: T });
const fails = { error: "timeout", errorSince: T };

function statusOf(conditions: readonly Condition[]): ResourceStatus {
  const names = { apiVersion: "gateway.kgateway.dev/v1alpha1", kind: "GatewayExtension", namespace: "a", name: "b" };
  return { ...names, status: { conditions } };
}

function keysReady(...providers: NamedHealth[]): Condition | undefined {
  const { conditions } = withKeyHealth(statusOf([ACCEPTED]), providers).status as { conditions: Condition[] };
  expect(conditions[0]).toEqual(ACCEPTED);
  return conditions[1];
}

describe("says", () => {
  it.each<[string, NamedHealth[], string, string, string]>([
    [
      "keys",
      [named("idp", has("k1", "k2"))],
      "True",
      "Fetched",
      "idp: k1 (RS256), k2 (RS256), fetched 2026-11-26T00:00:00Z",
    ],
    [
      "a key without a name, and more than there is room for",
      [named("idp", { keys: [{ kid: "", alg: "" }], more: 3, fetched: T })],
      ...(["True", "Fetched", "idp: a key without kid, 3 more, fetched 2026-11-26T00:00:00Z"] as const),
    ],
    [
      "that fetching fails while keys serve",
      [named("idp", { ...has("k1"), ...fails })],
      ...(["True", "RefreshFailed"] as const),
      "idp: k1 (RS256), fetched 2026-11-26T00:00:00Z; fetching fails: timeout since 2026-11-26T00:00:00Z",
    ],
    [
      "that there are none",
      [named("idp", fails)],
      ...(["False", "FetchFailed", "idp: no keys: timeout since 2026-11-26T00:00:00Z"] as const),
    ],
    [
      "that some Envoys have none",
      [named("idp", has("k1"), fails)],
      ...(["False", "FetchFailed"] as const),
      "idp: k1 (RS256), fetched 2026-11-26T00:00:00Z, but 1 of 2 Envoys have none; fetching fails: timeout since 2026-11-26T00:00:00Z",
    ],
    [
      "that nobody has said anything",
      [named("idp")],
      "Unknown",
      "NoReport",
      "idp: no Envoy has fetched its keys yet, or said so",
    ],
    [
      "the worst of several providers",
      [named("one", has("k1")), named("two"), named("three", fails)],
      ...(["False", "FetchFailed"] as const),
      "one: k1 (RS256), fetched 2026-11-26T00:00:00Z; two: no Envoy has fetched its keys yet, or said so; three: no keys: timeout since 2026-11-26T00:00:00Z",
    ],
  ])("%s", (_, providers, status, reason, message) => {
    expect(keysReady(...providers)).toEqual({ type: "KeysReady", status, reason, message, observedGeneration: 4 });
  });
});

it("nothing where Accepted is false, and no more than a message may have", () => {
  const refused = statusOf([{ ...ACCEPTED, status: "False" }]);
  expect(withKeyHealth(refused, [named("idp", has("k"))])).toEqual(refused);
  const many = Array.from({ length: 2000 }, (_, index) => named(`provider-${index}`, has("k")));
  expect(keysReady(...many)!.message.length).toBe(32_000);
});

describe("of Gloo's options", () => {
  const option = (state: string, reason?: string): ResourceStatus => ({
    ...{ apiVersion: "gateway.solo.io/v1", kind: "VirtualHostOption", namespace: "a", name: "b" },
    status: {
      observedGeneration: 4,
      statuses: { "claimgate-system": { reportedBy: "us", state, ...(reason && { reason }) } },
      ancestors: [
        { ancestorRef: { name: "one" }, conditions: [ACCEPTED] },
        { ancestorRef: { name: "two" }, conditions: [] },
      ],
    },
  });
  const amiss = named("idp", fails);
  const words = "idp: no keys: timeout since 2026-11-26T00:00:00Z";

  it("every ancestor that is Accepted has the condition", () => {
    const { ancestors } = withKeyHealth(option("Accepted"), [amiss]).status as {
      ancestors: { conditions: Condition[] }[];
    };
    expect(ancestors.map(({ conditions }) => conditions.map(({ type }) => type))).toEqual([
      ["Accepted", "KeysReady"],
      [],
    ]);
  });

  it.each([
    ["Accepted", undefined, "Warning", words],
    ["Warning", "a key is not used", "Warning", `a key is not used; ${words}`],
    ["Rejected", "bad", "Rejected", "bad"],
  ])("%s becomes, with keys amiss, %s", (state, reason, wanted, message) => {
    const { statuses } = withKeyHealth(option(state, reason), [amiss]).status as { statuses: Record<string, object> };
    expect(statuses["claimgate-system"]).toEqual({ reportedBy: "us", state: wanted, reason: message });
  });

  it("stays Accepted while all is well, or nothing is known", () => {
    for (const health of [named("idp", has("k")), named("idp")]) {
      const { statuses } = withKeyHealth(option("Accepted"), [health]).status as { statuses: Record<string, object> };
      expect(statuses["claimgate-system"]).toEqual({ reportedBy: "us", state: "Accepted" });
    }
  });
});
