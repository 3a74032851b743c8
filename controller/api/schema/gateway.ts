// Gateway API's Gateway, gateway.networking.k8s.io/v1, standard channel (apis/v1/gateway_types.go).
import { gatewayTls, secretReference } from "./gatewaytls.js";
import {
  group,
  hostname,
  kind,
  labelSelector,
  list,
  object,
  objectName,
  port,
  resource,
  sectionName,
  text,
} from "./common.js";
import { rule } from "./schema.js";
import type { Schema } from "./schema.js";

const listenerTls: Schema = object(
  "How TLS is ended at the listener.",
  {
    mode: text("Whether the Gateway ends TLS.", { enum: ["Terminate", "Passthrough"], default: "Terminate" }),
    certificateRefs: list("The Secrets with the certificates.", secretReference("One Secret."), { maxItems: 64 }),
    options: {
      description: "Further options.",
      type: "object",
      additionalProperties: text("An option's value.", { maxLength: 4096 }),
      maxProperties: 16,
    },
  },
  {
    "x-kubernetes-validations": [
      rule<{ mode: string; certificateRefs?: object[]; options?: object }>(
        "self.mode == 'Terminate' ? size(self.certificateRefs) > 0 || size(self.options) > 0 : true",
        "certificateRefs or options must be specified when mode is Terminate",
        (self) =>
          self.mode !== "Terminate" ||
          (self.certificateRefs ?? []).length > 0 ||
          Object.keys(self.options ?? {}).length > 0,
      ),
    ],
  },
);

const allowedRoutes: Schema = object(
  "Which routes may be attached to the listener.",
  {
    namespaces: object(
      "The namespaces they may be in.",
      {
        from: text("All namespaces, the Gateway's own, or selected ones.", {
          enum: ["All", "Selector", "Same"],
          default: "Same",
        }),
        selector: labelSelector,
      },
      { default: { from: "Same" } },
    ),
    kinds: list(
      "The kinds they may be of; those of the protocol if absent.",
      object(
        "One kind.",
        { group: group("Its API group.", { default: "gateway.networking.k8s.io" }), kind: kind("The kind.") },
        { required: ["kind"] },
      ),
      { maxItems: 8 },
    ),
  },
  { default: { namespaces: { from: "Same" } } },
);

interface Listener {
  name: string;
  hostname?: string;
  port: number;
  protocol: string;
  tls?: { mode: string };
}

const is = (listener: Listener, ...protocols: string[]): boolean => protocols.includes(listener.protocol.toUpperCase());

const listeners: Schema = list(
  "The ports the Gateway listens on.",
  object(
    "One listener.",
    {
      name: sectionName("The listener's name, unique in the Gateway."),
      hostname: hostname("The hosts whose requests it takes; all if absent."),
      port: port("The port."),
      protocol: text("The protocol; claimgate serves HTTP and HTTPS.", {
        minLength: 1,
        maxLength: 255,
        pattern:
          "^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9]+$",
      }),
      tls: listenerTls,
      allowedRoutes,
    },
    { required: ["name", "port", "protocol"] },
  ),
  {
    minItems: 1,
    maxItems: 64,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
    "x-kubernetes-validations": [
      rule<Listener[]>(
        "self.all(l, l.protocol.matches('(?i)^(HTTP|TCP|UDP)$') ? !has(l.tls) : true)",
        "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
        (self) => self.every((one) => !is(one, "HTTP", "TCP", "UDP") || one.tls === undefined),
      ),
      rule<Listener[]>(
        "self.all(l, (l.protocol.matches('(?i)^HTTPS$') && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode == 'Terminate') : true)",
        "tls mode must be Terminate for protocol HTTPS",
        (self) => self.every((one) => !is(one, "HTTPS") || one.tls === undefined || one.tls.mode === "Terminate"),
      ),
      rule<Listener[]>(
        "self.all(l, (l.protocol.matches('(?i)^TLS$') ? has(l.tls) && has(l.tls.mode) && l.tls.mode != '' : true))",
        "tls mode must be set for protocol TLS",
        (self) => self.every((one) => !is(one, "TLS") || one.tls !== undefined),
      ),
      rule<Listener[]>(
        "self.all(l, l.protocol.matches('(?i)^(TCP|UDP)$')  ? (!has(l.hostname) || l.hostname == '') : true)",
        "hostname must not be specified for protocols ['TCP', 'UDP']",
        (self) => self.every((one) => !is(one, "TCP", "UDP") || one.hostname === undefined),
      ),
      rule<Listener[]>(
        "self.all(l1, self.exists_one(l2, l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))",
        "Combination of port, protocol and hostname must be unique for each listener",
        (self) =>
          new Set(self.map((one) => JSON.stringify([one.port, one.protocol, one.hostname]))).size === self.length,
      ),
    ],
  },
);

interface Address {
  type: string;
  value?: string;
}

function uniqueAddresses(type: string) {
  return rule<Address[]>(
    `self.all(a1, a1.type == '${type}' && has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a2.value == a1.value) : true )`,
    `${type} values must be unique`,
    (self) => {
      const values = self.filter((one) => one.type === type && one.value !== undefined).map((one) => one.value);
      return new Set(values).size === values.length;
    },
  );
}

function strings(description: string, maxProperties: number, value: Schema): Schema {
  return { description, type: "object", additionalProperties: value, maxProperties };
}

export const gateway: Schema = resource(
  "Listens for requests and routes them.",
  object(
    "The Gateway.",
    {
      gatewayClassName: objectName("The name of the GatewayClass that serves it."),
      listeners,
      addresses: list(
        "The addresses it is to have.",
        object("One address.", {
          type: text("The type of the address.", { minLength: 1, maxLength: 253, default: "IPAddress" }),
          value: text("The address.", { maxLength: 253 }),
        }),
        { maxItems: 16, "x-kubernetes-validations": [uniqueAddresses("IPAddress"), uniqueAddresses("Hostname")] },
      ),
      infrastructure: object("What is made for the Gateway.", {
        labels: strings("Labels it gets.", 8, text("A label's value.", { maxLength: 63 })),
        annotations: strings("Annotations it gets.", 16, text("A note.", { maxLength: 4096 })),
        parametersRef: object(
          "Parameters of it.",
          { group: group("Their API group."), kind: kind("Their kind."), name: objectName("Their name.") },
          { required: ["group", "kind", "name"] },
        ),
      }),
      allowedListeners: object("Which ListenerSets may be attached.", {
        namespaces: object(
          "The namespaces they may be in.",
          {
            from: text("Which namespaces.", { enum: ["All", "Selector", "Same", "None"], default: "None" }),
            selector: labelSelector,
          },
          { default: { from: "None" } },
        ),
      }),
      tls: gatewayTls,
    },
    { required: ["gatewayClassName", "listeners"] },
  ),
);
