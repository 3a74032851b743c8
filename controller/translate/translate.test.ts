// What golden files cannot say: nothing that validation lets through in any shape makes translation throw or opens a route, and the
// input stays as it was.
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { CASES, deepFreeze, readCase, strayRoutes } from "../../tests/golden/translation.js";
import { Random } from "../../tests/support/random.js";
import { everyRoute } from "../../tests/support/routing.js";
import { validate, withDefaults } from "../api/validate.js";
import type { KubernetesObject } from "../api/types.js";
import { DEFAULT_OPTIONS } from "../controller.js";
import { FilterValidator } from "../filter/validator.js";
import type { LoadedResource } from "../source/source.js";
import { packageRoot } from "../xds/package-root.js";
import type { PolicyConfiguration } from "./snapshot.js";
import { translate, type Translation } from "./translate.js";

let validator: FilterValidator;
beforeAll(() => {
  validator = new FilterValidator(join(packageRoot(), "build", "claimgate.wasm"));
});

interface Route {
  name: string;
  directResponse?: { status: number };
}

/** Every route of every listener that asks for something, without its policy: "GATEWAY/PORT DOMAIN NAME". */
function guarded({ snapshots }: Translation): Set<string> {
  const found = new Set<string>();
  for (const { routes, plugins } of snapshots.values()) {
    const policies = new Map<string, PolicyConfiguration>();
    for (const plugin of plugins.values())
      for (const [hash, policy] of Object.entries(plugin.policies)) policies.set(hash, policy);
    for (const [table, configuration] of routes) {
      for (const host of configuration["virtualHosts"] as { name: string }[]) {
        for (const { name } of everyRoute<Route>(host)) {
          const [bare, hash] = [name.slice(0, name.lastIndexOf("#")), name.slice(name.lastIndexOf("#") + 1)];
          const policy = policies.get(hash);
          const isOpen = policy?.unenforceable === undefined && policy?.checks?.length === 0;
          if (!isOpen) found.add(`${table} ${host.name} ${bare}`);
        }
      }
    }
  }
  return found;
}

function run(resources: readonly LoadedResource[]): Translation {
  return translate(deepFreeze(resources), validator, DEFAULT_OPTIONS);
}

const JUNK = [
  null,
  5,
  "junk",
  true,
  [],
  {},
  [null],
  [5],
  ["junk"],
  [[]],
  [{}],
  { junk: 1 },
  { name: 5 },
  [{ name: null }],
];

type Path = (string | number)[];

function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, member]) =>
    pathsIn(member, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...below];
}

/** The resource with junk at a path, read again as a source would. */
function damage(resource: LoadedResource, path: Path, junk: unknown): LoadedResource {
  const object = structuredClone(resource.object) as unknown as Record<string | number, unknown>;
  let parent = object;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
  parent[path.at(-1)!] = junk;
  const damaged = object as unknown as KubernetesObject;
  return { ...resource, object: withDefaults(damaged), findings: validate(damaged) };
}

describe("a damaged resource", () => {
  const POLICIES = ["GatewayExtension", "TrafficPolicy", "VirtualHostOption", "RouteOption"];
  /** What tells where a policy is attached. Sources refuse a file in which that cannot be read (source/judge.ts). */
  const TARGETS = /^(?:metadata|spec$|spec\.target)/;

  test.each(CASES)("of case %s", { timeout: 60_000 }, (name) => {
    const input = readCase(name);
    const random = new Random(name.length);
    const before = guarded(run(input));
    for (let i = 0; i < 25; i++) {
      const at = random.below(input.length);
      const resource = input[at]!;
      const paths = pathsIn(resource.object).filter((path) => path.length > 0 && path[1] !== "name");
      const path = random.pick(paths.filter(([first]) => first === "spec" || random.below(4) === 0)) ?? ["spec"];
      // Sources refuse what has no name, no kind, or metadata that is no object.
      if (["apiVersion", "kind"].includes(String(path[0])) || path.join(".") === "metadata") continue;
      const junk = random.pick(JUNK);
      const damaged = damage(resource, path, junk);
      const what = `${resource.object.kind} ${resource.object.metadata.name} ${path.join(".")} = ${JSON.stringify(junk)}`;
      let after: Translation | undefined;
      expect(() => (after = run(input.with(at, damaged))), what).not.toThrow();
      for (const snapshot of after!.snapshots.values()) expect(strayRoutes(snapshot), what).toEqual([]);
      const isPolicy = POLICIES.includes(resource.object.kind) && !TARGETS.test(path.join("."));
      if (!isPolicy || damaged.findings.length === 0) continue;
      const still = guarded(after!);
      expect(
        [...before].filter((route) => !still.has(route)),
        what,
      ).toEqual([]);
      const said = [...after!.complaints].filter(({ resource: name }) => name.includes(resource.object.metadata.name));
      expect(said.length, what).toBeGreaterThan(0);
    }
  });
});

test("a Gateway whose configuration the filter refuses is closed as a whole, and its status says so", () => {
  const refusing = {
    key: () => null,
    provider: () => null,
    authorization: () => null,
    configuration: () => ({ path: "policies", message: "are too many" }),
  };
  const input = readCase("guide-kgateway-4");
  const { snapshots, statuses, complaints } = translate(input, refusing, DEFAULT_OPTIONS);
  const [plugin] = [...snapshots.values()].flatMap(({ plugins }) => [...plugins.values()]);
  expect(Object.values(plugin!.policies)).toEqual([{ unenforceable: "the filter refuses this configuration" }]);
  const words = "listener http answers 500: policies: are too many";
  expect(JSON.stringify(statuses.find(({ kind }) => kind === "Gateway")!.status["conditions"])).toContain(words);
  expect(complaints).toContainEqual(
    expect.objectContaining({ resource: "Gateway kgateway-system/http", message: words }),
  );
});
