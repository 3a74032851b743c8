// The controller's loop, the same for every source: a view of all resources comes in, each Envoy's snapshot and each resource's
// status go out. Level-based: every view is translated whole, whatever changed.
import type { SourceSnapshot } from "./source/source.js";
import { type Progress, withProgrammed } from "./status/programmed.js";
import { StatusStore } from "./status/store.js";
import type { ResourceStatus } from "./translate/status.js";
import { translate, type TranslateOptions, type Translation } from "./translate/translate.js";
import type { Validator } from "./translate/validator.js";
import { type Contents, contentsOf, Quarantine } from "./quarantine.js";
import type { AdsServer } from "./xds/server.js";
import type { XdsEvent } from "./xds/stream.js";
import { EXTENSION, LISTENER, ROUTE } from "./xds/types.js";

export const DEFAULT_OPTIONS: TranslateOptions = {
  gatewayClasses: ["claimgate"],
  address: "127.0.0.1",
  portOffset: 0,
  statusNamespace: "claimgate-system",
  quarantined: new Map(),
};

/** The Envoys as the controller sees them. */
export type Envoys = Pick<AdsServer, "publish" | "remove" | "status">;

export interface ControllerOptions {
  envoys: Envoys;
  validator: Validator;
  translate: Omit<TranslateOptions, "quarantined">;
  /** Called after every translation, with what is wrong. */
  onTranslation: (translation: Translation) => void;
  /** Something that happened and concerns no resource of the view. */
  onNotice: (line: string) => void;
}

/** How many snapshots' contents are remembered for each Gateway, to know what changed when one is refused. */
const MAX_GENERATIONS = 16;

export class Controller {
  private view: SourceSnapshot | undefined;
  private translation: Translation = { snapshots: new Map(), statuses: [], complaints: [], carriers: new Map() };
  private readonly quarantine = new Quarantine();
  private readonly store = new StatusStore();
  /** Version of the newest snapshot, by Gateway. */
  private readonly versions = new Map<string, string>();
  /** What the snapshots were made of, by Gateway and version; and what an Envoy last agreed to. */
  private readonly generations = new Map<string, Map<string, Contents>>();
  private readonly agreed = new Map<string, Contents>();

  constructor(private readonly options: ControllerOptions) {}

  /** Takes a view. One that is not complete is not rendered: what is in force stays in force. */
  update(view: SourceSnapshot): void {
    if (!view.complete) return;
    this.view = view;
    this.render();
  }

  /** Gateways that are to have Envoys. */
  gateways(): string[] {
    return [...this.translation.snapshots.keys()];
  }

  /** Ports of all listeners, without the offset. */
  ports(): number[] {
    const names = [...this.translation.snapshots.values()].flatMap(({ listeners }) => [...listeners.keys()]);
    return names.map((name) => Number(name.split("/").at(-1)));
  }

  /** What the xDS server reports. */
  onXdsEvent(event: XdsEvent): void {
    if (event.type === "programmed") {
      const contents = this.generations.get(event.gateway)?.get(event.version);
      if (contents !== undefined) this.agreed.set(event.gateway, contents);
    } else if (event.type === "nack") {
      // The server is in the middle of that Envoy's message; it is answered first.
      setImmediate(() => this.refused(event));
    }
  }

  /** What keeps the newest configuration from being in force everywhere; empty if nothing does. */
  waitingFor(): string[] {
    if (this.view === undefined) return ["the resources to be read whole"];
    if (this.translation.snapshots.size === 0)
      return ["a Gateway of class " + this.options.translate.gatewayClasses.join(", ")];
    return this.gateways().flatMap((gateway) => {
      const progress = this.progress(gateway);
      return progress.programmed ? [] : [`Gateway ${gateway}: ${progress.message}`];
    });
  }

  /** Statuses as they are to be published now. */
  statuses(): ResourceStatus[] {
    const { statuses, carriers } = this.translation;
    const idOf = ({ kind, namespace, name }: ResourceStatus): string => `${kind} ${namespace}/${name}`;
    this.store.update(
      statuses.map((status) => withProgrammed(status, carriers.get(idOf(status)) ?? [], (g) => this.progress(g))),
    );
    return this.store.list();
  }

  private progress(gateway: string): Progress {
    const envoys = this.options.envoys.status()[gateway]?.envoys ?? [];
    if (envoys.length === 0) return { programmed: false, reason: "NoEnvoy", message: "no Envoy is connected" };
    const wanted = this.versions.get(gateway);
    const behind = envoys.filter(({ acknowledged }) => acknowledged !== wanted);
    if (behind.length === 0) return { programmed: true };
    const refusal = behind.flatMap(({ refused }) => refused)[0];
    const why = refusal === undefined ? "has not acknowledged the newest configuration" : `refused ${refusal.name}`;
    return { programmed: false, reason: "Pending", message: `Envoy ${behind[0]!.envoy} ${why}` };
  }

  private render(): void {
    const { envoys, validator, onTranslation } = this.options;
    const resources = this.view!.resources;
    const contents = contentsOf(resources);
    this.quarantine.release(contents);
    const translated = translate(resources, validator, {
      ...this.options.translate,
      quarantined: this.quarantine.list(),
    });
    const gone = this.gateways().filter((gateway) => !translated.snapshots.has(gateway));
    this.translation = translated;
    for (const [gateway, snapshot] of translated.snapshots) {
      const version = envoys.publish(snapshot);
      this.versions.set(gateway, version);
      this.remember(gateway, version, contents);
    }
    for (const gateway of gone) {
      envoys.remove(gateway);
      this.versions.delete(gateway);
      this.generations.delete(gateway);
      this.agreed.delete(gateway);
    }
    onTranslation(translated);
  }

  private remember(gateway: string, version: string, contents: Contents): void {
    const generations = this.generations.get(gateway) ?? new Map<string, Contents>();
    generations.delete(version);
    generations.set(version, contents);
    for (const oldest of [...generations.keys()].slice(0, -MAX_GENERATIONS)) generations.delete(oldest);
    this.generations.set(gateway, generations);
  }

  private refused(event: Extract<XdsEvent, { type: "nack" }>): void {
    const { gateway, typeUrl, message } = event;
    const what = `the Envoy of Gateway ${gateway} refused ${event.resources.join(", ")}: ${message}`;
    this.options.onNotice(what);
    const contents = this.generations.get(gateway)?.get(this.versions.get(gateway) ?? "");
    if (contents === undefined || typeUrl === LISTENER) return;
    const kind = typeUrl === EXTENSION ? "policies" : typeUrl === ROUTE ? "routes" : undefined;
    if (kind === undefined) return;
    const words = `Envoy refused the configuration made of it (${message}); it is closed until it changes`;
    const taken = this.quarantine.add(this.agreed.get(gateway), contents, kind, words);
    if (taken.length === 0) return;
    this.options.onNotice(`closed until they change: ${taken.join(", ")}`);
    this.render();
  }
}
