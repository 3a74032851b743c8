import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { digestOf, textOf } from "./configuration.js";
import type { PluginConfiguration } from "./snapshot.js";

const configuration = (name: string): PluginConfiguration => ({
  ...{ version: 1, providers: {}, policyFromRouteName: true, defaultPolicy: name },
  policies: { [name]: { checks: [] } },
});

test("text and hash are of the content, however many were asked for since", () => {
  const all = Array.from({ length: 50 }, (_, i) => configuration(`é${i}`));
  for (const one of [...all, ...all]) {
    const { defaultPolicy: name } = one;
    const text = `{"defaultPolicy":"${name}","policies":{"${name}":{"checks":[]}},"policyFromRouteName":true,"providers":{},"version":1}`;
    expect(textOf(one)).toBe(text);
    expect(digestOf(one)).toBe(createHash("sha256").update(Buffer.from(text, "utf8")).digest("hex"));
    expect(digestOf(configuration(name))).toBe(digestOf(one));
  }
});
