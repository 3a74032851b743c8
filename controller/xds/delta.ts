/** What of a DeltaDiscoveryRequest matters to one type's subscription, names as in discovery.proto. */
export interface DeltaRequest {
  readonly type_url: string;
  readonly resource_names_subscribe: readonly string[];
  readonly resource_names_unsubscribe: readonly string[];
  readonly initial_resource_versions: Readonly<Record<string, string>>;
  readonly response_nonce: string;
  readonly error_detail?: { readonly message: string } | null;
}

/** What a request said about one of our responses. */
export interface Verdict {
  readonly nonce: string;
  /** What the response carried: versions by name, REMOVED for a removal. */
  readonly versions: ReadonlyMap<string, string>;
  /** Envoy's reason, if it refused the response. */
  readonly refusal?: string;
}

export interface SubscriptionOptions {
  /** The type may be asked for without names (clusters and listeners). */
  readonly wildcard: boolean;
  /** false: what a reconnecting Envoy says it holds is sent again all the same. */
  readonly trustReported: boolean;
}

/** The version under which the removal of a resource is recorded; no content hash is empty. */
export const REMOVED = "";

/**
 * One resource type on one stream: what the Envoy asked for, what it holds, what is on its way, what it refused. Pure bookkeeping of the
 * incremental xDS protocol (envoy api-docs/xds_protocol "Incremental xDS"); what to send, and when, is decided by rollout.ts. At most
 * one response is on its way for any name, so `held` and `inFlight` together are all that the Envoy can hold.
 */
export class Subscription {
  /** The first request has come. */
  started = false;
  /** At least one response has been sent; Envoy's start waits for one, an empty one will do. */
  answered = false;
  wildcard = false;
  readonly names = new Set<string>();
  /** Versions by name, as acknowledged or as reported by a reconnecting Envoy. */
  readonly held = new Map<string, string>();
  readonly inFlight = new Map<string, string>();
  /** Refused versions by name, until another version takes their place. */
  readonly refused = new Map<string, { readonly version: string; readonly message: string }>();
  /** To be sent although held: Envoy may have forgotten them. */
  readonly stale = new Set<string>();
  /**
   * Were part of a refused response of several. Envoy may have taken each of them or not (clusters and listeners are applied one by
   * one): to be sent alone, so that the next answer says which.
   */
  readonly suspects = new Set<string>();
  readonly #responses = new Map<string, readonly string[]>();
  readonly #options: SubscriptionOptions;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  wants(name: string): boolean {
    return this.wildcard || this.names.has(name);
  }

  /** Whether the Envoy holds exactly this version, with nothing on its way that would change it. */
  holds(name: string, version: string): boolean {
    const settled = !this.inFlight.has(name) && !this.stale.has(name) && !this.suspects.has(name);
    return settled && this.held.get(name) === version;
  }

  refuses(name: string, version: string): string | undefined {
    const refused = this.refused.get(name);
    return refused?.version === version ? refused.message : undefined;
  }

  get busy(): boolean {
    return this.inFlight.size > 0;
  }

  /** Records a response that is being sent; REMOVED stands for a removal. */
  sent(nonce: string, versions: ReadonlyMap<string, string>): void {
    this.answered = true;
    this.#responses.set(nonce, [...versions.keys()]);
    for (const [name, version] of versions) {
      this.inFlight.set(name, version);
      this.stale.delete(name);
      this.refused.delete(name);
    }
  }

  /** Takes a request in; returns what it said about a response of ours, if anything. */
  receive(request: DeltaRequest): Verdict | undefined {
    const verdict = this.#verdict(request);
    const first = !this.started;
    this.started = true;
    if (first) {
      for (const [name, version] of Object.entries(request.initial_resource_versions)) {
        this.held.set(name, version);
        if (!this.#options.trustReported) this.stale.add(name);
      }
      // No name in the first request is the old way of asking for everything; "*" the new one.
      this.wildcard = this.#options.wildcard && request.resource_names_subscribe.length === 0;
    }
    for (const name of request.resource_names_subscribe) {
      if (name === "*") {
        this.wildcard = this.#options.wildcard;
        continue;
      }
      // Asking anew for what it was sent in this stream: it may have forgotten (xds_protocol, "Subscribing to Resources").
      if (!first && (this.held.has(name) || this.inFlight.has(name))) this.stale.add(name);
      this.names.add(name);
    }
    for (const name of request.resource_names_unsubscribe) {
      if (name === "*") this.wildcard = false;
      else if (!this.wildcard) this.#forget(name);
    }
    return verdict;
  }

  #verdict(request: DeltaRequest): Verdict | undefined {
    const nonce = request.response_nonce;
    const names = this.#responses.get(nonce);
    // No nonce: a spontaneous request. An unknown one: of another stream, to be ignored.
    if (names === undefined) return undefined;
    this.#responses.delete(nonce);
    const versions = new Map<string, string>();
    for (const name of names) {
      versions.set(name, this.inFlight.get(name) ?? REMOVED);
      this.inFlight.delete(name);
    }
    const refusal = request.error_detail?.message;
    for (const [name, version] of versions) {
      if (refusal === undefined) this.#accepted(name, version);
      else if (names.length > 1) this.suspects.add(name);
      else this.refused.set(name, { version, message: refusal });
      if (names.length === 1) this.suspects.delete(name);
    }
    return refusal === undefined ? { nonce, versions } : { nonce, versions, refusal };
  }

  #accepted(name: string, version: string): void {
    // What was unsubscribed while on its way is dropped by Envoy on arrival.
    if (version === REMOVED || !this.wants(name)) this.held.delete(name);
    else this.held.set(name, version);
  }

  #forget(name: string): void {
    this.names.delete(name);
    this.held.delete(name);
    this.refused.delete(name);
    this.stale.delete(name);
    this.suspects.delete(name);
  }
}
