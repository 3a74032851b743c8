// Gateway API's HTTPRoute, gateway.networking.k8s.io/v1, standard channel (apis/v1/httproute_types.go, shared_types.go).
import { parseDuration } from "../duration.js";
import {
  backendObjectReference,
  duration,
  group,
  headerName,
  hostname,
  kind,
  list,
  namespaceName,
  object,
  objectName,
  port,
  resource,
  sectionName,
  text,
} from "./common.js";
import { filters, METHODS } from "./httproutefilter.js";
import { rule } from "./schema.js";
import type { Rule, Schema } from "./schema.js";

interface PathMatch {
  type: string;
  value: string;
}

const PATH_CHARACTERS = "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$";
const literal = "(self.type in ['Exact','PathPrefix'])";

function literalPath(cel: string, message: string, holds: (value: string) => boolean): Rule {
  return rule<PathMatch>(
    `${literal} ? ${cel} : true`,
    message,
    (self) => !["Exact", "PathPrefix"].includes(self.type) || holds(self.value),
  );
}

function forbidden(part: string): Rule {
  const message = `must not contain '${part}' when type one of ['Exact', 'PathPrefix']`;
  return literalPath(`!self.value.contains('${part}')`, message, (value) => !value.includes(part));
}

function forbiddenEnd(part: string): Rule {
  const message = `must not end with '${part}' when type one of ['Exact', 'PathPrefix']`;
  return literalPath(`!self.value.endsWith('${part}')`, message, (value) => !value.endsWith(part));
}

const path: Schema = object(
  "The path that matches.",
  {
    type: text("How it is compared.", { enum: ["Exact", "PathPrefix", "RegularExpression"], default: "PathPrefix" }),
    value: text("The path, prefix or regular expression.", { maxLength: 1024, default: "/" }),
  },
  {
    default: { type: "PathPrefix", value: "/" },
    "x-kubernetes-validations": [
      literalPath(
        "self.value.startsWith('/')",
        "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
        (value) => value.startsWith("/"),
      ),
      ...["//", "/./", "/../", "%2f", "%2F", "#"].map(forbidden),
      ...["/..", "/."].map(forbiddenEnd),
      literalPath(
        `self.value.matches(r"""${PATH_CHARACTERS}""")`,
        `must only contain valid characters (matching ${PATH_CHARACTERS}) for types ['Exact', 'PathPrefix']`,
        (value) => /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/.test(value),
      ),
    ],
  },
);

function valueMatches(description: string, maxLength: number): Schema {
  return list(
    description,
    object(
      "One name and its value.",
      {
        type: text("How the value is compared.", { enum: ["Exact", "RegularExpression"], default: "Exact" }),
        name: headerName("The name."),
        value: text("The value or regular expression.", { minLength: 1, maxLength }),
      },
      { required: ["name", "value"] },
    ),
    { maxItems: 16, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] },
  );
}

const matches: Schema = list(
  "Alternatives: a request that any of them describes takes this rule.",
  object("What a request must be; all parts must hold.", {
    path,
    headers: valueMatches("Headers the request must have.", 4096),
    queryParams: valueMatches("Query parameters the request must have.", 1024),
    method: text("The request's method.", { enum: METHODS }),
  }),
  { maxItems: 64, default: [{ path: { type: "PathPrefix", value: "/" } }] },
);

const backendRefs: Schema = list(
  "Where requests go, in proportion to the weights.",
  backendObjectReference("One backend.", {
    weight: { description: "Its share.", type: "integer", format: "int32", minimum: 0, maximum: 1000000, default: 1 },
    filters,
  }),
  { maxItems: 16 },
);

const timeouts: Schema = object(
  "How long things may take.",
  { request: duration("The whole request."), backendRequest: duration("One request to a backend.") },
  {
    "x-kubernetes-validations": [
      rule<{ request?: string; backendRequest?: string }>(
        "!(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') && duration(self.backendRequest) > duration(self.request))",
        "backendRequest timeout cannot be longer than request timeout",
        ({ request, backendRequest }) =>
          request === undefined ||
          backendRequest === undefined ||
          parseDuration(request) === 0 ||
          parseDuration(backendRequest)! <= parseDuration(request)!,
      ),
    ],
  },
);

const retry: Schema = object("When a request to a backend is repeated.", {
  codes: list(
    "The status codes after which it is repeated.",
    { description: "A status code.", type: "integer", minimum: 400, maximum: 599 },
    { "x-kubernetes-list-type": "set" },
  ),
  attempts: { description: "How often it is repeated.", type: "integer" },
  backoff: duration("How long to wait before it is repeated."),
});

interface Rewriting {
  filters?: { [field: string]: unknown }[];
}
interface RouteRule extends Rewriting {
  name?: string;
  matches: { path: PathMatch }[];
  backendRefs?: Rewriting[];
}

function replacesPrefix(holder: Rewriting, field: string): boolean {
  const found = (holder.filters ?? []).filter((filter) => {
    const configuration = filter[field] as { path?: { type: string } } | undefined;
    return configuration?.path?.type === "ReplacePrefixMatch";
  });
  return found.length === 1;
}

/** ReplacePrefixMatch needs to know which prefix was matched. */
function prefixRule(field: "requestRedirect" | "urlRewrite", name: string, inBackends: boolean): Rule {
  const one = `exists_one(f, has(f.${field}) && has(f.${field}.path) && f.${field}.path.type == 'ReplacePrefixMatch' && has(f.${field}.path.replacePrefixMatch))`;
  const found = inBackends
    ? `(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.${one}) ))`
    : `(has(self.filters) && self.filters.${one})`;
  const message = `${name} filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified`;
  return rule<RouteRule>(
    `${found} ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true`,
    message,
    (self) => {
      const applies = inBackends
        ? (self.backendRefs ?? []).filter((backend) => replacesPrefix(backend, field)).length === 1
        : replacesPrefix(self, field);
      return !applies || (self.matches.length === 1 && self.matches[0]!.path.type === "PathPrefix");
    },
  );
}

const routeRule: Schema = object(
  "Which requests go where.",
  { name: sectionName("The rule's name, unique in the route."), matches, filters, backendRefs, timeouts, retry },
  {
    "x-kubernetes-validations": [
      rule<RouteRule>(
        "(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true",
        "RequestRedirect filter must not be used together with backendRefs",
        (self) =>
          (self.backendRefs ?? []).length === 0 || !(self.filters ?? []).some((one) => "requestRedirect" in one),
      ),
      prefixRule("requestRedirect", "When using RequestRedirect", false),
      prefixRule("urlRewrite", "When using URLRewrite", false),
      prefixRule("requestRedirect", "Within backendRefs, when using RequestRedirect", true),
      prefixRule("urlRewrite", "Within backendRefs, When using URLRewrite", true),
    ],
  },
);

const size = (index: number): string => `(self.size() > ${index} ? self[${index}].matches.size() : 0)`;

interface Parent {
  group: string;
  kind: string;
  namespace?: string;
  name: string;
  sectionName?: string;
}

const sameParent =
  "p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__ ))";
const noSection = (p: string): string => `(!has(${p}.sectionName) || ${p}.sectionName == '')`;

function siblings(parents: Parent[], of: Parent): Parent[] {
  const key = ({ group, kind, namespace, name }: Parent): string =>
    JSON.stringify([group, kind, namespace ?? "", name]);
  return parents.filter((parent) => key(parent) === key(of));
}

const parentRefs: Schema = list(
  "The Gateways the route is attached to.",
  object(
    "One Gateway, or one of its listeners.",
    {
      group: group("Its API group.", { default: "gateway.networking.k8s.io" }),
      kind: kind("Its kind.", { default: "Gateway" }),
      namespace: namespaceName("Its namespace, if not the route's."),
      name: objectName("Its name."),
      sectionName: sectionName("A listener's name; all listeners if absent."),
      port: port("The port of the listeners; all ports if absent."),
    },
    { required: ["name"] },
  ),
  {
    maxItems: 32,
    "x-kubernetes-validations": [
      rule<Parent[]>(
        `self.all(p1, self.all(p2, ${sameParent} ? (${noSection("p1")} == ${noSection("p2")}) : true))`,
        "sectionName must be specified when parentRefs includes 2 or more references to the same parent",
        (self) => self.every((p1) => siblings(self, p1).every((p2) => !p1.sectionName === !p2.sectionName)),
      ),
      rule<Parent[]>(
        `self.all(p1, self.exists_one(p2, ${sameParent} && ((${noSection("p1")} && ${noSection("p2")}) || (has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName))))`,
        "sectionName must be unique when parentRefs includes 2 or more references to the same parent",
        (self) =>
          self.every(
            (p1) => siblings(self, p1).filter((p2) => (p1.sectionName ?? "") === (p2.sectionName ?? "")).length === 1,
          ),
      ),
    ],
  },
);

export const httpRoute: Schema = resource(
  "Routes HTTP requests to backends.",
  object("The route.", {
    parentRefs,
    hostnames: list("The hosts whose requests are routed; all of the listener's if absent.", hostname("A host."), {
      maxItems: 16,
    }),
    rules: list("The rules; the most specific match wins.", routeRule, {
      minItems: 1,
      maxItems: 16,
      default: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }] }],
      "x-kubernetes-validations": [
        rule<RouteRule[]>(
          "self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name))",
          "Rule name must be unique within the route",
          (self) =>
            self.every((one) => one.name === undefined || self.filter((other) => other.name === one.name).length === 1),
        ),
        rule<RouteRule[]>(
          `${[...Array(16).keys()].map(size).join(" + ")} <= 128`,
          "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128",
          (self) => self.reduce((total, one) => total + one.matches.length, 0) <= 128,
        ),
      ],
    }),
  }),
);
