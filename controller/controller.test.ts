// The loop with a fake xDS server: what it publishes, what it makes of refusals, what it says it waits for.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  closed,
  denyAll,
  envoy,
  gateway,
  GATEWAY,
  gatewayExtension,
  remoteExtension,
  route,
  start,
  view,
  wanting,
} from "../tests/support/control-loop.js";
import { CLUSTER, EXTENSION, LISTENER, ROUTE, type TypeUrl } from "./xds/types.js";

describe("views", () => {
  test("one that is not complete renders nothing, at the start and later", () => {
    const { controller, envoys } = start();
    controller.update(view([gateway()], false));
    expect(envoys.published).toEqual([]);
    expect(controller.waitingFor()).toEqual(["the resources to be read whole"]);
    controller.update(view([gateway()]));
    expect(envoys.published).toHaveLength(1);
    controller.update(view([], false));
    expect(envoys.published).toHaveLength(1);
    expect(controller.gateways()).toEqual([GATEWAY]);
  });

  test("a Gateway that goes is taken from its Envoys; the others stay", () => {
    const { controller, envoys, update } = start();
    update(gateway(), gateway("other", 90));
    expect([controller.gateways(), controller.ports()]).toEqual([
      [GATEWAY, "default/other"],
      [80, 90],
    ]);
    update(gateway());
    expect([controller.gateways(), envoys.removed]).toEqual([[GATEWAY], ["default/other"]]);
    update();
    expect([controller.gateways(), envoys.removed]).toEqual([[], ["default/other", GATEWAY]]);
  });
});

test("what it waits for, from nothing to everything", () => {
  const { controller, envoys, update, acknowledge } = start();
  update(route("a"));
  expect(controller.waitingFor()).toEqual(["a Gateway of class claimgate"]);
  update(gateway(), route("a"));
  expect(controller.waitingFor()).toEqual([`Gateway ${GATEWAY}: no Envoy is connected`]);
  envoys.connected.set(GATEWAY, [envoy({})]);
  const behind = `Gateway ${GATEWAY}: Envoy 127.0.0.1:4711`;
  expect(controller.waitingFor()).toEqual([`${behind} has not acknowledged the newest configuration`]);
  acknowledge();
  expect(controller.waitingFor()).toEqual([]);
  update(gateway(), route("a"), route("b"));
  const refused = [{ typeUrl: ROUTE as TypeUrl, name: "default/gw/80", message: "no good" }];
  envoys.connected.set(GATEWAY, [envoy({ refused })]);
  expect(controller.waitingFor()).toEqual([`${behind} refused default/gw/80`]);
});

describe("statuses are those of now although nothing else is different for any Envoy", () => {
  test("in another view", () => {
    const { update, condition } = start();
    update(gateway(), route("a"), wanting("a", "e"));
    expect(condition("TrafficPolicy", "a", "Accepted")).toMatchObject({ status: "False" });
    update(gateway(), route("a"), wanting("a", "e"), gatewayExtension("e"));
    expect(condition("TrafficPolicy", "a", "Accepted")).toMatchObject({ status: "True" });
  });

  test("after keys were fetched", () => {
    const { update, acknowledge, condition, envoys } = start();
    update(gateway(), route("a"), wanting("a", "e"), remoteExtension("e"));
    acknowledge();
    expect(condition("GatewayExtension", "e", "KeysReady")).toMatchObject({ reason: "NoReport" });
    const health = { envoys: 1, without: 0, keys: [{ kid: "k", alg: "RS256" }], more: 0, error: "" };
    envoys.keys.set(GATEWAY, { "kgateway/default/e/p": health });
    expect(condition("GatewayExtension", "e", "KeysReady")).toMatchObject({ reason: "Fetched" });
  });
});

describe("refusals", () => {
  test("of a route table: what changed is closed and named, the rest is published, and it is tried again when it changes", async () => {
    const { update, acknowledge, refuse, newest, notices, condition, complaints, envoys } = start();
    update(gateway(), route("a"), route("b"), denyAll("a"));
    acknowledge();
    update(gateway(), route("a"), route("b", "/changed"), route("c"), denyAll("a", "{ v: {} }"));
    await refuse(ROUTE);
    expect(closed(newest())).toEqual(["httproute/default/b/0/0#refused", "httproute/default/c/0/0#refused"]);
    expect(notices).toEqual([
      `the Envoy of Gateway ${GATEWAY} refused a table: no good`,
      "closed until one of them changes: HTTPRoute default/b, HTTPRoute default/c",
    ]);
    expect(condition("HTTPRoute", "b", "Accepted")).toMatchObject({
      status: "False",
      message: expect.stringContaining("Envoy refused the configuration made of this route") as string,
    });
    expect(condition("HTTPRoute", "a", "Accepted")).toMatchObject({ status: "True" });
    expect(complaints().map(({ resource }) => resource)).toEqual(["HTTPRoute default/b", "HTTPRoute default/c"]);
    acknowledge();
    // Another view of the same: still closed.
    update(gateway(), route("a"), route("b", "/changed"), route("c"), denyAll("a", "{ w: {} }"));
    expect(closed(newest())).toHaveLength(2);
    update(gateway(), route("a"), route("b", "/mended"), route("c"), denyAll("a", "{ w: {} }"));
    expect(closed(newest())).toEqual([]);
    expect(envoys.published).toHaveLength(5);
  });

  test("of a plugin configuration: the policies that changed", async () => {
    const { update, acknowledge, refuse, newest, condition } = start();
    update(gateway(), route("a"), route("b"), denyAll("a"), denyAll("b"));
    acknowledge();
    update(gateway(), route("a", "/elsewhere"), route("b"), denyAll("a"), denyAll("b", "{ v: {} }"));
    await refuse(EXTENSION);
    const words = "Envoy refused the configuration made of it (no good); it is closed until it changes";
    expect(closed(newest())).toEqual([`RouteOption default/b: ${words}`]);
    expect(condition("RouteOption", "b", "Accepted")).toMatchObject({
      status: "False",
      message: expect.stringContaining(words) as string,
    });
  });

  test("by another Envoy, of the same snapshot, close nothing more", async () => {
    const { update, acknowledge, refuse, newest, envoys } = start();
    update(gateway(), route("a"), route("b"), denyAll("a"));
    acknowledge();
    update(gateway(), route("a", "/elsewhere"), route("b"), denyAll("a", "{ v: {} }"));
    const refused = newest();
    await refuse(ROUTE, refused);
    await refuse(ROUTE, refused);
    expect(closed(newest())).toEqual(["httproute/default/a/0/0#refused"]);
    expect(envoys.published).toHaveLength(3);
  });

  test("that arrive late concern what was refused, not what came since", async () => {
    const { update, acknowledge, refuse, newest } = start();
    update(gateway(), route("a"), route("b"), route("c"));
    acknowledge();
    update(gateway(), route("a", "/bad"), route("b"), route("c"));
    const refused = newest();
    update(gateway(), route("a", "/bad"), route("b", "/innocent"), route("c"));
    await refuse(ROUTE, refused);
    expect(closed(newest())).toEqual(["httproute/default/a/0/0#refused"]);
  });

  test("a change that came to the same snapshot is not what the next refusal is about", async () => {
    const { update, acknowledge, refuse, newest } = start();
    // Its labels are content too, but nothing is made of them here.
    const labelled = (label: string) => route("a").replace("name: a", `name: a, labels: { l: ${label} }`);
    update(gateway(), labelled("one"), route("b"));
    acknowledge();
    update(gateway(), labelled("two"), route("b"));
    update(gateway(), labelled("two"), route("b", "/bad"));
    await refuse(ROUTE);
    expect(closed(newest())).toEqual(["httproute/default/b/0/0#refused"]);
  });

  test("with nothing agreed to before, everything of the kind", async () => {
    const { update, refuse, newest } = start();
    update(gateway(), route("a"), route("b"));
    await refuse(ROUTE);
    expect(closed(newest())).toHaveLength(2);
  });

  test("of a new Gateway concern nothing that only another one carries", async () => {
    const { update, refuse, newest, envoys } = start();
    update(gateway("other", 90), route("o").replace("name: gw", "name: other"), gateway(), route("a"), denyAll("o"));
    expect(newest().gateway).toBe(GATEWAY);
    await refuse(ROUTE);
    expect(envoys.published.map((snapshot) => [snapshot.gateway, closed(snapshot)])).toEqual([
      ["default/other", []],
      [GATEWAY, []],
      ["default/other", []],
      [GATEWAY, ["httproute/default/a/0/0#refused"]],
    ]);
  });

  test("that come when their Gateway is gone close nothing", async () => {
    const { update, refuse, newest, envoys } = start();
    const both = route("a").replace("{ name: gw }", "{ name: gw }, { name: other }");
    update(gateway("other", 90), gateway(), both);
    const refused = newest();
    expect(refused.gateway).toBe(GATEWAY);
    update(gateway("other", 90), both);
    await refuse(ROUTE, refused);
    expect(closed(newest())).toEqual([]);
    expect(envoys.published).toHaveLength(3);
  });

  test.each<TypeUrl>([LISTENER, CLUSTER])("of %s close nothing: no route or policy can mend them", async (typeUrl) => {
    const { update, refuse, newest, envoys, notices } = start();
    update(gateway(), route("a"), denyAll("a"));
    await refuse(typeUrl);
    expect(closed(newest())).toEqual([]);
    expect(envoys.published).toHaveLength(1);
    expect(notices).toEqual([`the Envoy of Gateway ${GATEWAY} refused a table: no good`]);
  });
});

test("an Envoy that is sent the filter is named; what it has acknowledged counts", () => {
  const { controller, notices, update, acknowledge } = start();
  update(gateway(), route("a"));
  acknowledge();
  const event = { gateway: GATEWAY, envoy: "192.0.2.1:1", reason: "its image has filter cd, and this controller ab" };
  controller.onXdsEvent({ type: "filter sent", ...event });
  expect(notices).toEqual([
    `Envoy ${event.envoy} of Gateway ${GATEWAY} is sent the filter with every change: ${event.reason}`,
  ]);
  expect(controller.waitingFor()).toEqual([]);
});

describe("statuses", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  test("tell whether the Envoys have it, from the second in which they did, whenever somebody asks", () => {
    const { update, acknowledge, condition } = start();
    vi.setSystemTime("2026-01-01T01:00:00Z");
    update(gateway(), route("a"));
    vi.advanceTimersByTime(999);
    vi.setSystemTime("2026-01-01T02:00:00Z");
    acknowledge();
    vi.advanceTimersByTime(999);
    vi.setSystemTime("2026-01-01T03:00:00Z");
    expect(condition("HTTPRoute", "a", "Accepted")).toMatchObject({ lastTransitionTime: "2026-01-01T01:00:00Z" });
    expect(condition("HTTPRoute", "a", "Programmed")).toMatchObject({
      status: "True",
      lastTransitionTime: "2026-01-01T02:00:00Z",
    });
  });

  test("are worked out once for the acknowledgements of many Envoys", () => {
    const { envoys, update, acknowledge } = start();
    update(gateway(), route("a"));
    vi.advanceTimersByTime(1000);
    const asked = vi.spyOn(envoys, "status");
    for (let i = 0; i < 100; i++) acknowledge();
    expect(asked).toHaveBeenCalledTimes(0);
    vi.advanceTimersByTime(1000);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test("of what did not change stay as they are while others' changes are on their way", () => {
    const { update, acknowledge, condition } = start();
    const all = () => ["a", "b"].map((name) => condition("HTTPRoute", name, "Programmed")?.["status"]);
    update(gateway(), route("a"), route("b"), denyAll("a"), denyAll("b"));
    acknowledge();
    expect(all()).toEqual(["True", "True"]);
    update(gateway(), route("a"), route("b", "/moved"), denyAll("a", "{ v: {} }"), denyAll("b"));
    expect(all()).toEqual(["True", "False"]);
    expect(condition("RouteOption", "a", "Programmed")).toMatchObject({ status: "False" });
    expect(condition("RouteOption", "b", "Programmed")).toMatchObject({ status: "True" });
    expect(condition("Gateway", "gw", "Programmed")).toMatchObject({ status: "False" });
    acknowledge();
    expect(all()).toEqual(["True", "True"]);
    expect(condition("RouteOption", "a", "Programmed")).toMatchObject({ status: "True" });
  });

  test("of what is the same and comes to something else are pending", () => {
    const { update, acknowledge, condition } = start();
    const extension = gatewayExtension("e");
    update(gateway(), route("a"), wanting("a", "e"));
    acknowledge();
    expect(condition("TrafficPolicy", "a", "Accepted")).toMatchObject({ status: "False" });
    update(gateway(), route("a"), wanting("a", "e"), extension);
    expect(condition("TrafficPolicy", "a", "Accepted")).toMatchObject({ status: "True" });
    expect(condition("TrafficPolicy", "a", "Programmed")).toMatchObject({ status: "False" });
    acknowledge();
    expect(condition("TrafficPolicy", "a", "Programmed")).toMatchObject({ status: "True" });
  });
});
