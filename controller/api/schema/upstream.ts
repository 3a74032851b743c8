// Gloo's Upstream, gloo.solo.io/v1, as far as keys are fetched through one (projects/gloo/api/v1/upstream.proto and
// options/{static,kubernetes}). It has some fifty options and a dozen types that claimgate does not read: translation says which
// of them it minds.
import { flag, list, object, port, resource, text } from "./common.js";
import type { Schema } from "./schema.js";

function open(description: string, properties: { [field: string]: Schema }, more: Partial<Schema> = {}): Schema {
  return object(description, properties, { ...more, "x-kubernetes-preserve-unknown-fields": true });
}

const hosts = list(
  "The servers.",
  open(
    "One server.",
    {
      addr: text("Its host name or IP address.", { minLength: 1 }),
      port: port("Its port."),
      sniAddr: text("The server name in the TLS handshake; the host of the URL if absent."),
    },
    { required: ["addr", "port"] },
  ),
);

export const upstream: Schema = resource(
  "A server that RouteOptions and VirtualHostOptions fetch keys from.",
  open("Where the server is; exactly one type is set.", {
    static: open("Servers by name or address.", { hosts, useTls: flag("true: TLS is spoken to them.") }),
    kube: open(
      "A Kubernetes Service.",
      {
        serviceName: text("The Service's name.", { minLength: 1 }),
        serviceNamespace: text("The Service's namespace; the Upstream's own if absent or empty."),
        servicePort: port("The Service's port number."),
      },
      { required: ["serviceName", "servicePort"] },
    ),
    sslConfig: open("TLS is spoken to it.", {
      sni: text("The server name in the TLS handshake; the host of the URL if absent."),
    }),
  }),
);
