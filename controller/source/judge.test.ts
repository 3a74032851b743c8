import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { judge } from "./judge.js";
import type { GoodContent } from "./judge.js";

function guide(name: string): string {
  return readFileSync(new URL(`testdata/${name}.yaml`, import.meta.url), "utf8");
}

function good(text: string): GoodContent {
  const judgement = judge("f.yaml", text);
  if (!("good" in judgement)) throw new Error(judgement.refused);
  return judgement.good;
}

type Policy = {
  kind: string;
  spec?: { jwtAuth?: unknown; rbac?: unknown; targetRefs?: unknown[]; options?: { jwt?: unknown; rbac?: unknown } };
};
const POLICIES = ["TrafficPolicy", "VirtualHostOption", "RouteOption"];

function protects({ spec }: Policy): boolean {
  return [spec?.jwtAuth, spec?.rbac, spec?.options?.jwt, spec?.options?.rbac].some(
    (part) => part !== undefined && part !== null,
  );
}

const kgateway = guide("kgateway");
/** The same with the target behind what is demanded, so that a cut at the end of a line can lose it. */
const targetLast = kgateway.replace(/( {2}targetRefs:\n(?: {4}.*\n)+)( {2}jwtAuth:\n(?: {4}.*\n)+)/, "$2$1");

describe("a manifest cut at any byte", { timeout: 60_000 }, () => {
  it.each([
    ["kgateway", kgateway],
    ["target last", targetLast],
    ["gloo", guide("gloo")],
  ])("keeps the last good content or is whole: %s", (_, text) => {
    const last = good(text);
    expect(last.manifests.resources.flatMap(({ findings }) => findings)).toEqual([]);
    // The oracle does not use the parser under test: documents are what is between separators.
    const parts = text.split(/^---\n/m);
    const accepted = { whole: 0, lines: 0 };
    for (let length = 0; length < text.length; length++) {
      const cut = text.slice(0, length);
      const judgement = judge("f.yaml", cut, last);
      if ("refused" in judgement) continue;
      const { documents, resources } = judgement.good.manifests;
      const whole = parts
        .slice(0, documents.length)
        .flatMap((part) => parseAllDocuments(part).map((one) => one.toJS() as unknown));
      if (JSON.stringify(documents) === JSON.stringify(whole)) accepted.whole++;
      else {
        expect(cut.endsWith("\n"), `cut at ${length}`).toBe(true);
        expect(
          resources.flatMap(({ findings }) => findings),
          `cut at ${length}`,
        ).toEqual([]);
        accepted.lines++;
      }
      for (const document of documents as Policy[]) {
        if (!POLICIES.includes(document.kind)) continue;
        expect(protects(document), `cut at ${length}`).toBe(true);
        expect(document.spec?.targetRefs, `cut at ${length}`).not.toHaveLength(0);
        expect(document.spec, `cut at ${length}`).toHaveProperty("targetRefs");
      }
    }
    // At each separator at least: before it, and behind its newline.
    expect(accepted.whole).toBeGreaterThanOrEqual(2 * (parts.length - 1));
  });

  it.each([
    ["kgateway", kgateway],
    ["target last", targetLast],
    ["gloo", guide("gloo")],
  ])("at a cold start never yields a policy that protects nothing and does not say so: %s", (_, text) => {
    for (let length = 0; length < text.length; length++) {
      const judgement = judge("f.yaml", text.slice(0, length));
      if ("refused" in judgement) continue;
      for (const { object, findings } of judgement.good.manifests.resources) {
        const document = object as Policy & typeof object;
        if (!POLICIES.includes(document.kind)) continue;
        if (!protects(document)) expect(findings, `cut at ${length}`).not.toEqual([]);
        for (const target of document.spec!.targetRefs ?? []) expect(target, `cut at ${length}`).toHaveProperty("name");
      }
    }
  });
});

describe("judge", () => {
  const last = good(kgateway);
  const policyOnly = kgateway.split("---\n")[1]!;
  const withRbac = `${policyOnly}  rbac:\n    policy:\n      matchExpressions:\n        - "true"\n`;

  it.each([
    ["nothing", "", "is empty"],
    ["white space", " \n\t\n", "is empty"],
    ["not YAML", "a: [", /^does not parse/],
    ["nested beyond the stack", "[".repeat(20_000), /^does not parse/],
    [
      "a policy without spec",
      policyOnly.split("spec:")[0]!,
      /^does not say what TrafficPolicy kgateway-system\/jwt-policy protects/,
    ],
    ["a policy whose target is nameless", policyOnly.replace(/ +name: http\n/, ""), /^does not say what/],
    [
      "a policy whose targets are no list",
      policyOnly.replace(/targetRefs:(.|\n)*jwtAuth/, "targetRefs: all\n  jwtAuth"),
      /^does not say what/,
    ],
    [
      "broken off",
      policyOnly.replace(/ {2}jwtAuth(.|\n)*/, "").trimEnd(),
      /^ends without a newline inside TrafficPolicy kgateway-system\/jwt-policy/,
    ],
  ])("refuses %s, whatever was before", (_, text, expected) => {
    for (const former of [undefined, last]) {
      const judgement = judge("f.yaml", text, former);
      if (!("refused" in judgement)) throw new Error("was taken");
      expect(judgement.refused).toMatch(expected);
    }
  });

  it("refuses at a start what ends inside a resource, even at the end of a line", () => {
    const cut = policyOnly.replace(/ {2}jwtAuth(.|\n)*/, "");
    expect(cut.endsWith("\n")).toBe(true);
    expect(judge("f.yaml", cut, undefined, true)).toHaveProperty(
      "refused",
      "ends inside TrafficPolicy kgateway-system/jwt-policy (spec): it looks like a truncated copy",
    );
    // Later it is a mistake like any other: the policy is there and closes what it covers.
    expect(judge("f.yaml", cut, undefined, false)).toHaveProperty("good");
    expect(judge("f.yaml", policyOnly, undefined, true)).toHaveProperty("good");
  });

  it("takes new content that is not a part of the old", () => {
    expect(judge("f.yaml", policyOnly, last)).toHaveProperty("good");
    expect(judge("f.yaml", "# all of it is commented out\n", last)).toHaveProperty("good");
    expect(judge("f.yaml", policyOnly.replace("jwtAuth", "jwtAuht"), last)).toHaveProperty("good");
  });

  it("takes deleted last lines as an edit, if a whole policy is left", () => {
    expect(judge("f.yaml", policyOnly, good(withRbac))).toHaveProperty("good");
    expect(judge("f.yaml", policyOnly.trimEnd(), good(policyOnly))).toHaveProperty("good");
    expect(judge("f.yaml", withRbac.slice(0, -6), good(withRbac))).toHaveProperty("refused");
    expect(judge("f.yaml", "# only the head is left\n", good(`# only the head is left\n${policyOnly}`))).toHaveProperty(
      "refused",
    );
  });

  it("takes JSON without a newline at its end", () => {
    const object = {
      apiVersion: "gateway.kgateway.dev/v1alpha1",
      kind: "TrafficPolicy",
      metadata: { name: "p" },
      spec: {},
    };
    expect(judge("f.json", JSON.stringify(object))).toHaveProperty("good");
    expect(judge("f.yaml", JSON.stringify(object))).toHaveProperty("refused");
  });

  it("knows content it has seen", () => {
    const judgement = judge("f.yaml", kgateway, last);
    expect("good" in judgement && judgement.good).toBe(last);
  });
});
