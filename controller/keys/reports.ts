// The reports of the Envoys that are connected here. Bounded in number, in how fast they come, and in how fast what they say is passed on.
import type { KeyReport } from "./report.js";

export interface ReportTimes {
  /** What is new is passed on no more often than this. */
  settleMs: number;
  /** That nothing but the time of the last fetch is new, no more often than this. */
  refreshMs: number;
}

export const REPORT_TIMES: ReportTimes = { settleMs: 1000, refreshMs: 60_000 };

export interface KeyReportsOptions {
  /** What of() gives has changed for a Gateway. */
  onChange: (gateway: string) => void;
  times?: Partial<ReportTimes>;
  /** Milliseconds that never go back. */
  now?: () => number;
}

/** Reports at once, and a second, of an Envoy: one for each provider at its start, then a few a minute. */
const BURST = 1000;
const RATE = 20;
const MAX_ENVOYS = 10_000;
/** Of one Gateway; the oldest go. */
const MAX_REPORTS = 4000;

/** An Envoy repeats itself every minute: what it has not said for longer, anything it says replaces. */
const OUTDATED_MS = 90_000;

interface Held {
  envoy: string;
  report: KeyReport;
  /** When it came. */
  at: number;
}

interface OfGateway {
  /** By Envoy and provider. */
  reports: Map<string, Held>;
  settled: readonly Held[];
  settledAt: number;
  /** When the timer ends. */
  due: number;
  timer?: NodeJS.Timeout;
}

export class KeyReports {
  private readonly gateways = new Map<string, OfGateway>();
  private readonly buckets = new Map<string, { left: number; at: number }>();
  private readonly times: ReportTimes;
  private readonly now: () => number;

  constructor(private readonly options: KeyReportsOptions) {
    this.times = { ...REPORT_TIMES, ...options.times };
    this.now = options.now ?? (() => performance.now());
  }

  /** Whether one more report of an Envoy (its address) may be looked at. */
  admit(gateway: string, envoy: string): boolean {
    const key = `${gateway} ${envoy}`;
    const now = this.now();
    const { left, at } = this.buckets.get(key) ?? { left: BURST, at: now };
    const tokens = Math.min(BURST, left + ((now - at) * RATE) / 1000);
    this.buckets.delete(key);
    if (this.buckets.size >= MAX_ENVOYS) this.buckets.clear();
    // A refusal costs nothing: who keeps asking is taken as soon as it is due.
    const admitted = tokens >= 1;
    this.buckets.set(key, { left: admitted ? tokens - 1 : tokens, at: now });
    return admitted;
  }

  /**
   * Takes a report in the place of the Envoy's last one of the provider. An Envoy's workers report over connections of their own, so
   * an older report may come after a newer one; it is passed over.
   */
  take(gateway: string, envoy: string, report: KeyReport): void {
    let known = this.gateways.get(gateway);
    if (known === undefined) {
      known = { reports: new Map(), settled: [], settledAt: -Infinity, due: Infinity };
      this.gateways.set(gateway, known);
    }
    const key = `${envoy} ${report.provider}`;
    const held = known.reports.get(key);
    const at = this.now();
    if (held !== undefined && at - held.at < OUTDATED_MS && isOlder(report, held.report)) return;
    const before = held?.report;
    known.reports.delete(key);
    known.reports.set(key, { envoy, report, at });
    for (const oldest of known.reports.keys()) {
      if (known.reports.size <= MAX_REPORTS) break;
      known.reports.delete(oldest);
    }
    if (before !== undefined && textOf(before) === textOf(report)) return;
    const sooner = before === undefined || textOf(before, true) !== textOf(report, true);
    this.settleIn(gateway, known, sooner ? this.times.settleMs : this.times.refreshMs);
  }

  /** What the Envoys at some addresses say. */
  of(gateway: string, envoys: ReadonlySet<string>): KeyReport[] {
    const settled = this.gateways.get(gateway)?.settled ?? [];
    return settled.filter(({ envoy }) => envoys.has(envoy)).map(({ report }) => report);
  }

  forget(gateway: string): void {
    clearTimeout(this.gateways.get(gateway)?.timer);
    this.gateways.delete(gateway);
  }

  close(): void {
    for (const gateway of [...this.gateways.keys()]) this.forget(gateway);
  }

  private settleIn(gateway: string, known: OfGateway, intervalMs: number): void {
    const now = this.now();
    const due = Math.max(now, known.settledAt + intervalMs);
    if (due >= known.due) return;
    clearTimeout(known.timer);
    known.due = due;
    known.timer = setTimeout(() => {
      known.due = Infinity;
      known.settledAt = this.now();
      known.settled = [...known.reports.values()];
      this.options.onChange(gateway);
    }, due - now).unref();
  }
}

/** Whether what a report tells of happened before what another does; to the second, in which a fetch that succeeded is the later. */
function isOlder(report: KeyReport, other: KeyReport): boolean {
  const [one, two] = [report, other].map(({ fetched = 0, errorSince = 0 }) => Math.max(fetched, errorSince));
  return one! < two! || (one === two && (report.fetched ?? 0) < (other.fetched ?? 0));
}

function textOf(report: KeyReport, butForTime = false): string {
  return JSON.stringify(butForTime ? { ...report, fetched: 0 } : report);
}
