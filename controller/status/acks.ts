// What the Envoys of all replicas have acknowledged. Every replica serves xDS and keeps a Lease of its own, in whose annotation it
// says which versions its Envoys hold, and in another what they say of remote keys; the leader, who alone writes statuses, adds them up.
import { isObject } from "../api/defaults.js";
import { type HealthsByGateway, healthText, type KeyHealths, parseHealths } from "../keys/health.js";
import { type Clock, microTime, systemClock } from "../kube/clock.js";
import type { KubeClient } from "../kube/client.js";
import { ApiError, reasonOf } from "../kube/errors.js";
import { apiPath, type StoredObject } from "../kube/objects.js";
import { Informer, INFORMER_TIMES, type InformerTimes } from "../source/informer.js";
import type { GatewayStatus } from "../xds/server.js";
import { LEASE_TIMES, LEASES, type LeaseSpec } from "./lease.js";

export const ACKS_ANNOTATION = "claimgate.dev/acknowledged";
export const KEYS_ANNOTATION = "claimgate.dev/key-health";
const LABEL = "claimgate.dev/replica";
/** Leases of replicas that have been gone for so many durations are deleted by the leader. */
const FORGET_AFTER = 20;
/** How far replicas' wall clocks may differ, in durations. */
const SKEW = 4;
/** Changes come in bursts, one for each Envoy. */
const SETTLE_MS = 50;
/** Enough of a version (hex of SHA-256) to tell two apart. */
const VERSION_LENGTH = 16;
/** Of the annotation with key health; all of an object's together may have 256 KiB (apimachinery). */
const MAX_KEYS_TEXT = 131_072;

/** How many Envoys of a Gateway hold which version in full; "" is none yet. */
export type Acks = Readonly<Record<string, number>>;
/** By "NS/NAME". */
export type AcksByGateway = Readonly<Record<string, Acks>>;

export function shortVersion(version: string | undefined): string {
  return (version ?? "").slice(0, VERSION_LENGTH);
}

/** Our own Envoys' acknowledgements, from the xDS server's status. */
export function acksOf(status: Readonly<Record<string, GatewayStatus>>): AcksByGateway {
  const all: Record<string, Record<string, number>> = {};
  for (const [gateway, { envoys }] of Object.entries(status)) {
    for (const { acknowledged } of envoys) {
      const version = shortVersion(acknowledged);
      const acks = (all[gateway] ??= {});
      acks[version] = (acks[version] ?? 0) + 1;
    }
  }
  return all;
}

/** What our own Envoys say of remote keys, from the same status. */
export function keysOf(status: Readonly<Record<string, GatewayStatus>>): HealthsByGateway {
  const all = Object.entries(status).map(([gateway, { keys }]) => [gateway, keys] as const);
  return Object.fromEntries(all.filter(([, keys]) => Object.keys(keys).length > 0));
}

/** An annotation's text; undefined if it is none that a replica of this version writes. */
export function parseAcks(text: unknown): AcksByGateway | undefined {
  try {
    const all: unknown = JSON.parse(String(text));
    const isAcks = (acks: unknown) => isObject(acks) && Object.values(acks).every((count) => Number.isInteger(count));
    return isObject(all) && Object.values(all).every(isAcks) ? (all as AcksByGateway) : undefined;
  } catch {
    return undefined;
  }
}

export interface ReplicasOptions {
  client: KubeClient;
  namespace: string;
  /** Of this replica: a DNS label. */
  identity: string;
  /** Our own acknowledgements. */
  acks: () => AcksByGateway;
  /** What our own Envoys say of remote keys. */
  keys?: () => HealthsByGateway;
  /** Those of another replica changed, or what its Envoys say. */
  onChange: () => void;
  onNotice: (line: string) => void;
  /** Only the leader deletes what is left of replicas that are gone. */
  isLeader: () => boolean;
  times?: Partial<InformerTimes> & { durationMs?: number; renewMs?: number };
  clock?: Clock;
}

/** This replica among the others: publishes its own acknowledgements and knows the others'. */
export class Replicas {
  private readonly clock: Clock;
  private readonly durationMs: number;
  private readonly renewMs: number;
  private readonly informer: Informer;
  private readonly stopped = new AbortController();
  private wake = new AbortController();
  private running: Promise<void> | undefined;
  /** When each of the others' Leases was last seen to change. */
  private readonly seen = new Map<string, number>();
  private readonly parsed = new WeakMap<StoredObject, AcksByGateway | undefined>();
  private readonly parsedKeys = new WeakMap<StoredObject, HealthsByGateway | undefined>();
  private alive = "";
  private startedAt = 0;
  /** Of what we do: what went wrong last. */
  private readonly problems = new Map<"list" | "publish" | "delete", string>();

  constructor(private readonly options: ReplicasOptions) {
    const { client, namespace, times, clock } = options;
    this.clock = clock ?? systemClock;
    this.durationMs = times?.durationMs ?? LEASE_TIMES.durationMs;
    this.renewMs = times?.renewMs ?? LEASE_TIMES.renewMs;
    const resource = { kind: "Lease", group: "coordination.k8s.io", plural: LEASES.plural, required: true };
    this.informer = new Informer({
      client,
      resource: { ...resource, apiVersions: [LEASES.apiVersion], namespace, labelSelector: LABEL },
      times: { ...INFORMER_TIMES, ...times },
      onChange: (before, after) => this.changed(before, after),
      onState: () => this.say("list", this.informer.problem),
    });
  }

  start(): void {
    this.startedAt = this.clock.now();
    this.informer.start();
    this.running ??= this.run();
  }

  /** Stops, and takes our Lease away: our Envoys are about to connect to others. */
  async close(): Promise<void> {
    this.stopped.abort();
    await this.running;
    await this.informer.close();
    await this.delete(this.name);
  }

  /** Our acknowledgements changed: they are published in a moment. */
  publishSoon(): void {
    this.wake.abort();
  }

  /** What the other replicas that live say of a Gateway's Envoys. One that says nothing intelligible holds an unknown version. */
  of(gateway: string): Acks[] {
    return this.others().map((lease) => {
      const acks = this.acksIn(lease);
      return acks === undefined ? { unknown: 1 } : (acks[gateway] ?? {});
    });
  }

  /** What the Envoys of a Gateway that are connected to living others say of remote keys; each replica's together. */
  keysOf(gateway: string): KeyHealths[] {
    return this.others().flatMap((lease) => {
      if (!this.parsedKeys.has(lease))
        this.parsedKeys.set(lease, parseHealths(lease.metadata.annotations?.[KEYS_ANNOTATION]));
      const all = this.parsedKeys.get(lease);
      return all !== undefined && Object.hasOwn(all, gateway) ? [all[gateway]!] : [];
    });
  }

  /** Asked for every Gateway: read once for each version of the Lease. */
  private acksIn(lease: StoredObject): AcksByGateway | undefined {
    if (!this.parsed.has(lease)) this.parsed.set(lease, parseAcks(lease.metadata.annotations?.[ACKS_ANNOTATION]));
    return this.parsed.get(lease);
  }

  private get name(): string {
    return `claimgate-envoys-${this.options.identity}`;
  }

  private others(): StoredObject[] {
    return this.informer
      .list()
      .filter((lease) => lease.metadata.name !== this.name && this.ageOf(lease) < this.durationMs);
  }

  /** Milliseconds since a Lease was last renewed, by our clock. */
  private ageOf({ metadata }: StoredObject): number {
    return this.clock.now() - (this.seen.get(metadata.name) ?? -Infinity);
  }

  private changed(before: StoredObject | undefined, after: StoredObject | undefined): void {
    const name = (after ?? before)!.metadata.name;
    if (name === this.name) return;
    const known = this.seen.has(name);
    if (after === undefined) this.seen.delete(name);
    else this.seen.set(name, this.clock.now() - (known ? 0 : this.silenceOf(after)));
    const said = ({ metadata: { annotations = {} } }: StoredObject) =>
      [ACKS_ANNOTATION, KEYS_ANNOTATION].map((annotation) => annotations[annotation] ?? "").join("\n");
    if (!known || before === undefined || after === undefined || said(before) !== said(after)) this.options.onChange();
  }

  /** Of a Lease seen for the first time: how long ago it was renewed if that is long over by its own words, else 0. */
  private silenceOf(lease: StoredObject): number {
    const { renewTime } = (lease["spec"] ?? {}) as LeaseSpec;
    const claimed = Date.now() - Date.parse(renewTime ?? "1970-01-01T00:00:00Z");
    return claimed < this.durationMs * SKEW ? 0 : claimed;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      this.wake = new AbortController();
      const published = await this.publish();
      this.noticeSilence();
      if (this.options.isLeader()) await this.sweep();
      if (published) await this.clock.sleep(this.renewMs, AbortSignal.any([signal, this.wake.signal]));
      else await this.clock.sleep(this.renewMs, signal);
      await this.clock.sleep(SETTLE_MS, signal);
    }
  }

  private async publish(): Promise<boolean> {
    const { namespace, identity, keys } = this.options;
    const metadata = {
      labels: { [LABEL]: identity },
      annotations: {
        [ACKS_ANNOTATION]: JSON.stringify(this.options.acks()),
        ...(keys !== undefined && { [KEYS_ANNOTATION]: healthText(keys(), MAX_KEYS_TEXT) }),
      },
    };
    const spec: LeaseSpec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.durationMs / 1000),
      renewTime: microTime(new Date()),
    };
    try {
      try {
        await this.request("PATCH", this.path(this.name), { metadata, spec });
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) throw error;
        const lease = {
          apiVersion: LEASES.apiVersion,
          kind: "Lease",
          metadata: { ...metadata, name: this.name, namespace },
        };
        await this.request("POST", apiPath(LEASES, { namespace }), { ...lease, spec });
      }
      this.say("publish", undefined);
      return true;
    } catch (error) {
      if (!this.stopped.signal.aborted) this.say("publish", reasonOf(error));
      return false;
    }
  }

  /** Each trouble once, until there is another or none. */
  private say(doing: "list" | "publish" | "delete", problem: string | undefined): void {
    if (problem === undefined) this.problems.delete(doing);
    else if (this.problems.get(doing) !== problem) {
      const { namespace, onNotice } = this.options;
      const which = doing === "publish" ? `Lease ${namespace}/${this.name}` : `Leases in ${namespace}`;
      onNotice(`${which}: ${problem}`);
      this.problems.set(doing, problem);
    }
  }

  /** A replica that ends without a word changes nothing that a watch would show. */
  private noticeSilence(): void {
    const alive = this.others()
      .map(({ metadata }) => metadata.name)
      .sort()
      .join();
    if (alive !== this.alive) this.options.onChange();
    this.alive = alive;
  }

  private async sweep(): Promise<void> {
    // By then a replica that lives was seen to renew, whatever its wall clock says.
    if (this.clock.now() - this.startedAt < this.durationMs * 2) return;
    for (const lease of this.informer.list()) {
      if (lease.metadata.name === this.name || this.ageOf(lease) < this.durationMs * FORGET_AFTER) continue;
      await this.delete(lease.metadata.name);
    }
  }

  /** What is left is deleted by whoever leads later; that we may not is said. */
  private async delete(name: string): Promise<void> {
    try {
      await this.request("DELETE", this.path(name));
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) this.say("delete", reasonOf(error));
    }
  }

  private path(name: string): string {
    return apiPath(LEASES, { namespace: this.options.namespace, name });
  }

  private request(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<unknown> {
    const contentType = method === "PATCH" ? ("application/merge-patch+json" as const) : ("application/json" as const);
    const timeoutMs = this.renewMs;
    const { client } = this.options;
    return client.request({ method, path, timeoutMs, contentType, ...(body === undefined ? {} : { body }) });
  }
}
