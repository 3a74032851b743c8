// Leader election on a Lease, as client-go does it (tools/leaderelection): whoever holds the Lease and renews it leads. Nobody's
// wall clock is trusted: a Lease is over when it has not changed for its duration as measured by whoever wants it.
import { type Clock, microTime, systemClock } from "../kube/clock.js";
import type { KubeClient } from "../kube/client.js";
import { ApiError, reasonOf } from "../kube/errors.js";
import { apiPath, type StoredObject } from "../kube/objects.js";

export const LEASES = { apiVersion: "coordination.k8s.io/v1", plural: "leases" } as const;

export interface LeaseTimes {
  /** How long others wait after the last renewal that they saw. */
  durationMs: number;
  /** The holder stops leading this long after the start of its last successful renewal: before anybody else can begin. */
  deadlineMs: number;
  renewMs: number;
  /** How often others look, and the holder tries again when a renewal failed. */
  retryMs: number;
}

export const LEASE_TIMES: LeaseTimes = { durationMs: 15_000, deadlineMs: 10_000, renewMs: 5000, retryMs: 2000 };

export interface LeaderElectorOptions {
  client: KubeClient;
  namespace: string;
  name: string;
  /** Unlike that of any other candidate. */
  identity: string;
  onChange: (leading: boolean) => void;
  onNotice: (line: string) => void;
  times?: LeaseTimes;
  clock?: Clock;
}

export interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

type Lease = StoredObject & { spec?: LeaseSpec };

export class LeaderElector {
  private readonly clock: Clock;
  private readonly times: LeaseTimes;
  private readonly stopped = new AbortController();
  private running: Promise<void> | undefined;
  /** clock.now() until which we lead, unless renewed. */
  private leadUntil = -Infinity;
  private announced = false;
  /** We have asked for the Lease, and may hold it. */
  private asked = false;
  private expiry = new AbortController();
  /** The Lease as last seen, and since when it has been so. */
  private seen: { text: string; at: number } | undefined;
  private problem = "";

  constructor(private readonly options: LeaderElectorOptions) {
    this.clock = options.clock ?? systemClock;
    this.times = options.times ?? LEASE_TIMES;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Whether we lead at this moment, however late timers are. */
  isLeader(): boolean {
    return this.clock.now() < this.leadUntil;
  }

  /** Stops leading, then gives the Lease up so that another need not wait for its end. */
  async close(): Promise<void> {
    this.lose();
    this.stopped.abort();
    await this.running;
    if (this.asked) await this.release().catch(() => undefined);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) await this.clock.sleep(await this.round(), signal);
  }

  /** One attempt to get or keep the Lease. Returns the wait until the next. */
  private async round(): Promise<number> {
    const { renewMs, retryMs } = this.times;
    try {
      const wait = await this.attempt();
      this.say("");
      return wait ?? renewMs;
    } catch (error) {
      // Another candidate was faster.
      if (!(error instanceof ApiError && error.status === 409)) this.say(reasonOf(error));
      return retryMs;
    }
  }

  /** Returns undefined if the Lease is ours now, else how long to wait. */
  private async attempt(): Promise<number | undefined> {
    const { identity } = this.options;
    const began = this.clock.now();
    const lease = await this.read();
    if (this.stopped.signal.aborted) return 0;
    const spec = lease?.spec ?? {};
    const text = JSON.stringify(spec);
    if (this.seen?.text !== text) this.seen = { text, at: this.clock.now() };
    const ours = spec.holderIdentity === identity;
    if (spec.holderIdentity && !ours) {
      this.lose();
      const left = this.seen.at + (spec.leaseDurationSeconds ?? 15) * 1000 - this.clock.now();
      if (left > 0) return Math.min(left, this.times.retryMs);
    }
    await this.hold(lease, spec, ours);
    if (this.stopped.signal.aborted) return 0;
    this.lead(began + this.times.deadlineMs);
    return undefined;
  }

  private async read(): Promise<Lease | undefined> {
    try {
      return await this.request<Lease>("GET", this.path());
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  private async hold(lease: Lease | undefined, spec: LeaseSpec, ours: boolean): Promise<void> {
    const { identity, name, namespace } = this.options;
    this.asked = true;
    const now = microTime(new Date());
    const next: LeaseSpec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.times.durationMs / 1000),
      acquireTime: ours ? (spec.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (spec.leaseTransitions ?? 0) + (ours || lease === undefined ? 0 : 1),
    };
    if (lease === undefined) {
      const metadata = { name, namespace };
      const object = { apiVersion: LEASES.apiVersion, kind: "Lease", metadata, spec: next };
      await this.request("POST", apiPath(LEASES, { namespace }), object);
    } else await this.request("PUT", this.path(), { ...lease, spec: next });
  }

  private async release(): Promise<void> {
    const lease = await this.read();
    if (lease?.spec?.holderIdentity !== this.options.identity) return;
    const spec = { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(new Date()) };
    await this.request("PUT", this.path(), { ...lease, spec });
  }

  private path(): string {
    const { namespace, name } = this.options;
    return apiPath(LEASES, { namespace, name });
  }

  private request<T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<T> {
    // One that hangs must leave time for another before the deadline.
    const timeoutMs = this.times.renewMs;
    return this.options.client.request<T>({ method, path, timeoutMs, ...(body === undefined ? {} : { body }) });
  }

  private lead(until: number): void {
    this.leadUntil = until;
    this.expiry.abort();
    this.expiry = new AbortController();
    const { signal } = this.expiry;
    void this.clock.sleep(until - this.clock.now(), signal).then(() => {
      if (!signal.aborted) this.lose();
    });
    this.announce(true);
  }

  private lose(): void {
    this.leadUntil = -Infinity;
    this.expiry.abort();
    this.announce(false);
  }

  private announce(leading: boolean): void {
    if (this.announced === leading) return;
    this.announced = leading;
    this.options.onChange(leading);
  }

  /** Each trouble once, until there is another or none. */
  private say(problem: string): void {
    if (problem !== "" && problem !== this.problem) {
      const { namespace, name } = this.options;
      this.options.onNotice(`leader election, Lease ${namespace}/${name}: ${problem}`);
    }
    this.problem = problem;
  }
}
