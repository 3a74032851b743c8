import type * as grpc from "@grpc/grpc-js";
import type { DeltaRequest } from "./delta.js";
import { lookupType } from "./protos.js";

/** A request with the field that only the first one of a stream needs. */
export type NodeRequest = DeltaRequest & {
  readonly node?: {
    readonly id: string;
    /** A google.protobuf.Struct, as far as we read it; its fields are named as protobufjs names those it brings itself. */
    readonly metadata?: { readonly fields?: Readonly<Record<string, { readonly stringValue?: string }>> } | null;
  } | null;
};

/** Responses are written as bytes of a DeltaDiscoveryResponse. */
export type AdsCall = grpc.ServerDuplexStream<NodeRequest, Buffer>;

/** envoy.service.discovery.v3.AggregatedDiscoveryService, its incremental half. */
export function deltaService(): { delta: grpc.MethodDefinition<NodeRequest, Buffer> } {
  const request = lookupType("envoy.service.discovery.v3.DeltaDiscoveryRequest");
  return {
    delta: {
      path: "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
      requestStream: true,
      responseStream: true,
      requestSerialize: (message) => Buffer.from(request.encode(message).finish()),
      requestDeserialize: (bytes) => request.decode(bytes) as unknown as NodeRequest,
      responseSerialize: (bytes) => bytes,
      responseDeserialize: () => {
        throw new Error("this is the server's side");
      },
    },
  };
}
