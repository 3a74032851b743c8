import type { Snapshot } from "../translate/snapshot.js";
import type { Transition } from "./bridge.js";
import type { DeltaRequest } from "./delta.js";
import type { Delivery } from "./filter.js";
import type { History } from "./history.js";
import type { EncodedSnapshot } from "./resources.js";
import type { Outgoing } from "./response.js";
import { Rollout, type Nack } from "./rollout.js";
import type { TypeUrl } from "./types.js";

/** Something worth a log line, a metric or a status. `gateway` is the node id, `envoy` the peer's address. */
export type XdsEvent = { readonly gateway: string; readonly envoy: string } & (
  | { readonly type: "connected" | "disconnected" | "unauthorized" }
  | ({ readonly type: "nack" } & Nack)
  /** The filter in its image will not do, so it is sent ours. Once per connection. */
  | { readonly type: "filter sent"; readonly reason: string }
  /** What the Envoys of the Gateway say of remote keys has changed; of no particular Envoy. */
  | { readonly type: "keys" }
  /** This Envoy holds everything of the snapshot and nothing else. Once per snapshot and connection. */
  | { readonly type: "programmed"; readonly version: string; readonly snapshot: Snapshot }
);

/** What is known about one connected Envoy. */
export interface EnvoyStatus {
  readonly envoy: string;
  readonly connectedSince: Date;
  /** Why it is sent the filter with every configuration. */
  readonly filterSent?: string;
  /** Version of the newest snapshot that it held in full. */
  readonly acknowledged: string | undefined;
  /** Types of which something of the newest snapshot is missing. */
  readonly pending: readonly TypeUrl[];
  /** Refusals that stand: the Envoy keeps what it held before of these. */
  readonly refused: readonly { readonly typeUrl: TypeUrl; readonly name: string; readonly message: string }[];
  readonly lastNack:
    { readonly typeUrl: TypeUrl; readonly resources: readonly string[]; readonly message: string } | undefined;
}

export interface StreamOptions {
  readonly gateway: string;
  readonly envoy: string;
  readonly history: History;
  readonly transition: Transition;
  readonly delivery: Delivery;
  readonly write: (response: Outgoing) => void;
  readonly onEvent: (event: XdsEvent) => void;
}

/** One connected Envoy: its rollout, what it wrote, what is known about it. */
export class Stream {
  readonly #options: StreamOptions;
  readonly #rollout: Rollout;
  readonly #connectedSince = new Date();
  #acknowledged: string | undefined;
  #lastNack: Nack | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    const { delivery, history, transition } = options;
    this.#rollout = new Rollout(history, transition, delivery.code);
    this.#emit({ type: "connected" });
    if (delivery.reason !== undefined) this.#emit({ type: "filter sent", reason: delivery.reason });
  }

  get gateway(): string {
    return this.#options.gateway;
  }

  /** The peer's address. */
  get envoy(): string {
    return this.#options.envoy;
  }

  publish(snapshot: EncodedSnapshot): void {
    this.#flush(this.#rollout.publish(snapshot));
  }

  receive(request: DeltaRequest): void {
    const { outgoing, nack } = this.#rollout.receive(request);
    if (nack !== undefined) this.#lastNack = nack;
    this.#flush(outgoing);
    if (nack !== undefined) this.#emit({ type: "nack", ...nack });
  }

  close(): void {
    this.#emit({ type: "disconnected" });
  }

  status(): EnvoyStatus {
    const nack = this.#lastNack;
    const { reason } = this.#options.delivery;
    const pending = this.#rollout.survey()?.pending() ?? [];
    return {
      envoy: this.#options.envoy,
      connectedSince: this.#connectedSince,
      ...(reason === undefined ? {} : { filterSent: reason }),
      acknowledged: this.#acknowledged,
      pending,
      // What it refused earlier and nobody asks of it any more does not stand.
      refused: pending.flatMap((typeUrl) =>
        [...this.#rollout.subscriptions[typeUrl].refused].map(([name, { message }]) => ({ typeUrl, name, message })),
      ),
      lastNack: nack && { typeUrl: nack.typeUrl, resources: nack.resources, message: nack.message },
    };
  }

  #flush(outgoing: readonly Outgoing[]): void {
    for (const response of outgoing) this.#options.write(response);
    const target = this.#rollout.target;
    if (target === undefined || target.version === this.#acknowledged) return;
    if (this.#rollout.survey()?.complete() !== true) return;
    this.#acknowledged = target.version;
    this.#emit({ type: "programmed", version: target.version, snapshot: target.snapshot });
  }

  #emit(event: Distribute<XdsEvent>): void {
    const { gateway, envoy, onEvent } = this.#options;
    onEvent({ ...event, gateway, envoy });
  }
}

/** The members of the union without the two fields that all have. */
type Distribute<T> = T extends unknown ? Omit<T, "gateway" | "envoy"> : never;
