// claimgate.v1.KeyHealth: where the filter says how it fares with remote keys. JSON in a StringValue, because the filter writes JSON
// anyway, and no message of ours has to be understood by two programs.
import * as grpc from "@grpc/grpc-js";
import { MAX_REPORT } from "../keys/report.js";
import { lookupType } from "./protos.js";

/** Metadata that names the Gateway, "NS/NAME", as node.id does in xDS. */
export const NODE_HEADER = "x-claimgate-node";

export interface ReportMessage {
  /** Absent if it is too long to be looked at. */
  readonly text?: string;
}

export type ReportCall = grpc.ServerUnaryCall<ReportMessage, void>;

export function keyHealthService(): { report: grpc.MethodDefinition<ReportMessage, void> } {
  const request = lookupType("google.protobuf.StringValue");
  const notHere = () => {
    throw new Error("this is the server's side");
  };
  return {
    report: {
      path: "/claimgate.v1.KeyHealth/Report",
      requestStream: false,
      responseStream: false,
      requestSerialize: notHere,
      requestDeserialize: (bytes) =>
        bytes.length > MAX_REPORT ? {} : { text: (request.decode(bytes) as unknown as { value: string }).value },
      // google.protobuf.Empty
      responseSerialize: () => Buffer.alloc(0),
      responseDeserialize: notHere,
    },
  };
}

/** The Gateway that a call names; "" if it names none. */
export function gatewayNamed(call: ReportCall): string {
  const [name = ""] = call.metadata.get(NODE_HEADER);
  return String(name);
}

/** An address without its port: an Envoy's worker has connections of its own. */
export function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, "");
}
