// The resource types we serve, in the order in which a change has to reach Envoy (make before break).

export const CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
export const ENDPOINT = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
export const SECRET = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";
export const EXTENSION = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig";
export const LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener";
export const ROUTE = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";

export const TYPES = [CLUSTER, ENDPOINT, SECRET, EXTENSION, LISTENER, ROUTE] as const;

export type TypeUrl = (typeof TYPES)[number];

/** Whether a type URL is one that we serve. */
export function isServed(typeUrl: string): typeUrl is TypeUrl {
  return (TYPES as readonly string[]).includes(typeUrl);
}

/** A resource as it goes on the wire. Equal content has equal bytes, hence an equal version. */
export interface EncodedResource {
  readonly version: string;
  readonly any: { readonly type_url: string; readonly value: Uint8Array };
}
