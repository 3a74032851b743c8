// The fake Envoy at the end of a real gRPC stream.
import * as grpc from "@grpc/grpc-js";
import { lookupType } from "../../controller/xds/protos.js";
import { deltaService } from "../../controller/xds/service.js";
import type { DeltaRequest } from "../../controller/xds/delta.js";
import type { Outgoing } from "../../controller/xds/response.js";
import { FakeEnvoy } from "./fake-envoy.js";

interface Response {
  type_url: string;
  nonce: string;
  resources: { name: string; version: string; resource: { value: Uint8Array } }[];
  removed_resources: string[];
}

export class ConnectedEnvoy {
  readonly envoy = new FakeEnvoy();
  /** false: what comes is left in the inbox and not acknowledged. */
  answers = true;
  private readonly client: grpc.Client;
  private readonly call: grpc.ClientDuplexStream<DeltaRequest, Outgoing>;

  constructor(port: number, gateway: string) {
    const { delta } = deltaService();
    const response = lookupType("envoy.service.discovery.v3.DeltaDiscoveryResponse");
    this.client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    this.call = this.client.makeBidiStreamRequest(
      delta.path,
      (request: DeltaRequest) => delta.requestSerialize({ ...request, node: { id: gateway } }),
      (bytes: Buffer) => outgoingOf(response.decode(bytes) as unknown as Response),
    );
    this.call.on("data", (outgoing: Outgoing) => {
      this.envoy.inbox.push(outgoing);
      this.process();
    });
    this.call.on("error", () => undefined);
    this.envoy.connect();
    this.flush();
  }

  /** Applies and answers what has come. */
  process(): void {
    while (this.answers && this.envoy.inbox.length > 0) {
      this.envoy.process();
      this.flush();
    }
  }

  close(): void {
    this.call.cancel();
    this.client.close();
  }

  private flush(): void {
    for (const request of this.envoy.outbox.splice(0)) this.call.write(request);
  }
}

function outgoingOf({ type_url, nonce, resources, removed_resources }: Response): Outgoing {
  return {
    typeUrl: type_url,
    nonce,
    removed: removed_resources,
    resources: resources.map(({ name, version, resource }) => ({ name, resource: { version, any: resource } })),
  } as unknown as Outgoing;
}
