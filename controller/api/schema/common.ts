// Pieces several schemas share. Limits and patterns are those of gateway-api apis/v1/shared_types.go.
import { parseDuration } from "../duration.js";
import { rule } from "./schema.js";
import type { Schema } from "./schema.js";

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const DNS_LABEL = `^${LABEL}$`;
const DNS_SUBDOMAIN = `^${LABEL}(\\.${LABEL})*$`;
const HOSTNAME = `^(\\*\\.)?${LABEL}(\\.${LABEL})*$`;
const GROUP = `^$|^${LABEL}(\\.${LABEL})*$`;
const KIND = "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$";
const HEADER_NAME = "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$";
const DURATION = "^([0-9]{1,5}(h|m|s|ms)){1,4}$";
const LABEL_VALUE = "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$";

/** What a pattern asks for, in words; validate.ts shows these in place of the regular expression. */
export const PATTERN_WORDS: ReadonlyMap<string, string> = new Map([
  [DNS_LABEL, "an RFC 1123 label: lower case letters, digits and '-', with a letter or digit at both ends"],
  [
    DNS_SUBDOMAIN,
    "an RFC 1123 subdomain: lower case letters, digits, '-' and '.', with a letter or digit at both ends",
  ],
  [HOSTNAME, "a host name in lower case, perhaps with '*.' in front"],
  [GROUP, "empty or an RFC 1123 subdomain"],
  [KIND, "a kind: letters, digits and '-', beginning with a letter"],
  [HEADER_NAME, "an RFC 9110 token"],
  [DURATION, "a duration such as 300s, 5m or 1h30m"],
  [LABEL_VALUE, "a label value: letters, digits, '-', '_' and '.', with a letter or digit at both ends"],
]);

export function text(description: string, limits: Partial<Schema> = {}): Schema {
  return { description, type: "string", ...limits };
}

export function flag(description: string): Schema {
  return { description, type: "boolean" };
}

export function list(description: string, items: Schema, limits: Partial<Schema> = {}): Schema {
  return { description, type: "array", items, ...limits };
}

export function object(
  description: string,
  properties: { [field: string]: Schema },
  more: Partial<Schema> = {},
): Schema {
  return { description, type: "object", properties, ...more };
}

export function objectName(description: string): Schema {
  return text(description, { minLength: 1, maxLength: 253 });
}

export function namespaceName(description: string): Schema {
  return text(description, { minLength: 1, maxLength: 63, pattern: DNS_LABEL });
}

export function sectionName(description: string): Schema {
  return text(description, { minLength: 1, maxLength: 253, pattern: DNS_SUBDOMAIN });
}

export function hostname(description: string): Schema {
  return text(description, { minLength: 1, maxLength: 253, pattern: HOSTNAME });
}

export function preciseHostname(description: string): Schema {
  return text(description, { minLength: 1, maxLength: 253, pattern: DNS_SUBDOMAIN });
}

export function group(description: string, more: Partial<Schema> = {}): Schema {
  return text(description, { maxLength: 253, pattern: GROUP, ...more });
}

export function kind(description: string, more: Partial<Schema> = {}): Schema {
  return text(description, { minLength: 1, maxLength: 63, pattern: KIND, ...more });
}

export function headerName(description: string): Schema {
  return text(description, { minLength: 1, maxLength: 256, pattern: HEADER_NAME });
}

export function port(description: string): Schema {
  return { description, type: "integer", format: "int32", minimum: 1, maximum: 65535 };
}

/** A GEP-2257 duration as Gateway API has it. */
export function duration(description: string): Schema {
  return text(description, { pattern: DURATION });
}

/** A duration field as kgateway has it: the two CEL rules and their messages. */
export function kgatewayDuration(field: string, description: string): Schema {
  return text(description, {
    maxLength: 32,
    "x-kubernetes-validations": [
      rule<string>(
        `matches(self, '${DURATION}')`,
        "invalid duration value",
        (self) => parseDuration(self) !== undefined,
      ),
      rule<string>(
        "duration(self) >= duration('1ms')",
        `${field} must be at least 1ms.`,
        (self) => parseDuration(self) !== 0,
      ),
    ],
  });
}

export const labelSelector: Schema = object("Selects objects by their labels; all requirements must hold.", {
  matchLabels: {
    description: "Labels the object must have.",
    type: "object",
    additionalProperties: text("The value the label must have.", { maxLength: 63, pattern: LABEL_VALUE }),
  },
  matchExpressions: list(
    "Requirements on labels.",
    object(
      "One requirement on one label.",
      {
        key: text("The label."),
        operator: text("How the label's value is compared.", { enum: ["In", "NotIn", "Exists", "DoesNotExist"] }),
        values: list("The values of In and NotIn.", text("A label value.")),
      },
      { required: ["key", "operator"] },
    ),
  ),
});

/** Gateway API's BackendObjectReference: a Service by default, which then needs a port. */
export function backendObjectReference(description: string, more: { [field: string]: Schema } = {}): Schema {
  return object(
    description,
    {
      group: group("The backend's API group; empty for a Service.", { default: "" }),
      kind: kind("The backend's kind.", { default: "Service" }),
      name: objectName("The backend's name."),
      namespace: namespaceName("The backend's namespace, if not the local one; needs a ReferenceGrant there."),
      port: port("The Service's port number."),
      ...more,
    },
    {
      required: ["name"],
      "x-kubernetes-validations": [
        rule<{ group: string; kind: string; port?: number }>(
          "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
          "Must have port for Service reference",
          (self) => self.group !== "" || self.kind !== "Service" || self.port !== undefined,
        ),
      ],
    },
  );
}

/** metadata as far as its form matters here; the API server checks its own when there is one. */
export const objectMeta: Schema = {
  ...object("The object's metadata.", {
    name: text("The object's name.", { minLength: 1, maxLength: 253, pattern: DNS_SUBDOMAIN }),
    generateName: text("The prefix of a generated name."),
    namespace: namespaceName("The object's namespace; default if absent."),
    uid: text("The object's identity."),
    selfLink: text("Not used any more."),
    resourceVersion: text("The version the API server stores."),
    generation: { description: "Counts changes of spec.", type: "integer", format: "int64" },
    creationTimestamp: text("When the object was made.", { nullable: true }),
    deletionTimestamp: text("When the object is to go.", { nullable: true }),
    deletionGracePeriodSeconds: { description: "Time to go in seconds.", type: "integer", format: "int64" },
    labels: {
      description: "The object's labels.",
      type: "object",
      additionalProperties: text("A label's value.", { maxLength: 63, pattern: LABEL_VALUE }),
    },
    annotations: { description: "Notes on the object.", type: "object", additionalProperties: text("A note.") },
    finalizers: list("Who must act before the object goes.", text("A finalizer.")),
    ownerReferences: list("Who owns the object.", {
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
    }),
    managedFields: list("Who set which fields.", { type: "object", "x-kubernetes-preserve-unknown-fields": true }),
  }),
  required: ["name"],
};

/** A kind's whole schema around that of its spec. */
export function resource(description: string, spec: Schema, more: { [field: string]: Schema } = {}): Schema {
  return object(
    description,
    {
      apiVersion: text("The API group and version."),
      kind: text("The kind."),
      metadata: objectMeta,
      spec,
      status: {
        description: "Written by controllers.",
        type: "object",
        nullable: true,
        "x-kubernetes-preserve-unknown-fields": true,
      },
      ...more,
    },
    { required: ["apiVersion", "kind", "metadata", "spec"] },
  );
}
