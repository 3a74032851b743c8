import { describe, expect, it } from "vitest";
import { combine, healthsOf, healthText, parseHealths } from "./health.js";
import type { KeyReport } from "./report.js";

function report(kids: string[], fields: Partial<KeyReport> = {}): KeyReport {
  return { provider: "p", keys: kids.map((kid) => ({ kid, alg: "RS256" })), more: 0, error: "", ...fields };
}

describe("Envoys together", () => {
  it("have all keys that any has, the latest fetch, and the error that lasts longest", () => {
    const one = report(["new", "old"], { fetched: 20 });
    const two = report(["old"], { fetched: 10, error: "timeout", errorSince: 15 });
    const three = report([], { error: "refused", errorSince: 5 });
    expect(healthsOf([one, two, three])).toEqual({
      p: {
        envoys: 3,
        without: 1,
        keys: [
          { kid: "new", alg: "RS256" },
          { kid: "old", alg: "RS256" },
        ],
        more: 0,
        fetched: 20,
        error: "refused",
        errorSince: 5,
      },
    });
  });

  it("are the same in whatever order, and show eight keys", () => {
    const many = ["a", "b", "c", "d", "e"].map((kid) => report([kid, `${kid}2`], { fetched: 1 }));
    const there = healthsOf(many)["p"]!;
    expect(there).toEqual(healthsOf(many.reverse())["p"]);
    expect([there.keys.length, there.more]).toEqual([8, 2]);
    expect(combine(there, there).envoys).toBe(10);
  });

  it("say nothing before the first fetch", () => {
    expect(healthsOf([report([])])).toEqual({});
    expect(healthsOf([report([]), report(["k"])])["p"]).toMatchObject({ envoys: 1, without: 0 });
  });

  it("may call a provider anything", () => {
    const healths = healthsOf([report(["k"], { provider: "__proto__" })]);
    expect(Object.keys(healths)).toEqual(["__proto__"]);
  });
});

describe("as an annotation", () => {
  const all = { "a/b": healthsOf([report(["k"], { fetched: 1 })]), "c/d": healthsOf([report([], { error: "down" })]) };

  it("comes back as it was", () => {
    expect(parseHealths(healthText(all, 10_000))).toEqual(all);
  });

  it("leaves out what is in order when there is no room", () => {
    const most = healthText(all, 150);
    expect(most.length).toBeLessThanOrEqual(150);
    expect(parseHealths(most)).toEqual({ "c/d": all["c/d"] });
    expect(healthText(all, 10)).toBe("{}");
  });

  it.each(["", "[]", "null", '{"a":1}', '{"a":{"p":{}}}', '{"a":{"p":{"envoys":"1"}}}', undefined])(
    "is none: %j",
    (text) => expect(parseHealths(text)).toBeUndefined(),
  );
});
