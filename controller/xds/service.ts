import type * as grpc from "@grpc/grpc-js";
import type { DeltaRequest } from "./delta.js";
import { lookupType } from "./protos.js";
import type { Outgoing } from "./rollout.js";

/** A request with the field that only the first one of a stream needs. */
export type NodeRequest = DeltaRequest & {
  readonly node?: {
    readonly id: string;
    /** A google.protobuf.Struct, as far as we read it; its fields are named as protobufjs names those it brings itself. */
    readonly metadata?: { readonly fields?: Readonly<Record<string, { readonly stringValue?: string }>> } | null;
  } | null;
};

export type AdsCall = grpc.ServerDuplexStream<NodeRequest, Outgoing>;

/** envoy.service.discovery.v3.AggregatedDiscoveryService, its incremental half. */
export function deltaService(): { delta: grpc.MethodDefinition<NodeRequest, Outgoing> } {
  const request = lookupType("envoy.service.discovery.v3.DeltaDiscoveryRequest");
  const response = lookupType("envoy.service.discovery.v3.DeltaDiscoveryResponse");
  return {
    delta: {
      path: "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
      requestStream: true,
      responseStream: true,
      requestSerialize: (message) => Buffer.from(request.encode(message).finish()),
      requestDeserialize: (bytes) => request.decode(bytes) as unknown as NodeRequest,
      responseSerialize: (outgoing) => Buffer.from(response.encode(responseOf(outgoing)).finish()),
      responseDeserialize: () => {
        throw new Error("this is the server's side");
      },
    },
  };
}

function responseOf({ typeUrl, nonce, resources, removed }: Outgoing): Record<string, unknown> {
  return {
    type_url: typeUrl,
    nonce,
    resources: resources.map(({ name, resource }) => ({ name, version: resource.version, resource: resource.any })),
    removed_resources: removed,
  };
}
