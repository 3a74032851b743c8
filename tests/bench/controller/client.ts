// An xDS client that is as cheap as it can be: it asks for everything of a Gateway, notes what comes, and acknowledges.
import * as grpc from "@grpc/grpc-js";
import type { DeltaRequest } from "../../../controller/xds/delta.js";
import { lookupType } from "../../../controller/xds/protos.js";
import { deltaService } from "../../../controller/xds/service.js";
import { CLUSTER, ENDPOINT, EXTENSION, LISTENER, ROUTE, type TypeUrl } from "../../../controller/xds/types.js";

interface Response {
  readonly type_url: TypeUrl;
  readonly nonce: string;
  readonly resources: readonly {
    readonly name: string;
    readonly version: string;
    readonly resource: { readonly value: Uint8Array };
  }[];
  readonly removed_resources: readonly string[];
}

export interface Received {
  readonly typeUrl: TypeUrl;
  readonly name: string;
  /** Empty: it was removed. */
  readonly version: string;
  /** Its bytes; none if it was removed. */
  readonly value: Uint8Array;
}

export class XdsClient {
  readonly received: Received[] = [];
  /** performance.now() of the last response. */
  lastAt = 0;
  readonly #client: grpc.Client;
  readonly #call: grpc.ClientDuplexStream<DeltaRequest, Response>;

  /** `names`: the route tables and filters that an Envoy would find in its listeners. */
  constructor(port: number, gateway: string, names: { readonly [ROUTE]: string; readonly [EXTENSION]: string }) {
    const { delta } = deltaService();
    const type = lookupType("envoy.service.discovery.v3.DeltaDiscoveryResponse");
    this.#client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
      // Each a connection of its own, as Envoys are.
      "grpc.use_local_subchannel_pool": 1,
      "grpc.max_receive_message_length": 64 * 1024 * 1024,
      // Envoy's default (initial_stream_window_size); Node's, 64 KiB, would have every table wait for the client a dozen times.
      "grpc-node.flow_control_window": 16 * 1024 * 1024,
    });
    this.#call = this.#client.makeBidiStreamRequest(
      delta.path,
      (request: DeltaRequest) => delta.requestSerialize({ ...request, node: { id: gateway } }),
      (bytes: Buffer) => type.decode(bytes) as unknown as Response,
    );
    this.#call.on("error", () => undefined);
    this.#call.on("data", (response: Response) => this.#take(response));
    for (const wanted of [CLUSTER, LISTENER] as const) this.#ask(wanted, []);
    for (const wanted of [ROUTE, EXTENSION] as const) this.#ask(wanted, [names[wanted]]);
  }

  close(): void {
    this.#call.cancel();
    this.#client.close();
  }

  #take({ type_url: typeUrl, nonce, resources, removed_resources: removed }: Response): void {
    this.lastAt = performance.now();
    for (const { name, version, resource } of resources)
      this.received.push({ typeUrl, name, version, value: resource.value });
    for (const name of removed) this.received.push({ typeUrl, name, version: "", value: new Uint8Array() });
    this.#ask(typeUrl, [], nonce);
    // All our clusters take their endpoints from xDS.
    if (typeUrl === CLUSTER)
      this.#ask(
        ENDPOINT,
        resources.map(({ name }) => name),
      );
  }

  #ask(typeUrl: TypeUrl, names: readonly string[], nonce = ""): void {
    this.#call.write({
      type_url: typeUrl,
      resource_names_subscribe: names,
      resource_names_unsubscribe: [],
      initial_resource_versions: {},
      response_nonce: nonce,
    });
  }
}
