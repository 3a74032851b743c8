import { describe, expect, test } from "vitest";
import { REMOVED, Subscription, type DeltaRequest } from "./delta.js";

function request(fields: Partial<DeltaRequest>): DeltaRequest {
  return {
    type_url: "t",
    resource_names_subscribe: [],
    resource_names_unsubscribe: [],
    initial_resource_versions: {},
    response_nonce: "",
    ...fields,
  };
}

const named = () => new Subscription({ wildcard: false, trustReported: true });

describe("subscribing", () => {
  test("a first request without names asks for everything, but only of types that allow it", () => {
    const all = new Subscription({ wildcard: true, trustReported: true });
    all.receive(request({}));
    expect(all.wants("any")).toBe(true);
    const none = named();
    none.receive(request({}));
    expect(none.wants("any")).toBe(false);
  });

  test("names come and go; a name asked for again is to be sent again", () => {
    const subscription = named();
    subscription.receive(request({ resource_names_subscribe: ["a", "b"] }));
    subscription.sent("1", new Map([["a", "v1"]]));
    subscription.receive(request({ response_nonce: "1" }));
    expect(subscription.holds("a", "v1")).toBe(true);
    subscription.receive(request({ resource_names_subscribe: ["a"] }));
    expect(subscription.holds("a", "v1")).toBe(false);
    subscription.receive(request({ resource_names_unsubscribe: ["a", "b"] }));
    expect([subscription.wants("a"), subscription.held.size]).toEqual([false, 0]);
  });

  test("a resource that was unsubscribed while on its way is not held", () => {
    const subscription = named();
    subscription.receive(request({ resource_names_subscribe: ["a"] }));
    subscription.sent("1", new Map([["a", "v1"]]));
    subscription.receive(request({ resource_names_unsubscribe: ["a"] }));
    subscription.receive(request({ response_nonce: "1" }));
    expect(subscription.held.has("a")).toBe(false);
  });

  test("one that was subscribed anew while on its way is sent once more", () => {
    const subscription = named();
    subscription.receive(request({ resource_names_subscribe: ["a"] }));
    subscription.sent("1", new Map([["a", "v1"]]));
    subscription.receive(request({ resource_names_unsubscribe: ["a"] }));
    subscription.receive(request({ resource_names_subscribe: ["a"] }));
    subscription.receive(request({ response_nonce: "1" }));
    expect(subscription.holds("a", "v1")).toBe(false);
  });

  test("what a returning Envoy reports is held, where that can be trusted", () => {
    for (const trustReported of [true, false]) {
      const subscription = new Subscription({ wildcard: false, trustReported });
      subscription.receive(request({ resource_names_subscribe: ["a"], initial_resource_versions: { a: "v1" } }));
      expect(subscription.holds("a", "v1")).toBe(trustReported);
      expect(subscription.held.get("a")).toBe("v1");
    }
  });
});

describe("answers", () => {
  test("nothing is held before it is acknowledged", () => {
    const subscription = named();
    subscription.receive(request({ resource_names_subscribe: ["a"] }));
    subscription.sent("1", new Map([["a", "v1"]]));
    expect([subscription.holds("a", "v1"), subscription.busy]).toEqual([false, true]);
    expect(subscription.receive(request({ response_nonce: "1" }))).toEqual({
      nonce: "1",
      versions: new Map([["a", "v1"]]),
    });
    expect([subscription.holds("a", "v1"), subscription.busy]).toEqual([true, false]);
  });

  test("a nonce of another stream, or one that was answered, says nothing", () => {
    const subscription = named();
    subscription.receive(request({ resource_names_subscribe: ["a"], response_nonce: "7" }));
    subscription.sent("1", new Map([["a", "v1"]]));
    expect(subscription.receive(request({ response_nonce: "2" }))).toBeUndefined();
    expect(subscription.holds("a", "v1")).toBe(false);
    subscription.receive(request({ response_nonce: "1" }));
    expect(subscription.receive(request({ response_nonce: "1", error_detail: { message: "late" } }))).toBeUndefined();
    expect(subscription.holds("a", "v1")).toBe(true);
  });

  test("a refusal leaves the old version in force and is remembered for that version only", () => {
    const subscription = named();
    subscription.receive(request({ resource_names_subscribe: ["a"], initial_resource_versions: { a: "v1" } }));
    subscription.sent("1", new Map([["a", "v2"]]));
    const verdict = subscription.receive(request({ response_nonce: "1", error_detail: { message: "no" } }));
    expect(verdict?.refusal).toBe("no");
    expect(subscription.holds("a", "v1")).toBe(true);
    expect([subscription.refuses("a", "v2"), subscription.refuses("a", "v3")]).toEqual(["no", undefined]);
  });

  test("an empty reason is a refusal too", () => {
    const subscription = named();
    subscription.receive(request({ resource_names_subscribe: ["a"] }));
    subscription.sent("1", new Map([["a", "v1"]]));
    expect(subscription.receive(request({ response_nonce: "1", error_detail: { message: "" } }))?.refusal).toBe("");
    expect(subscription.held.has("a")).toBe(false);
  });

  test("of several that were refused together none is trusted to be old or new, until each was sent alone", () => {
    const subscription = new Subscription({ wildcard: true, trustReported: true });
    subscription.receive(request({ initial_resource_versions: { a: "v1" } }));
    subscription.sent(
      "1",
      new Map([
        ["a", "v2"],
        ["b", "v1"],
      ]),
    );
    subscription.receive(request({ response_nonce: "1", error_detail: { message: "b: no" } }));
    expect([subscription.holds("a", "v1"), subscription.holds("a", "v2")]).toEqual([false, false]);
    expect([subscription.refuses("a", "v2"), subscription.refuses("b", "v1")]).toEqual([undefined, undefined]);
    subscription.sent("2", new Map([["a", "v2"]]));
    subscription.sent("3", new Map([["b", "v1"]]));
    subscription.receive(request({ response_nonce: "2" }));
    subscription.receive(request({ response_nonce: "3", error_detail: { message: "no" } }));
    expect(subscription.holds("a", "v2")).toBe(true);
    expect(subscription.refuses("b", "v1")).toBe("no");
  });

  test("an acknowledged removal", () => {
    const subscription = new Subscription({ wildcard: true, trustReported: true });
    subscription.receive(request({ initial_resource_versions: { a: "v1" } }));
    subscription.sent("1", new Map([["a", REMOVED]]));
    expect(subscription.held.has("a")).toBe(true);
    subscription.receive(request({ response_nonce: "1" }));
    expect(subscription.held.has("a")).toBe(false);
  });
});
