// Translation that throws: whom it is laid at the door of, and that nobody else notices.
import { describe, expect, test } from "vitest";
import { closed, denyAll, gateway, route, start, view } from "../tests/support/control-loop.js";
import type { SourceSnapshot } from "./source/source.js";
import type { Validator } from "./translate/validator.js";
import { Isolation, placeOf } from "./isolation.js";

type Resources = SourceSnapshot["resources"];

const configMap = (name: string, data = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { a: "${data}" }`;
const of = (...documents: string[]): Resources => view(documents).resources;

describe("an attempt that fails on some", () => {
  /** Fails as long as one of the groups is wholly open; counts its calls. */
  function failingOn(...groups: string[][]) {
    let calls = 0;
    const attempt = (resources: Resources): string[] => {
      calls++;
      const open = new Set(
        resources.filter(({ findings }) => findings.length === 0).map(({ object }) => object.metadata.name),
      );
      if (groups.some((group) => group.every((name) => open.has(name)))) throw new Error("no");
      return resources.flatMap(({ object, findings }) => (findings.length > 0 ? [object.metadata.name] : []));
    };
    return { attempt, calls: () => calls };
  }
  const many = Array.from({ length: 500 }, (_, i) => route(`r${i}`));

  test.each([[[["r0"]]], [[["r499"]]], [[["r7"], ["r8"], ["r400"]]]])("closes %j and no other", (groups) => {
    const { attempt, calls } = failingOn(...groups);
    expect(new Isolation().run(of(...many), attempt).sort()).toEqual(groups.flat().sort());
    expect(calls()).toBeLessThan(30 * groups.length);
  });

  test("of those that only fail together, one", () => {
    expect(new Isolation().run(of(...many), failingOn(["r1", "r300"]).attempt)).toHaveLength(1);
  });

  test("what all stand on is closed last", () => {
    const all = of(gateway("gw"), ...many, configMap("shared"));
    // Closing the Gateway would be enough for both.
    expect(new Isolation().run(all, failingOn(["gw", "r1"], ["gw", "r2"]).attempt)).toEqual(["r1", "r2"]);
    expect(new Isolation().run(all, failingOn(["shared", "r1"], ["shared", "r2"]).attempt)).toEqual(["r1", "r2"]);
    expect(new Isolation().run(all, failingOn(["shared"]).attempt)).toEqual(["shared"]);
    expect(new Isolation().run(all, failingOn(["gw"]).attempt)).toEqual(["gw"]);
  });

  test("what changed since it went well is suspected first, and mended or gone it is open again", () => {
    const isolation = new Isolation();
    const sound = of(...many, configMap("c"));
    isolation.run(sound, failingOn().attempt);
    const broken = of(...many, configMap("c", "changed"));
    // Routes would be suspected before, and closing r1 would help as well.
    expect(isolation.run(broken, failingOn(["c", "r1"]).attempt)).toEqual(["c"]);
    const again = failingOn(["c", "r1"]);
    expect(isolation.run(of(...many, configMap("c", "changed")), again.attempt)).toEqual(["c"]);
    expect(again.calls()).toBeLessThanOrEqual(3);
    expect(isolation.run(sound, failingOn().attempt)).toEqual([]);
    expect(isolation.run(of(...many), failingOn().attempt)).toEqual([]);
  });

  test("so many that they are not told apart in reasonable time are closed together with some others", () => {
    const groups = Array.from({ length: 250 }, (_, i) => [`r${2 * i}`]);
    const { attempt, calls } = failingOn(...groups);
    expect(new Isolation().run(of(...many), attempt)).toEqual(expect.arrayContaining(groups.flat()));
    expect(calls()).toBeLessThan(250);
  });

  test("whatever is closed: the error is the caller's", () => {
    const fail = () => {
      throw new Error("always");
    };
    expect(() => new Isolation().run(of(...many), fail)).toThrow("always");
    expect(() => new Isolation().run([], fail)).toThrow("always");
  });
});

describe("in the controller", () => {
  /** A filter that breaks down over one value, as no filter should. */
  const brittle: Validator = {
    key: () => null,
    provider: () => null,
    authorization: (authorization) => {
      if (JSON.stringify(authorization).includes("poison")) throw new TypeError("a secret of the policy");
      return null;
    },
    configuration: () => null,
  };
  const poison = (name: string) => denyAll(name, "{ poison: {} }");
  const closing = (name: string) =>
    expect.stringContaining(`RouteOption default/${name}: claimgate cannot handle it`) as string;

  test("from the start: its routes are closed and its status says so; everybody else's updates go on", () => {
    const { update, newest, notices, complaints, condition, envoys } = start(brittle);
    update(gateway(), route("a"), route("b"), poison("a"), denyAll("b"));
    expect(closed(newest())).toEqual([closing("a")]);
    expect(condition("RouteOption", "a", "Accepted")).toMatchObject({
      status: "False",
      message: expect.stringContaining("internal error, TypeError") as string,
    });
    expect(complaints().map(({ resource }) => resource)).toEqual(["RouteOption default/a"]);
    expect(JSON.stringify([notices, complaints(), condition("RouteOption", "a", "Accepted")])).not.toMatch(/secret/);
    update(gateway(), route("a"), route("b", "/moved"), poison("a"), denyAll("b", "{ v: {} }"));
    expect(closed(newest())).toEqual([closing("a")]);
    expect(JSON.stringify([...newest().routes])).toContain("/moved");
    update(gateway(), route("a"), route("b", "/moved"), denyAll("a"), denyAll("b"));
    expect([closed(newest()), complaints()]).toEqual([[], []]);
    expect(envoys.published).toHaveLength(3);
  });

  test("later, in a view of many changes: the others of them are in force", () => {
    const { update, newest } = start(brittle);
    update(gateway(), route("a"), route("b"), denyAll("a"));
    update(gateway(), route("a"), route("b", "/moved"), poison("a"), poison("b"), route("c"));
    expect(closed(newest())).toEqual([closing("a"), closing("b")]);
    expect(JSON.stringify([...newest().routes])).toContain("/moved");
  });

  test("a Gateway that nothing can be made of is gone, and the other goes on", () => {
    const refusing: Validator = {
      ...brittle,
      authorization: () => null,
      configuration: ({ policies }) => {
        if (Object.keys(policies).length > 1) throw new Error("out of order");
        return null;
      },
    };
    const { update, newest, controller, envoys } = start(refusing);
    const other = [gateway("other", 90), route("o").replace("name: gw", "name: other")];
    update(...other, gateway(), route("a"), route("b"), denyAll("a"));
    expect([controller.gateways(), envoys.removed]).toEqual([["default/other", "default/gw"], []]);
    expect(newest().gateway).toBe("default/gw");
  });

  test("when nothing helps, what is in force stays, and a line says why", () => {
    const { controller, notices, envoys } = start();
    expect(controller.update(view([gateway(), route("a")]))).toBe(true);
    const [sound] = view([gateway()]).resources;
    const object = {
      ...sound!.object,
      get spec() {
        throw new TypeError("not even to be looked at");
      },
    };
    expect(controller.update({ complete: true, resources: [{ ...sound!, object }], problems: [] })).toBe(false);
    expect([controller.gateways(), envoys.published.length, envoys.removed]).toEqual([["default/gw"], 1, []]);
    expect(notices).toEqual([expect.stringMatching(/^internal error, what is in force stays in force: TypeError/)]);
  });
});

test("an error is told by its kind and place, not by its words", () => {
  expect(placeOf(new RangeError("token"))).toMatch(/^RangeError .*\(isolation\.test\.ts:\d+\)$/);
  expect(placeOf("token")).toBe("string");
});
