// Memory of the compiled filter: nothing collects it but the filter itself, between callbacks.
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../controller/xds/package-root.js";
import { GOOD, key, NOW } from "./guard.js";
import { FilterHost } from "./host.js";

const load = () => {
  const host = FilterHost.load(join(packageRoot(), "build", "claimgate.wasm"));
  host.now = NOW;
  return host;
};

/** A configuration with as many policies, each with a regular expression of its own. */
const configuration = (policies: number, generation: number) => ({
  version: 1,
  providers: { p: { issuer: "issuer", jwks: { keys: [key.jwk] } } },
  policies: Object.fromEntries(
    Array.from({ length: policies }, (_, i) => {
      const principals = [{ claims: { team: `dev|team-${generation}-${i}` }, matcher: "REGEX_MATCH" }];
      return [
        `p${i}`,
        { checks: [{ authentication: { providers: ["p"] }, authorization: { policies: { v: { principals } } } }] },
      ];
    }),
  ),
  defaultPolicy: "p0",
});

const ask = (host: FilterHost) =>
  host.request([
    [":path", "/"],
    ["authorization", `Bearer ${GOOD}`],
  ]).verdict;

it.each([
  ["replaced", (host: FilterHost, next: object) => host.configure(next)],
  ["replaced in the same context", (host: FilterHost, next: object) => host.configureAgain(next)],
  ["refused", (host: FilterHost, next: object) => !host.configure({ ...next, unknown: 1 })],
])("is given back when a configuration is %s", (_, renew) => {
  const host = load();
  expect(host.configure(configuration(50, 0))).toBe(true);
  const replace = (generation: number): void => {
    expect(renew(host, configuration(400, generation))).toBe(true);
    host.endOlder();
    expect(ask(host)).toBe("continue");
  };
  for (let i = 0; i < 120; i++) replace(i);
  const size = host.memorySize;
  for (let i = 0; i < 240; i++) replace(i);
  expect(host.memorySize).toBe(size);
});

it("does not grow with what requests make it say", () => {
  const host = load();
  expect(host.configure(configuration(1, 0))).toBe(true);
  host.refusesReplies = true;
  // Each of these writes a line to the log, which is a string.
  const send = (): void => {
    for (let i = 0; i < 30_000; i++) host.request([[":path", "/"]]);
    host.log.length = 0;
  };
  send();
  const size = host.memorySize;
  for (let i = 0; i < 6; i++) send();
  expect(host.memorySize).toBe(size);
});
