// Random routes in one Envoy twice, as a list and as a tree: whatever is asked, both choose the same.
import { Agent, request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EnvoyResource } from "../../controller/translate/snapshot.js";
import { exactPath, prefixPath } from "../../controller/translate/routing/paths.js";
import { regexProblem } from "../../controller/translate/routing/regex.js";
import { routesOf } from "../../controller/translate/routing/tree.js";
import { PATH_PARAMETERS } from "../../controller/translate/routing/virtualhosts.js";
import { Random } from "../support/random.js";
import { render, topologyOf } from "../support/routing.js";
import { StaticEnvoy } from "../support/static-envoy.js";

const REFUSED = { directResponse: { status: 400 } };
/** What the tree's guard is held against: a `;` in the path, without looking for one anywhere first. */
const GUARD = { match: { safeRegex: { regex: "[^;]*;.*" } }, ...REFUSED };
const [LIST, TREE] = ["default/gw/80", "default/gw/81"] as const;
const HOSTS = Array.from({ length: 12 }, (_, i) => `h${i}.example`);
const SEGMENTS = ["a", "b", "ab", "aa", "A", "a.b", "a-b", "@me", "%40me", "caf%C3%A9", "a+b", "1", "a:b", "a_b"];
const REGEXES = [
  "/a",
  "/a/.*",
  "/[ab]/?.*",
  "/a|/b.*",
  "/(?:a|b)/ab",
  "(?i)/A/b",
  ".*",
  "/ab?",
  "^/b/a$",
  "/a[|)](x)|/ab",
  "\\*",
];
const HEADERS = ["x-a", "x-b"];

const random = new Random(20260507);
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
let envoy: StaticEnvoy;

function path(segments: readonly string[], most: number): string {
  const chosen = Array.from({ length: Math.min(random.below(most + 2), most) }, () => random.pick(segments));
  return `/${chosen.join("/")}${chosen.length > 0 && random.below(4) === 0 ? "/" : ""}`;
}

/** Of the kinds that take much, few: where every route can match everywhere there is no tree. */
function match(): EnvoyResource {
  const exact = () => exactPath(path(SEGMENTS, 4));
  const prefix = () => prefixPath(path(SEGMENTS, 4));
  const closed = (): EnvoyResource => ({ prefix: path(["a", "b", "ab"], 3) });
  const regex = (): EnvoyResource => ({
    safeRegex: { regex: random.pick(REGEXES) },
    headers: [{ name: "x-b", stringMatch: { exact: "2" } }],
  });
  const ofBelow = (): EnvoyResource => ({ safeRegex: { regex: `${path(["a", "b", "ab"], 3)}(?:a|b).*` } });
  const rendered: EnvoyResource = random.pick([
    exact,
    exact,
    exact,
    exact,
    prefix,
    prefix,
    prefix,
    prefix,
    closed,
    ofBelow,
    regex,
  ])();
  // Nothing is tried behind a route that takes every path.
  if (rendered["prefix"] === "/") return { ...rendered, headers: [{ name: "x-a", presentMatch: true }] };
  return {
    ...rendered,
    ...(random.below(3) === 0 && { headers: [{ name: random.pick(HEADERS), stringMatch: { exact: "1" } }] }),
    ...(random.below(6) === 0 && { headers: [{ name: ":method", stringMatch: { exact: "POST" } }] }),
    ...(random.below(6) === 0 && { queryParameters: [{ name: "q", stringMatch: { exact: "1" } }] }),
  };
}

/** Roughly the greater, the fewer paths the route takes. */
function narrowness(route: EnvoyResource): number {
  const { path: exact, ...others } = route["match"] as EnvoyResource;
  return (exact === undefined ? 0 : 1000) + JSON.stringify(others).length;
}

function virtualHosts(): { list: EnvoyResource[]; tree: EnvoyResource[] } {
  const result = { list: [] as EnvoyResource[], tree: [] as EnvoyResource[] };
  HOSTS.forEach((host, h) => {
    const routes: EnvoyResource[] = Array.from({ length: 100 + random.below(200) }, (_, i) => ({
      name: `r${i}`,
      match: match(),
      directResponse: { status: 200, body: { inlineString: `${host} ${i}` } },
    }));
    // By precedence what takes more paths comes later; the tree may not depend on it.
    if (h % 3 !== 0) routes.sort((a, b) => narrowness(b) - narrowness(a));
    if (h % 2 === 0)
      routes.push({ match: { prefix: "/" }, directResponse: { status: 404, body: { inlineString: "last" } } });
    const common = { name: host, domains: [host] };
    result.list.push({ ...common, routes: [GUARD, ...routes] });
    const rendered = routesOf({ match: PATH_PARAMETERS.match, ...REFUSED }, PATH_PARAMETERS, routes);
    expect(Object.keys(rendered)).toEqual(["matcher"]);
    result.tree.push({ ...common, ...rendered });
  });
  return result;
}

interface Question {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Spellings of a path that lies below, beside or between those of the routes. */
function question(): Question {
  const spoil = [
    (text: string) => text,
    (text: string) => text,
    (text: string) => `${text}?q=1`,
    (text: string) => `${text}?q=1;/a`,
    (text: string) => `${text}b`,
    (text: string) => `${text}/`,
    (text: string) => text.replace("/", "//"),
    (text: string) => text.replace("a", "%61"),
    (text: string) => text.replace("@", "%40"),
    (text: string) => text.replace("%C3", "%c3"),
    (text: string) => `/x/..${text}`,
    (text: string) => text.toUpperCase(),
    (text: string) => `${text};x`,
    (text: string) => `${text};x?\xff`,
    (text: string) => `${text}/${"a/".repeat(500)}`,
    (text: string) => `/${text.slice(1).replaceAll("/", "|")}`,
    () => "*",
  ];
  return {
    host: random.pick(HOSTS),
    path: random.pick(spoil)(path(SEGMENTS, random.pick([2, 3, 5]))),
    method: random.pick(["GET", "GET", "POST", "OPTIONS"]),
    headers: Object.fromEntries(
      HEADERS.filter(() => random.below(2) === 0).map((name) => [name, random.pick(["1", "2"])]),
    ),
  };
}

function ask(listener: string, { host, path: target, method, headers }: Question): Promise<string> {
  return new Promise((done, fail) => {
    const options = { host: "127.0.0.1", port: envoy.ports.get(listener)!, path: target, method, agent };
    const req = request({ ...options, headers: { ...headers, host } }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => done(`${response.statusCode} ${body}`));
    });
    req.on("error", fail);
    req.end();
  });
}

beforeAll(async () => {
  expect(REGEXES.map(regexProblem)).toEqual(REGEXES.map(() => undefined));
  const rendered = render(
    topologyOf(`
kind: Gateway
metadata: { name: gw }
spec: { gatewayClassName: claimgate, listeners: [{ name: a, port: 80, protocol: HTTP }, { name: b, port: 81, protocol: HTTP }] }`),
  );
  const { list, tree } = virtualHosts();
  const routes = new Map([list, tree].map((hosts, i) => [[LIST, TREE][i]!, { name: "r", virtualHosts: hosts }]));
  envoy = await StaticEnvoy.start({ ...rendered, routes });
});

afterAll(async () => {
  agent.destroy();
  await envoy?.stop();
});

test("a list and a tree choose the same route", { timeout: 240_000 }, async () => {
  const answers = new Map<string, number>();
  for (let batch = 0; batch < 500; batch++) {
    const questions = Array.from({ length: 16 }, question);
    const [ofList, ofTree] = await Promise.all(
      [LIST, TREE].map((listener) => Promise.all(questions.map((one) => ask(listener, one)))),
    );
    const pairs = (all: readonly string[] | undefined) => questions.map((one, i) => ({ ...one, answer: all![i] }));
    expect(pairs(ofTree)).toEqual(pairs(ofList));
    for (const answer of ofList!) answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  // They are chosen all over the lists, and what Envoy answers where none is chosen is met as well.
  expect(answers.size).toBeGreaterThan(250);
  expect([...answers.keys()]).toEqual(expect.arrayContaining(["400 ", "404 ", "404 last"]));
});
