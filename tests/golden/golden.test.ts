// Translation from end to end: tests/golden/CASE/in.yaml, gives out.json. The
// comment in each in.yaml says what must come out and why. UPDATE_GOLDEN=1 rewrites out.json; read what it wrote.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type AnySchemaObject } from "ajv";
import { format, resolveConfig } from "prettier";
import { beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS } from "../../controller/controller.js";
import { FilterValidator } from "../../controller/filter/validator.js";
import { mergeResources } from "../../controller/source/merge.js";
import { parseManifests } from "../../controller/source/parse.js";
import type { LoadedResource } from "../../controller/source/source.js";
import { translate, type Translation } from "../../controller/translate/translate.js";
import { packageRoot } from "../../controller/xds/package-root.js";
import { encodeSnapshot } from "../../controller/xds/resources.js";
import { CASES, deepFreeze, describeTranslation, FOLDER, readCase, strayRoutes } from "./translation.js";

const ROOT = packageRoot();
let validator: FilterValidator;
beforeAll(() => {
  validator = new FilterValidator(join(ROOT, "build", "claimgate.wasm"));
});

function translateAll(resources: readonly LoadedResource[], name?: string): Translation {
  const quarantined = name === undefined ? undefined : join(FOLDER, name, "quarantined.json");
  const entries = quarantined !== undefined && existsSync(quarantined) ? readJson(quarantined) : {};
  return translate(deepFreeze(resources), validator, {
    ...DEFAULT_OPTIONS,
    quarantined: new Map(Object.entries(entries)),
  });
}

function readJson(path: string): Record<string, string> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
}

test.each(CASES)("%s", { timeout: 30_000 }, async (name) => {
  const resources = readCase(name);
  const translation = translateAll(resources, name);
  const path = join(FOLDER, name, "out.json");
  const options = (await resolveConfig(path)) ?? {};
  const text = await format(JSON.stringify(describeTranslation(translation)), { ...options, filepath: path });
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, "utf8"));
});

describe("whatever comes out", () => {
  const schema = JSON.parse(
    readFileSync(join(ROOT, "envoy", "plugin-configuration.schema.json"), "utf8"),
  ) as AnySchemaObject;
  const conforms = new Ajv({ allErrors: true, strict: true, strictRequired: false }).compile(schema);

  test.each(CASES)("%s: Envoy, filter and schema take it, every route finds its policy, twice the same", (name) => {
    const translation = translateAll(readCase(name), name);
    for (const snapshot of translation.snapshots.values()) {
      expect(() => encodeSnapshot(snapshot)).not.toThrow();
      expect(strayRoutes(snapshot)).toEqual([]);
      for (const plugin of snapshot.plugins.values()) {
        expect(validator.configuration(plugin)).toBeNull();
        expect(conforms(plugin), JSON.stringify(conforms.errors)).toBe(true);
      }
    }
    expect(translateAll(readCase(name), name)).toEqual(translation);
  });
});

describe("the guides' steps are the examples, applied in order", () => {
  const steps = [1, 2, 3, 4, 5].flatMap((step) => [`guide-kgateway-${step}`, `guide-gloo-${step}`]);
  test.each(steps.filter((step) => CASES.includes(step)))("%s", (name) => {
    const [, guide, step] = name.split("-") as [string, string, string];
    const folder = join(ROOT, "examples", guide);
    const files = readdirSync(folder)
      .filter((file) => file.endsWith(".yaml") && Number(file.slice(0, 2)) <= Number(step))
      .sort();
    const parsed = files.map((file) => parseManifests(file, readFileSync(join(folder, file), "utf8")).resources);
    const { resources } = mergeResources(parsed);
    expect(describeTranslation(translateAll(resources))).toEqual(
      describeTranslation(translateAll(readCase(name), name)),
    );
  });
});
