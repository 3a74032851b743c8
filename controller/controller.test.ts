// The loop with a fake xDS server: what it publishes, what it makes of refusals, what it says it waits for.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Controller, DEFAULT_OPTIONS, type Envoys } from "./controller.js";
import { parseManifests } from "./source/parse.js";
import type { SourceSnapshot } from "./source/source.js";
import type { Complaint } from "./translate/complaints.js";
import type { Snapshot } from "./translate/snapshot.js";
import { encodeSnapshot } from "./xds/resources.js";
import type { EnvoyStatus } from "./xds/stream.js";
import { CLUSTER, EXTENSION, LISTENER, ROUTE, type TypeUrl } from "./xds/types.js";

const GATEWAY = "default/gw";

/** Stands for the xDS server: remembers what was published, and reports Envoys as it is told. */
class FakeEnvoys implements Envoys {
  readonly published: Snapshot[] = [];
  readonly removed: string[] = [];
  readonly connected = new Map<string, EnvoyStatus[]>();

  publish(snapshot: Snapshot): string {
    this.published.push(snapshot);
    return encodeSnapshot(snapshot).version;
  }

  remove(gateway: string): void {
    this.removed.push(gateway);
  }

  status(): ReturnType<Envoys["status"]> {
    return Object.fromEntries([...this.connected].map(([name, envoys]) => [name, { published: undefined, envoys }]));
  }
}

function start() {
  const envoys = new FakeEnvoys();
  const notices: string[] = [];
  let complaints: Complaint[] = [];
  const controller = new Controller({
    envoys,
    validator: { key: () => null, provider: () => null, authorization: () => null, configuration: () => null },
    translate: DEFAULT_OPTIONS,
    onTranslation: (translation) => void (complaints = translation.complaints),
    onNotice: (line) => notices.push(line),
  });
  const newest = (): Snapshot => envoys.published.at(-1)!;
  return {
    controller,
    envoys,
    notices,
    newest,
    complaints: () => complaints,
    update: (...documents: string[]) => controller.update(view(documents)),
    /** An Envoy of the Gateway has a snapshot, whole. */
    acknowledge(snapshot = newest()) {
      const { version } = encodeSnapshot(snapshot);
      envoys.connected.set(GATEWAY, [envoy({ acknowledged: version })]);
      controller.onXdsEvent({ type: "programmed", gateway: GATEWAY, envoy: "e", version, snapshot });
    },
    /** An Envoy of the Gateway refuses something of a snapshot. */
    async refuse(typeUrl: TypeUrl, snapshot = newest()) {
      const nack = { typeUrl, resources: ["a table"], message: "no good", snapshot };
      controller.onXdsEvent({ type: "nack", gateway: GATEWAY, envoy: "e", ...nack });
      await turn();
    },
    condition(kind: string, name: string, type: string) {
      const status = controller.statuses().find((s) => s.kind === kind && s.name === name);
      const found: Record<string, unknown>[] = [];
      JSON.parse(JSON.stringify(status ?? {}), (_key, value: unknown) => {
        if (typeof value === "object" && value !== null && "type" in value && value.type === type)
          found.push(value as unknown as Record<string, unknown>);
        return value;
      });
      return found[0];
    },
  };
}

/** Everything that was put off to this turn of the event loop has been done after it. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function view(documents: string[], complete = true): SourceSnapshot {
  const { resources } = parseManifests("a.yaml", documents.join("\n---\n"));
  return { complete, resources, problems: [] };
}

function envoy(status: Partial<EnvoyStatus>): EnvoyStatus {
  const known = { connectedSince: new Date(0), pending: [], refused: [], lastNack: undefined };
  return { envoy: "127.0.0.1:4711", acknowledged: undefined, ...known, ...status };
}

const gateway = (name = "gw", port = 80) => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name} }
spec: { gatewayClassName: claimgate, listeners: [{ name: http, port: ${port}, protocol: HTTP }] }`;

const route = (name: string, path = `/${name}`) => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec: { parentRefs: [{ name: gw }], rules: [{ matches: [{ path: { value: ${path} } }] }] }`;

/** Nobody is let through on a route. */
const denyAll = (name: string, rest = "{}") => `
apiVersion: gateway.solo.io/v1
kind: RouteOption
metadata: { name: ${name} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name} }]
  options: { rbac: { policies: ${rest} } }`;

/** Names of the routes of the newest snapshot that are refused, and of policies that are unenforceable. */
function closed(snapshot: Snapshot): string[] {
  const hosts = [...snapshot.routes.values()].flatMap(
    (table) => table["virtualHosts"] as { routes: { name: string }[] }[],
  );
  const routes = hosts
    .flatMap((host) => host.routes.map(({ name }) => name))
    .filter((name) => name.endsWith("#refused"));
  const policies = [...snapshot.plugins.values()].flatMap((plugin) => Object.values(plugin.policies));
  return [...routes, ...policies.flatMap(({ unenforceable = [] }) => unenforceable)].sort();
}

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

describe("statuses", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
  afterEach(() => void vi.useRealTimers());

  test("tell whether the Envoys have it, from the time at which they did, whenever somebody asks", async () => {
    const { update, acknowledge, condition } = start();
    vi.setSystemTime("2026-01-01T01:00:00Z");
    update(gateway(), route("a"));
    await turn();
    vi.setSystemTime("2026-01-01T02:00:00Z");
    acknowledge();
    await turn();
    vi.setSystemTime("2026-01-01T03:00:00Z");
    expect(condition("HTTPRoute", "a", "Accepted")).toMatchObject({ lastTransitionTime: "2026-01-01T01:00:00Z" });
    expect(condition("HTTPRoute", "a", "Programmed")).toMatchObject({
      status: "True",
      lastTransitionTime: "2026-01-01T02:00:00Z",
    });
  });
});
