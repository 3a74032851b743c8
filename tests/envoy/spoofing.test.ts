// The filter in an Envoy that somebody else configured: no early header mutation, underscores as they come. It must take a client's
// identity headers away all by itself.
import { afterAll, beforeAll, expect, it } from "vitest";
import { staticBootstrap } from "../support/bootstrap.js";
import { type RunningEnvoy, startEnvoy } from "../support/envoy.js";
import { ALICE } from "../support/guide.js";
import { http1 } from "../support/http1.js";
import { type RunningHttpbin, startHttpbin } from "../support/httpbin.js";

type Header = readonly [name: string, value: string];

let httpbin: RunningHttpbin;
let envoy: RunningEnvoy;

beforeAll(async () => {
  httpbin = await startHttpbin();
  const without = ["early_header_mutation_extensions", "common_http_protocol_options"];
  envoy = await startEnvoy(staticBootstrap(httpbin.port, without));
});

afterAll(async () => {
  await envoy?.stop();
  await httpbin?.stop();
});

/** The headers that reached httpbin with Alice's token and these, in lower case. */
async function received(...headers: Header[]): Promise<[string, string[]][]> {
  const request = { path: "/headers", headers: [["authorization", `Bearer ${ALICE}`] as const, ...headers] };
  const { status, body } = await http1(envoy.ports.get("http") as number, request);
  expect(status).toBe(200);
  const all = Object.entries((JSON.parse(body) as { headers: Record<string, string[]> }).headers);
  return all.map(([name, values]): [string, string[]] => [name.toLowerCase(), values]);
}

it("lets other underscores through, so that the test below means something", async () => {
  expect(await received(["x_other", "kept"])).toContainEqual(["x_other", ["kept"]]);
});

it.each<[string, Header[]]>([
  ["one", [["x-team", "admin"]]],
  [
    "two",
    [
      ["x-team", "admin"],
      ["X-Team", "root"],
    ],
  ],
  ["an underscore", [["x_team", "admin"]]],
  [
    "every spelling",
    [
      ["X_Team", "a"],
      ["x_team", "b"],
      ["X-TEAM", "c"],
      ["x_org", "d"],
      ["x-org", "e"],
    ],
  ],
])("takes away %s", async (_, spoofed) => {
  const identity = (await received(...spoofed)).filter(([name]) => /^x[-_](team|org)$/.test(name));
  expect(identity.sort()).toEqual([
    ["x-org", ["solo.io"]],
    ["x-team", ["dev"]],
  ]);
});
