// What was made long ago is let go: what is held does not grow with the number of changes.
import { setImmediate } from "node:timers/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { Random } from "../../tests/support/random.js";
import { load } from "../../tests/support/translations.js";
import type { KubernetesObject } from "../api/types.js";
import { DEFAULT_OPTIONS } from "../controller.js";
import { FilterValidator } from "../filter/validator.js";
import type { LoadedResource } from "../source/source.js";
import { packageRoot } from "../xds/package-root.js";
import { Memory } from "./kept.js";
import { objectId } from "./resources.js";
import { translate, type Translation } from "./translate.js";

const validator = new FilterValidator(join(packageRoot(), "build", "claimgate.wasm"));
const GATEWAY_API = "gateway.networking.k8s.io";
const ROUTES = 6;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function object(kind: string, name: string, spec: object): LoadedResource {
  const apiVersion = kind === "RouteOption" ? "gateway.solo.io/v1" : `${GATEWAY_API}/v1`;
  return load({ apiVersion, kind, metadata: { name, namespace: "a" }, spec } as KubernetesObject);
}

/** Listeners of which every name and hostname is another at every step. */
function gateway(step: number): LoadedResource {
  const listener = (name: string, hostname?: string) => ({
    ...{ name, port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } },
    ...(hostname !== undefined && { hostname }),
  });
  const listeners = [listener("http"), listener("named", `*.h${step}.example`), listener(`l${step}`, "*.example.com")];
  return object("Gateway", "g", { gatewayClassName: "claimgate", listeners });
}

function route(name: string): LoadedResource {
  return object("HTTPRoute", name, { parentRefs: [{ name: "g", namespace: "a" }], rules: [{}, {}] });
}

function option(name: string, target: string, team: string): LoadedResource {
  const principals = [{ jwtPrincipal: { claims: { team } } }];
  const targetRefs = [{ group: GATEWAY_API, kind: "HTTPRoute", name: target }];
  return object("RouteOption", name, { targetRefs, options: { rbac: { policies: { v: { principals } } } } });
}

/** What a translation has that is kept one by one. */
function parts({ snapshots, statuses }: Translation): Record<string, readonly object[]> {
  const all = [...snapshots.values()];
  const hosts = all.flatMap(({ routes }) => [...routes.values()].flatMap((table) => table["virtualHosts"] as object[]));
  const policies = all.flatMap(({ plugins }) =>
    [...plugins.values()].flatMap((plugin) => Object.values(plugin.policies)),
  );
  const routes = hosts.flatMap((host) => (host as { routes?: object[] }).routes ?? []);
  return { hosts, routes, policies, statuses };
}

const CHANGES: Readonly<Record<string, (step: number, random: Random) => LoadedResource>> = {
  "listeners that come and go": gateway,
  "policies that come and go": (step, random) => option(`o${step % 3}`, `r${random.below(ROUTES)}`, `team ${step}`),
  "routes that change": (_, random) => route(`r${random.below(ROUTES)}`),
};

test.each(Object.entries(CHANGES))("%s", async (_name, change) => {
  const random = new Random(1);
  const memory = new Memory();
  const resources = new Map<string, LoadedResource>();
  const put = (one: LoadedResource) => resources.set(objectId(one.object), one);
  put(gateway(-1));
  for (let i = 0; i < ROUTES; i++) put(route(`r${i}`));
  put(option("always", "r0", "always"));
  const made = new Map<string, WeakRef<object>[]>();
  const seen = new WeakSet<object>();
  let now: Record<string, number> = {};
  for (let step = 0; step < 1500; step++) {
    const one = change(step, random);
    const id = objectId(one.object);
    // A third of them goes first, and is not there for once.
    if (step % 3 === 0) resources.delete(id);
    else put(one);
    const all = parts(translate([...resources.values()], validator, DEFAULT_OPTIONS, memory));
    now = Object.fromEntries(Object.entries(all).map(([kind, objects]) => [kind, new Set(objects).size]));
    for (const [kind, objects] of Object.entries(all)) {
      const refs = made.get(kind) ?? [];
      made.set(kind, refs);
      for (const object of objects) {
        if (seen.has(object)) continue;
        seen.add(object);
        refs.push(new WeakRef(object));
      }
    }
    // What was looked at lives to the end of a turn of the event loop.
    if (step % 100 === 99) await setImmediate();
  }
  await setImmediate();
  collect();
  for (const [kind, refs] of made) {
    const held = refs.filter((ref) => ref.deref() !== undefined).length;
    // Of those that several translations before had.
    expect(held, `${kind} of ${refs.length}`).toBeLessThanOrEqual(10 * now[kind]! + 20);
  }
  expect(Math.max(...[...made.values()].map((refs) => refs.length))).toBeGreaterThan(1000);
});
