// Matches of a rule as Envoy route matches.
import type { HTTPRouteMatch } from "../../api/types.js";
import type { EnvoyResource } from "../snapshot.js";
import { exactPath, normalisePath, pathProblem, prefixPath, safePathPrefix } from "./paths.js";
import type { Rank } from "./precedence.js";
import { literalPrefix, regexProblem } from "./regex.js";
import type { Refusal } from "./topology.js";

export interface MatchTopology {
  readonly index: number;
  readonly form: MatchForm;
  /** Takes at least what `form` does, without a regular expression of the author's: for a route that Envoy refused. */
  readonly closed: MatchForm;
  /** Names the choice depends on; headers in lower case. */
  readonly headers: readonly string[];
  readonly queryParams: readonly string[];
}

/** What Envoy is to match, and where it stands among others. */
export interface MatchForm {
  readonly envoy: EnvoyResource;
  readonly rank: Rank;
  /** Every request with a path is matched: nothing of lower precedence is ever reached. */
  readonly unconditional: boolean;
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"]);
const TOKEN = /^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/;

/** One matcher in both forms; undefined = no condition. */
interface Matcher {
  envoy: EnvoyResource | undefined;
  closed: EnvoyResource | undefined;
}

export interface ParsedMatch {
  readonly match: MatchTopology;
  readonly refusals: readonly Refusal[];
  /** The paths meant are not even known by a prefix: only closing all rules of the route closes those requests. */
  readonly closesRoute: boolean;
}

/**
 * Parses a match. A part that cannot be expressed is reported and widened, so that a rule that is closed because of it
 * closes whatever it was meant to match.
 * @param field path of the match, for messages
 */
export function parseMatch(match: HTTPRouteMatch, index: number, field: string): ParsedMatch {
  const refusals: Refusal[] = [];
  const refuse = (part: string, message: string) => void refusals.push({ field: `${field}${part}`, message });
  refuseUnknown(match, ["path", "headers", "queryParams", "method"], field, refusals);

  const path = parsePath(match, refuse, field, refusals);
  const headers = firstByName(match.headers ?? [], (name) => name.toLowerCase());
  const parameters = firstByName(match.queryParams ?? [], (name) => name);
  const headerMatchers = headers.map(({ item, name, index: i }) => {
    refuseUnknown(item, ["type", "name", "value"], `${field}.headers[${i}]`, refusals);
    return parseHeader(item, name, (part, message) => refuse(`.headers[${i}]${part}`, message));
  });
  if (match.method !== undefined) {
    if (!METHODS.has(match.method)) refuse(".method", `method ${match.method} cannot be routed`);
    const matcher = { name: ":method", stringMatch: { exact: match.method } };
    headerMatchers.push({ envoy: matcher, closed: matcher });
  }
  const parameterMatchers = parameters.map(({ item, name, index: i }) => {
    refuseUnknown(item, ["type", "name", "value"], `${field}.queryParams[${i}]`, refusals);
    return parseParameter(item, name, (part, message) => refuse(`.queryParams[${i}]${part}`, message));
  });
  const counts = { method: match.method !== undefined, headers: headers.length, queryParams: parameters.length };
  const render = (form: "envoy" | "closed"): MatchForm =>
    renderForm(
      path[form],
      headerMatchers.map((matcher) => matcher[form]),
      parameterMatchers.map((matcher) => matcher[form]),
      counts,
    );
  const form = render("envoy");
  const conditions = headerMatchers.length + parameterMatchers.length;
  return {
    match: {
      index,
      form,
      // Most matches are a path and nothing else, and there may be many thousands.
      closed: conditions === 0 && path.closed === path.envoy ? form : render("closed"),
      headers: headers.map(({ name }) => name),
      queryParams: parameters.map(({ name }) => name),
    },
    refusals,
    closesRoute: path.envoy === WHOLE_ROUTE,
  };
}

function renderForm(
  path: PathForm,
  headers: readonly (EnvoyResource | undefined)[],
  parameters: readonly (EnvoyResource | undefined)[],
  { method, headers: headerCount, queryParams }: Pick<Rank, "method" | "headers" | "queryParams">,
): MatchForm {
  const headerList = headers.filter((matcher) => matcher !== undefined);
  const parameterList = parameters.filter((matcher) => matcher !== undefined);
  const bare = headerList.length === 0 && parameterList.length === 0;
  const envoy: Record<string, unknown> = bare ? path.envoy : { ...path.envoy };
  if (headerList.length > 0) envoy["headers"] = headerList;
  if (parameterList.length > 0) envoy["queryParameters"] = parameterList;
  const { type, length } = path.rank;
  return {
    envoy,
    rank: { type, length, method, headers: headerCount, queryParams },
    unconditional: bare && path.envoy["prefix"] === "/",
  };
}

type Refuse = (part: string, message: string) => void;

interface PathForm {
  readonly envoy: EnvoyResource;
  readonly rank: Pick<Rank, "type" | "length">;
}

/** Behind every route of the hostname that says which paths it takes: a mistake closes its own route, not its neighbours. */
const WHOLE_ROUTE: PathForm = { envoy: { prefix: "/" }, rank: { type: "PathPrefix", length: 0 } };

/** Everything below a prefix, in place of a path that can not be expressed. */
function closedBelow(prefix: string, rank: PathForm["rank"]): PathForm {
  return prefix === "/" ? WHOLE_ROUTE : { envoy: { prefix }, rank };
}

function parsePath(
  { path }: HTTPRouteMatch,
  refuse: Refuse,
  field: string,
  refusals: Refusal[],
): { envoy: PathForm; closed: PathForm } {
  if (path !== undefined) refuseUnknown(path, ["type", "value"], `${field}.path`, refusals);
  const { type = "PathPrefix", value = "/" } = path ?? {};
  if (type === "Exact" || type === "PathPrefix") {
    const problem = pathProblem(value);
    if (problem !== undefined) refuse(".path.value", problem);
    const literal = problem === undefined ? value : normalisePath(value);
    const length = literal.endsWith("/") && literal.length > 1 ? literal.length - 1 : literal.length;
    const envoy = type === "Exact" ? exactPath(literal) : prefixPath(literal);
    const form =
      pathProblem(literal) === undefined
        ? { envoy, rank: { type, length } }
        : closedBelow(safePathPrefix(literal), { type, length });
    return { envoy: form, closed: form };
  }
  const rank = { type: "RegularExpression", length: 0 } as const;
  const closed = closedBelow(safePathPrefix(literalPrefix(value)), rank);
  if (type !== "RegularExpression") {
    refuse(".path.type", `path type ${String(type)} is not known`);
    return { envoy: closed, closed };
  }
  const problem = regexProblem(value);
  if (problem === undefined) return { envoy: { envoy: { safeRegex: { regex: value } }, rank }, closed };
  refuse(".path.value", problem);
  return { envoy: closed, closed };
}

function parseHeader(
  { type = "Exact", value }: { type?: string; value: string },
  name: string,
  refuse: Refuse,
): Matcher {
  if (!TOKEN.test(name)) {
    refuse(".name", "not a header name");
    return { envoy: undefined, closed: undefined };
  }
  if (name === "host") refuse(".name", "the host is matched by hostnames");
  if (name.includes("_")) refuse(".name", "headers with an underscore are removed from every request");
  const present = { name, presentMatch: true };
  const stringMatch = parseValue(type, value, refuse);
  if (stringMatch === undefined) return { envoy: present, closed: present };
  return { envoy: { name, stringMatch }, closed: type === "Exact" ? { name, stringMatch } : present };
}

function parseParameter(
  { type = "Exact", value }: { type?: string; value: string },
  name: string,
  refuse: Refuse,
): Matcher {
  if (name === "") {
    refuse(".name", "not a query parameter name");
    return { envoy: undefined, closed: undefined };
  }
  const present = { name, presentMatch: true };
  const stringMatch = parseValue(type, value, refuse);
  if (stringMatch === undefined) return { envoy: present, closed: present };
  return { envoy: { name, stringMatch }, closed: type === "Exact" ? { name, stringMatch } : present };
}

function parseValue(type: string, value: string, refuse: Refuse): EnvoyResource | undefined {
  if (type === "RegularExpression") {
    const problem = regexProblem(value);
    if (problem !== undefined) refuse(".value", problem);
    return problem === undefined ? { safeRegex: { regex: value } } : undefined;
  }
  if (type !== "Exact") refuse(".type", `type ${type} is not known`);
  else if (value === "") refuse(".value", "an empty value");
  else return { exact: value };
  return undefined;
}

/** The first entry of each name counts, the others do not (Gateway API, HTTPHeaderMatch and HTTPQueryParamMatch). */
function firstByName<T extends { name: string }>(items: readonly T[], normalise: (name: string) => string) {
  const seen = new Map<string, { item: T; name: string; index: number }>();
  items.forEach((item, index) => {
    const name = normalise(item.name);
    if (!seen.has(name)) seen.set(name, { item, name, index });
  });
  return [...seen.values()];
}

/** Reports every field that is not among the known ones. */
export function refuseUnknown(object: object, known: readonly string[], field: string, refusals: Refusal[]): void {
  for (const name of Object.keys(object))
    if (!known.includes(name) && (object as Record<string, unknown>)[name] !== undefined)
      refusals.push({ field: `${field}.${name}`, message: "claimgate does not implement this field" });
}
