// The filters of an HTTPRoute rule or backend: Gateway API v1, standard channel (apis/v1/httproute_types.go).
import {
  backendObjectReference,
  flag,
  group,
  headerName,
  kind,
  list,
  object,
  objectName,
  port,
  preciseHostname,
  text,
} from "./common.js";
import { rule } from "./schema.js";
import type { Rule, Schema } from "./schema.js";

const header: Schema = object(
  "A header and its value.",
  { name: headerName("The header's name."), value: text("Its value.", { minLength: 1, maxLength: 4096 }) },
  { required: ["name", "value"] },
);

const byName: Partial<Schema> = {
  maxItems: 16,
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["name"],
};

function headerModifier(description: string): Schema {
  return object(description, {
    set: list("Headers that get exactly this value.", header, byName),
    add: list("Headers that get a further value.", header, byName),
    remove: list("Headers that are removed.", text("A header's name."), {
      maxItems: 16,
      "x-kubernetes-list-type": "set",
    }),
  });
}

interface PathModifier {
  type: string;
  replaceFullPath?: string;
  replacePrefixMatch?: string;
}

function pathModifierRules(type: string, field: "replaceFullPath" | "replacePrefixMatch"): Rule[] {
  return [
    rule<PathModifier>(
      `self.type == '${type}' ? has(self.${field}) : true`,
      `${field} must be specified when type is set to '${type}'`,
      (self) => self.type !== type || self[field] !== undefined,
    ),
    rule<PathModifier>(
      `has(self.${field}) ? self.type == '${type}' : true`,
      `type must be '${type}' when ${field} is set`,
      (self) => self[field] === undefined || self.type === type,
    ),
  ];
}

const path: Schema = object(
  "How the path is changed.",
  {
    type: text("What is replaced.", { enum: ["ReplaceFullPath", "ReplacePrefixMatch"] }),
    replaceFullPath: text("The new path.", { maxLength: 1024 }),
    replacePrefixMatch: text("What takes the place of the matched prefix.", { maxLength: 1024 }),
  },
  {
    required: ["type"],
    "x-kubernetes-validations": [
      ...pathModifierRules("ReplaceFullPath", "replaceFullPath"),
      ...pathModifierRules("ReplacePrefixMatch", "replacePrefixMatch"),
    ],
  },
);

const fraction: Schema = object(
  "A part of the requests.",
  {
    numerator: { description: "How many.", type: "integer", format: "int32", minimum: 0 },
    denominator: { description: "Out of how many.", type: "integer", format: "int32", minimum: 1, default: 100 },
  },
  {
    required: ["numerator"],
    "x-kubernetes-validations": [
      rule<{ numerator: number; denominator: number }>(
        "self.numerator <= self.denominator",
        "numerator must be less than or equal to denominator",
        (self) => self.numerator <= self.denominator,
      ),
    ],
  },
);

const requestMirror: Schema = object(
  "Sends a copy of each request to another backend.",
  {
    backendRef: backendObjectReference("Where the copies go."),
    percent: { description: "Percent of the requests.", type: "integer", format: "int32", minimum: 0, maximum: 100 },
    fraction,
  },
  {
    required: ["backendRef"],
    "x-kubernetes-validations": [
      rule<object>(
        "!(has(self.percent) && has(self.fraction))",
        "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter",
        (self) => !("percent" in self && "fraction" in self),
      ),
    ],
  },
);

const requestRedirect: Schema = object("Answers with a redirection.", {
  scheme: text("The scheme of the location.", { enum: ["http", "https"] }),
  hostname: preciseHostname("The host of the location."),
  path,
  port: port("The port of the location."),
  statusCode: {
    description: "The status code of the answer.",
    type: "integer",
    enum: [301, 302, 303, 307, 308],
    default: 302,
  },
});

const urlRewrite: Schema = object("Changes the host or the path before the request goes to its backend.", {
  hostname: preciseHostname("The new host."),
  path,
});

function starAlone(field: string, others: string): Partial<Schema> {
  return {
    "x-kubernetes-list-type": "set",
    "x-kubernetes-validations": [
      rule<string[]>(
        "!('*' in self && self.size() > 1)",
        `${field} cannot contain '*' alongside other ${others}`,
        (self) => !(self.includes("*") && self.length > 1),
      ),
    ],
  };
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

const cors: Schema = object("Answers cross-origin requests.", {
  allowOrigins: list(
    "The origins that may read responses.",
    text("An origin: scheme, host and perhaps port.", { minLength: 1, maxLength: 253 }),
    { maxItems: 64, ...starAlone("AllowOrigins", "origins") },
  ),
  allowCredentials: flag("Whether credentials may be sent."),
  allowMethods: list("The methods that may be used.", text("A method or *.", { enum: [...METHODS, "*"] }), {
    maxItems: 9,
    ...starAlone("AllowMethods", "methods"),
  }),
  allowHeaders: list("The request headers that may be sent.", headerName("A header's name."), {
    maxItems: 64,
    ...starAlone("AllowHeaders", "methods"),
  }),
  exposeHeaders: list("The response headers that may be read.", headerName("A header's name."), {
    maxItems: 64,
    "x-kubernetes-list-type": "set",
  }),
  maxAge: {
    description: "Seconds for which a preflight's answer may be kept.",
    type: "integer",
    format: "int32",
    minimum: 1,
    default: 5,
  },
});

const extensionRef: Schema = object(
  "A filter of another API, such as a TrafficPolicy or a RouteOption of this namespace.",
  { group: group("Its API group."), kind: kind("Its kind."), name: objectName("Its name.") },
  { required: ["group", "kind", "name"] },
);

/** The filter types and the field each of them needs. */
const FIELD_OF_TYPE = {
  RequestHeaderModifier: "requestHeaderModifier",
  ResponseHeaderModifier: "responseHeaderModifier",
  RequestMirror: "requestMirror",
  RequestRedirect: "requestRedirect",
  URLRewrite: "urlRewrite",
  CORS: "cors",
  ExtensionRef: "extensionRef",
} as const;

const filter: Schema = object(
  "One filter; the field named like its type configures it.",
  {
    type: text("The type of the filter.", { enum: Object.keys(FIELD_OF_TYPE) }),
    requestHeaderModifier: headerModifier("Changes request headers."),
    responseHeaderModifier: headerModifier("Changes response headers."),
    requestMirror,
    requestRedirect,
    urlRewrite,
    cors,
    extensionRef,
  },
  {
    required: ["type"],
    "x-kubernetes-validations": Object.entries(FIELD_OF_TYPE).flatMap(([type, field]) => [
      rule<{ type: string }>(
        `!(has(self.${field}) && self.type != '${type}')`,
        `filter.${field} must be nil if the filter.type is not ${type}`,
        (self) => !(field in self) || self.type === type,
      ),
      rule<{ type: string }>(
        `!(!has(self.${field}) && self.type == '${type}')`,
        `filter.${field} must be specified for ${type} filter.type`,
        (self) => field in self || self.type !== type,
      ),
    ]),
  },
);

type Filters = { type: string }[];

function count(filters: Filters, type: string): number {
  return filters.filter((one) => one.type === type).length;
}

/** `filters` of a rule or of a backendRef; they have the same rules. */
export const filters: Schema = list("What is done with requests and responses.", filter, {
  maxItems: 16,
  "x-kubernetes-validations": [
    rule<Filters>(
      "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
      "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both",
      (self) => count(self, "RequestRedirect") === 0 || count(self, "URLRewrite") === 0,
    ),
    ...["CORS", "RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite"].map((type) =>
      rule<Filters>(
        `self.filter(f, f.type == '${type}').size() <= 1`,
        `${type} filter cannot be repeated`,
        (self) => count(self, type) <= 1,
      ),
    ),
  ],
});

export { METHODS };
