import { describe, expect, it } from "vitest";
import { parseReport } from "./report.js";

const PROVIDER = "kgateway/default/jwt/idp";
const report = (fields: object) => parseReport(JSON.stringify({ provider: PROVIDER, ...fields }));

it("reads what a filter says", () => {
  const keys = [
    { kid: "2026-11", alg: "RS256" },
    { kid: null, alg: "ES256" },
  ];
  expect(report({ keys, fetched: 1_700_000_000, error: "connection failure", errorSince: 1_700_000_001 })).toEqual({
    provider: PROVIDER,
    keys: [
      { kid: "2026-11", alg: "RS256" },
      { kid: "", alg: "ES256" },
    ],
    more: 0,
    fetched: 1_700_000_000,
    error: "connection failure",
    errorSince: 1_700_000_001,
  });
  expect(report({ keys: [], fetched: 0, error: "", errorSince: 0 })).toEqual({
    ...{ provider: PROVIDER, keys: [], more: 0, error: "" },
  });
  expect(report({ keys: [], fetched: null, error: null, errorSince: null })).toEqual(report({}));
});

describe("is no report", () => {
  it.each([
    "",
    "{",
    "null",
    "[]",
    '"x"',
    "{}",
    '{"provider":""}',
    '{"provider":1}',
    JSON.stringify({ provider: "x".repeat(1025) }),
    JSON.stringify({ provider: PROVIDER, token: "x" }),
    JSON.stringify({ provider: PROVIDER, keys: {} }),
    JSON.stringify({ provider: PROVIDER, keys: ["x"] }),
    JSON.stringify({ provider: PROVIDER, keys: [{ kid: 1 }] }),
    JSON.stringify({ provider: PROVIDER, keys: [{ kid: "x", alg: {} }] }),
    JSON.stringify({ provider: PROVIDER, fetched: "2026" }),
    JSON.stringify({ provider: PROVIDER, fetched: -1 }),
    JSON.stringify({ provider: PROVIDER, fetched: 1.5 }),
    JSON.stringify({ provider: PROVIDER, fetched: 8.64e12 + 1 }),
    JSON.stringify({ provider: PROVIDER, errorSince: 1e300 }),
    JSON.stringify({ provider: PROVIDER, error: ["x"] }),
    "[".repeat(60_000),
  ])("%.60s", (text) => expect(parseReport(text)).toBeUndefined());
});

it("shows no more of keys and errors than a status has room for, and nothing that a terminal would act on", () => {
  const keys = Array.from({ length: 300 }, (_, index) => ({ kid: `${index}`, alg: "RS256" }));
  expect(report({ keys })).toMatchObject({ keys: keys.slice(0, 8), more: 292 });
  const odd = report({
    keys: [{ kid: `a\u001b[31m\n\u202e\u0000${"x".repeat(1000)}`, alg: "\u200b" }],
    error: "e\n".repeat(500),
  });
  expect(odd!.keys[0]!.kid).toBe(`a?[31m???${"x".repeat(55)}…`);
  expect(odd!.keys[0]!.alg).toBe("?");
  expect(odd!.error).toBe(`${"e?".repeat(128)}…`);
});
