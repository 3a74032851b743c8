// Objects that nobody would write: translation makes something of each of them, whatever validation says. What an API server or a
// file lets in must never be what everybody else's updates wait for.
import { join } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_OPTIONS } from "../../controller/controller.js";
import { withDefaults } from "../../controller/api/defaults.js";
import type { KubernetesObject } from "../../controller/api/types.js";
import { validate } from "../../controller/api/validate.js";
import { FilterValidator } from "../../controller/filter/validator.js";
import type { LoadedResource } from "../../controller/source/source.js";
import { translate } from "../../controller/translate/translate.js";
import { packageRoot } from "../../controller/xds/package-root.js";
import { encodeSnapshot } from "../../controller/xds/resources.js";
import { Random } from "../support/random.js";
import { CASES, readCase } from "./translation.js";

const ROUNDS = 1500;

/** Values of every type, the corners of numbers, what is special in names, paths, hosts and expressions, and in JavaScript. */
const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 65535, 65536, 2 ** 32, 2 ** 53, 1e300, [], {}, [null], [[]], [{}], { a: 1 }],
  ...["", " ", "*", "*.", "*.*", ".", "/", "//", "/%", "\0", "\ud800", "é", "(", "[", "\\", "a{1000}", "a".repeat(300)],
  ...[
    "__proto__",
    "constructor",
    "0s",
    "-1s",
    "999999999h",
    "1.5s",
    "80",
    "x-team",
    ":path",
    "host",
    "GET",
    "All",
    "Same",
  ],
  ...["Gateway", "HTTPRoute", "Exact", "RegularExpression", "ExtensionRef", { toString: 1 }, [{ toString: 1 }]],
];
const KEYS = ["__proto__", "constructor", "toString", "length", "name", "namespace", "kind"];

type Place = readonly [parent: Record<string, unknown>, key: string];

/** Every place in an object but those that say which object it is. */
function places(object: KubernetesObject): Place[] {
  const found: Place[] = [];
  const visit = (parent: object, fixed: readonly string[]): void => {
    for (const [key, child] of Object.entries(parent) as [string, unknown][]) {
      if (!fixed.includes(key)) found.push([parent as Record<string, unknown>, key]);
      if (typeof child === "object" && child !== null)
        visit(child, parent === object && key === "metadata" ? ["name", "namespace"] : []);
    }
  };
  visit(object, ["apiVersion", "kind", "metadata"]);
  return found;
}

function mutated(original: KubernetesObject, random: Random): KubernetesObject {
  const object = structuredClone(original);
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const all = places(object);
    if (all.length === 0) break;
    const [parent, key] = random.pick(all);
    const [otherParent, otherKey] = random.pick(all);
    const odd = structuredClone(random.pick(ODD));
    const what = random.below(5);
    if (what === 0 && Array.isArray(parent)) parent.splice(Number(key), 1);
    else if (what === 0) delete parent[key];
    else if (what === 1) parent[key] = structuredClone(otherParent[otherKey]);
    else if (what === 2 && Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
    else if (what === 2 && parent !== (object as object))
      Object.defineProperty(parent, random.pick(KEYS), {
        value: odd,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else parent[key] = odd;
  }
  // Files and API servers have no resource whose name or namespace is no text.
  const { name, namespace } = original.metadata;
  object.metadata.name = name;
  if (namespace === undefined) delete object.metadata.namespace;
  else object.metadata.namespace = namespace;
  return object;
}

function load(object: KubernetesObject): LoadedResource {
  return { object: withDefaults(object), origin: "", findings: validate(object) };
}

test("translation and encoding take whatever there is", () => {
  const random = new Random(1);
  const validator = new FilterValidator(join(packageRoot(), "build", "claimgate.wasm"));
  const cases = CASES.map((name) => readCase(name));
  let sound = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const resources = [...random.pick(cases)];
    const index = random.below(resources.length);
    const odd = load(mutated(resources[index]!.object, random));
    if (odd.findings.length === 0) sound++;
    resources[index] = odd;
    try {
      const { snapshots, statuses } = translate(resources, validator, DEFAULT_OPTIONS);
      for (const snapshot of snapshots.values()) encodeSnapshot(snapshot);
      JSON.stringify(statuses);
    } catch (error) {
      throw new Error(`round ${round}: ${JSON.stringify(odd.object)}`, { cause: error });
    }
  }
  // Both kinds were among them.
  expect(sound).toBeGreaterThan(ROUNDS / 20);
  expect(sound).toBeLessThan(ROUNDS / 2);
});
