// HTTPRoutes that failed validation may be of any shape. They must still be attached, so that what they were to protect is
// closed instead of open: what is malformed is replaced by something of the right type that takes no less.
import { isObject } from "../../api/defaults.js";
import type { BackendRef, HTTPRoute, HTTPRouteMatch, HTTPRouteRule, ParentReference } from "../../api/types.js";

/** Takes every path: an expression that can not be parsed closes its whole route. */
const MALFORMED_MATCH: HTTPRouteMatch = { path: { type: "RegularExpression", value: "" } };

/** No hostname. */
const MALFORMED_HOSTNAME = "";

/** The route with every part that the translation reads in its proper type. Fields it does not know stay as they are. */
export function soundShape(route: HTTPRoute): HTTPRoute {
  const metadata = isObject(route.metadata) ? route.metadata : { name: "" };
  const spec: Record<string, unknown> = isObject(route.spec) ? { ...route.spec } : {};
  spec["parentRefs"] = list(spec["parentRefs"]).filter(isParentRef).map(scalars);
  if (spec["hostnames"] !== undefined) {
    // `hostnames: a.example.com` for a list of one is the usual mistake.
    const hostnames = Array.isArray(spec["hostnames"]) ? spec["hostnames"] : [spec["hostnames"]];
    spec["hostnames"] = hostnames.map((hostname) => (typeof hostname === "string" ? hostname : MALFORMED_HOSTNAME));
  }
  if (spec["rules"] !== undefined) {
    spec["rules"] = Array.isArray(spec["rules"]) ? spec["rules"].map(soundRule) : [{ matches: [MALFORMED_MATCH] }];
  }
  return { ...route, metadata, spec: spec as HTTPRoute["spec"] };
}

function soundRule(rule: unknown): HTTPRouteRule {
  if (!isObject(rule)) return { matches: [MALFORMED_MATCH] };
  const { name, matches, filters, backendRefs, timeouts, ...unknown } = rule;
  return {
    ...unknown,
    ...(typeof name === "string" && { name }),
    ...(matches !== undefined && {
      matches: Array.isArray(matches) ? matches.map(soundMatch) : [MALFORMED_MATCH],
    }),
    filters: list(filters).filter((filter) => isObject(filter) && typeof filter["type"] === "string") as {
      type: string;
    }[],
    backendRefs: list(backendRefs).filter(isBackendRef),
    ...(isObject(timeouts) && { timeouts: strings(timeouts) }),
  };
}

function soundMatch(match: unknown): HTTPRouteMatch {
  if (!isObject(match)) return MALFORMED_MATCH;
  const { path, headers, queryParams, method, ...unknown } = match;
  // null is no absent value: it does not get the default.
  if (path !== undefined && (!isObject(path) || !isAbsentOrText(path["value"]) || !isAbsentOrText(path["type"])))
    return MALFORMED_MATCH;
  return {
    ...unknown,
    ...(path !== undefined && { path }),
    headers: list(headers).filter(isValueMatch),
    queryParams: list(queryParams).filter(isValueMatch),
    ...(typeof method === "string" && { method }),
  };
}

type ValueMatch = NonNullable<HTTPRouteMatch["headers"]>[number];

function isValueMatch(value: unknown): value is ValueMatch {
  return isObject(value) && typeof value["name"] === "string" && typeof value["value"] === "string";
}

function isParentRef(value: unknown): value is ParentReference {
  return isObject(value) && typeof value["name"] === "string";
}

function isBackendRef(value: unknown): value is BackendRef {
  return (
    isObject(value) &&
    typeof value["name"] === "string" &&
    (value["filters"] === undefined || Array.isArray(value["filters"])) &&
    // A value with a `toString` of its own cannot even be put into a message.
    Object.entries(value).every(([field, member]) => field === "filters" || !isComposite(member))
  );
}

function isAbsentOrText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function isComposite(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Without members that are no scalars. */
function scalars<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isComposite(value))) as T;
}

function strings(object: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => typeof value === "string")) as Record<
    string,
    string
  >;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
