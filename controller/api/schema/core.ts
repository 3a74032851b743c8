// Kubernetes' own kinds, only as far as claimgate reads them; the rest of them is let pass unseen. They are never printed
// as CRDs.
import { list, object, port, resource, text } from "./common.js";
import type { Schema } from "./schema.js";

const open: Partial<Schema> = { "x-kubernetes-preserve-unknown-fields": true };

function strings(description: string): Schema {
  return { description, type: "object", additionalProperties: { type: "string" } };
}

/** A kind without a required spec. */
function plain(description: string, properties: { [field: string]: Schema }): Schema {
  const { properties: common } = resource(description, object("Not read.", {}, open), properties);
  return object(description, common!, { ...open, required: ["apiVersion", "kind", "metadata"] });
}

const intOrString: Schema = { description: "A number or a name.", "x-kubernetes-int-or-string": true };

export const service: Schema = resource(
  "A named set of endpoints.",
  object(
    "The service.",
    {
      type: text("ClusterIP, NodePort, LoadBalancer or ExternalName."),
      clusterIP: text("The service's address, or None."),
      externalName: text("Another host's name."),
      selector: strings("The labels of its Pods."),
      ports: list(
        "The ports.",
        object(
          "One port.",
          {
            name: text("Its name."),
            port: port("Its number."),
            protocol: text("TCP, UDP or SCTP."),
            targetPort: intOrString,
          },
          { ...open, required: ["port"] },
        ),
      ),
    },
    open,
  ),
);

export const namespace: Schema = plain("A namespace; its labels are what Gateways select by.", {});

export const configMap: Schema = plain("Texts by key.", {
  data: strings("The texts."),
  binaryData: strings("Bytes in base64."),
  immutable: { description: "Whether it may change.", type: "boolean" },
});

export const secret: Schema = plain("Secrets by key.", {
  data: strings("Bytes in base64."),
  stringData: strings("Texts; they win over data."),
  type: text("What the Secret is for."),
  immutable: { description: "Whether it may change.", type: "boolean" },
});

export const endpointSlice: Schema = object(
  "Addresses behind a Service.",
  {
    ...plain("", {}).properties,
    addressType: text("IPv4, IPv6 or FQDN.", { enum: ["IPv4", "IPv6", "FQDN"] }),
    endpoints: list(
      "The endpoints.",
      object(
        "One endpoint.",
        {
          addresses: list("Its addresses; they are alternatives.", text("An address.", { minLength: 1 }), {
            minItems: 1,
          }),
          conditions: object(
            "Its state.",
            {
              ready: { description: "Takes requests; unknown counts as true.", type: "boolean", nullable: true },
              serving: { description: "Takes requests.", type: "boolean", nullable: true },
              terminating: { description: "Is going.", type: "boolean", nullable: true },
            },
            open,
          ),
        },
        { ...open, required: ["addresses"] },
      ),
      { nullable: true },
    ),
    ports: list(
      "The ports.",
      object(
        "One port.",
        {
          name: text("Its name.", { nullable: true }),
          port: { ...port("Its number."), nullable: true },
          protocol: text("TCP, UDP or SCTP.", { nullable: true }),
        },
        open,
      ),
      { nullable: true },
    ),
  },
  { ...open, required: ["apiVersion", "kind", "metadata", "addressType"] },
);
