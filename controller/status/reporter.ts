// From translations, acknowledgements and leadership to statuses in the API server.
import type { KubeClient } from "../kube/client.js";
import { Coalescer } from "../source/coalescer.js";
import type { KubernetesSource } from "../source/kubernetes.js";
import type { LoadedResource } from "../source/source.js";
import type { ResourceStatus } from "../translate/status.js";
import { completeGateway, invalidGateways } from "./gateway.js";
import { classStatuses, foreignClasses, makeClasses } from "./gatewayclass.js";
import { StatusWriter, type WriterTimes } from "./writer.js";

export interface StatusReporterOptions {
  client: KubeClient;
  source: Pick<KubernetesSource, "stored" | "storedOf">;
  gatewayClasses: readonly string[];
  /** Ours in Gloo's `statuses`. */
  namespace: string;
  /** The controller's statuses, as they are now. */
  statuses: () => ResourceStatus[];
  /** Whether Envoys are being given what was rendered last. */
  rollingOut?: () => boolean;
  onNotice: (line: string) => void;
  times?: Partial<WriterTimes>;
  patienceMs?: number;
}

/**
 * For so long after a change nothing is written as long as Envoys have not acknowledged it: a moment later they have, and what is carried
 * by them needs no two more writes, one that it is not programmed and one that it is.
 */
const PATIENCE_MS = 500;

export class StatusReporter {
  private readonly writer: StatusWriter;
  private resources: readonly LoadedResource[] | undefined;
  private mayWrite: (() => boolean) | undefined;
  private making: AbortController | undefined;
  /** A change that is followed by others, as one Envoy's acknowledgement is by the next one's, is reported with them. */
  private changes: Coalescer | undefined;
  private active = false;
  private said = "";
  /** When the first view was rendered of those that nothing was written of. */
  private renderedAt: number | undefined;
  private waiting: NodeJS.Timeout | undefined;

  constructor(private readonly options: StatusReporterOptions) {
    const { client, source, namespace, onNotice, times } = options;
    this.writer = new StatusWriter({
      ...{ client, onNotice, statusNamespace: namespace },
      stored: (id) => source.stored(id),
      storedOf: (kind) => source.storedOf(kind),
      mayWrite: () => this.active && this.mayWrite?.() === true,
      ...(times === undefined ? {} : { times }),
    });
  }

  /** A complete view was translated. Before the first one nothing is written: what is unknown would be taken for gone. */
  rendered(resources: readonly LoadedResource[]): void {
    this.resources = resources;
    this.renderedAt ??= performance.now();
    this.begin();
    this.changed();
  }

  /** Something that statuses depend on changed. */
  changed(): void {
    if (this.active) this.changes?.changed();
  }

  /** An object of the API server changed. */
  touched(id: string): void {
    if (!this.active) return;
    this.writer.touched(id);
    // Of a Gateway's Service, the addresses; a class may have come.
    if (id.startsWith("Service ") || id.startsWith("GatewayClass ")) this.changed();
  }

  /** Whether we write from now on; `mayWrite` is asked before each write. */
  lead(mayWrite: (() => boolean) | undefined): void {
    this.mayWrite = mayWrite;
    if (mayWrite !== undefined) return this.begin();
    this.active = false;
    this.changes?.close();
    clearTimeout(this.waiting);
    this.making?.abort();
    this.writer.stop();
  }

  /** All statuses, as they are written if we lead. */
  list(): ResourceStatus[] {
    const { source, gatewayClasses, statuses } = this.options;
    const known = statuses();
    const refused = invalidGateways(this.resources ?? [], gatewayClasses);
    return [
      ...classStatuses(source.storedOf("GatewayClass"), gatewayClasses),
      ...[...known, ...refused].map((status) => {
        if (status.kind !== "Gateway") return status;
        return completeGateway(status, source.stored(`Service ${status.namespace}/${status.name}`));
      }),
    ];
  }

  private begin(): void {
    if (this.active || this.mayWrite === undefined || this.resources === undefined) return;
    this.active = true;
    this.changes = new Coalescer(() => this.reportOnceTaken());
    const { client, gatewayClasses, onNotice } = this.options;
    this.making = new AbortController();
    void makeClasses({ client, names: gatewayClasses, onNotice, signal: this.making.signal });
    this.report();
    this.writer.resume();
  }

  /** Reports, later if Envoys are about to acknowledge what there is to report of. */
  private reportOnceTaken(): void {
    const { rollingOut, patienceMs = PATIENCE_MS } = this.options;
    clearTimeout(this.waiting);
    const left = (this.renderedAt ?? -Infinity) + patienceMs - performance.now();
    if (left > 0 && rollingOut?.() === true) this.waiting = setTimeout(() => this.report(), left).unref();
    else this.report();
  }

  private report(): void {
    this.renderedAt = undefined;
    const { source, gatewayClasses, onNotice } = this.options;
    const foreign = foreignClasses(source.storedOf("GatewayClass"), gatewayClasses).join("; ");
    if (foreign !== "" && foreign !== this.said) onNotice(foreign);
    this.said = foreign;
    this.writer.update(this.list());
  }
}
