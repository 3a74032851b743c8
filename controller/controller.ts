// The controller's loop, the same for every source: a view of all resources comes in, each Envoy's snapshot and each resource's
// status go out. Level-based: every view is translated whole, whatever changed; what that does not touch is kept (translate/kept.ts).
import { Isolation } from "./isolation.js";
import { healthIn, type KeyHealths } from "./keys/health.js";
import type { LoadedResource, SourceSnapshot } from "./source/source.js";
import type { Acks } from "./status/acks.js";
import { KeyHealthStatuses } from "./status/keysready.js";
import { type Entry, Ledger } from "./status/ledger.js";
import { type Progress, PROGRAMMED, ProgrammedStatuses } from "./status/programmed.js";
import { progressOf } from "./status/progress.js";
import { StatusStore } from "./status/store.js";
import { Memory } from "./translate/kept.js";
import type { ResourceStatus } from "./translate/status.js";
import { translate, type TranslateOptions, type Translation } from "./translate/translate.js";
import type { Validator } from "./translate/validator.js";
import type { Snapshot } from "./translate/snapshot.js";
import { type Contents, contentsOf, Quarantine } from "./quarantine.js";
import { encodeSnapshot } from "./xds/resources.js";
import type { AdsServer } from "./xds/server.js";
import type { XdsEvent } from "./xds/stream.js";
import { EXTENSION, ROUTE } from "./xds/types.js";

export const DEFAULT_OPTIONS: TranslateOptions = {
  gatewayClasses: ["claimgate"],
  address: "127.0.0.1",
  portOffset: 0,
  statusNamespace: "claimgate-system",
  // Of Debian and Alpine, and of the images that Envoy is published in.
  jwksCaFile: "/etc/ssl/certs/ca-certificates.crt",
  quarantined: new Map(),
};

/** The Envoys as the controller sees them. */
export type Envoys = Pick<AdsServer, "publish" | "remove" | "status">;

export interface ControllerOptions {
  envoys: Envoys;
  validator: Validator;
  translate: Omit<TranslateOptions, "quarantined" | "unread" | "now">;
  /** What other replicas say of the Envoys of a Gateway that are connected to them; there are no others unless given. */
  peers?: (gateway: string) => readonly Acks[];
  /** What they say of the keys of remote providers, of a Gateway. */
  peerKeys?: (gateway: string) => readonly KeyHealths[];
  /** Called after every translation, with what is wrong. */
  onTranslation: (translation: Translation) => void;
  /** Something that happened and concerns no resource of the view. */
  onNotice: (line: string) => void;
}

/** What a snapshot was made of. */
interface Origin {
  /** The routes and policies that its Gateway carries, so that none of another is suspected. Asked for when an Envoy refuses something. */
  contents: () => Contents;
  /** Resources that were in quarantine. */
  known: ReadonlySet<string>;
}

/** One Envoy's acknowledgement is followed by others': what they change in statuses is worked out once for all. */
const REFRESH_MS = 250;
/** Callers choose what they ask for: no more Gateways than this are remembered as asked for in vain. */
const MAX_TURNED_AWAY = 1000;

export class Controller {
  private view: SourceSnapshot | undefined;
  private translation: Translation = {
    snapshots: new Map(),
    statuses: [],
    complaints: [],
    carriers: new Map(),
    remoteProviders: new Map(),
  };
  /** Gateways that somebody without their certificate has asked for. */
  private readonly turnedAway = new Set<string>();
  private readonly quarantine = new Quarantine();
  private readonly isolation = new Isolation();
  private readonly memory = new Memory();
  private readonly ledger = new Ledger();
  private readonly programmed = new ProgrammedStatuses();
  private readonly keysReady = new KeyHealthStatuses();
  private readonly store = new StatusStore();
  /** What statuses were last made of. */
  private shown: { page: object; known: string } | undefined;
  /** Version of the newest snapshot, by Gateway. */
  private readonly versions = new Map<string, string>();
  private readonly origins = new WeakMap<Snapshot, Origin>();
  /** What an Envoy last agreed to, by Gateway. */
  private readonly agreed = new Map<string, { version: string; contents: () => Contents }>();
  private contents: Contents = new Map();
  private refreshing: NodeJS.Timeout | undefined;

  constructor(private readonly options: ControllerOptions) {}

  /**
   * Takes a view. One that is not complete is not rendered: what is in force stays in force. Returns whether what is published
   * is of this view now.
   */
  update(view: SourceSnapshot): boolean {
    if (!view.complete) return false;
    this.view = view;
    return this.render();
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
    if (event.type === "unauthorized") {
      // It tries again every second or two; saying so once is enough until the Gateway's own Envoy connects.
      if (this.turnedAway.has(event.gateway)) return;
      if (this.turnedAway.size >= MAX_TURNED_AWAY) this.turnedAway.clear();
      this.turnedAway.add(event.gateway);
      this.options.onNotice(`${event.envoy} has no certificate for Gateway ${event.gateway} and gets nothing`);
    } else if (event.type === "connected") {
      this.turnedAway.delete(event.gateway);
    } else if (event.type === "filter sent") {
      const { envoy, gateway, reason } = event;
      this.options.onNotice(`Envoy ${envoy} of Gateway ${gateway} is sent the filter with every change: ${reason}`);
    } else if (event.type === "programmed") {
      const origin = this.origins.get(event.snapshot);
      if (origin !== undefined) this.agreed.set(event.gateway, { version: event.version, contents: origin.contents });
    } else if (event.type === "nack") {
      // The server is in the middle of that Envoy's message; it is answered first.
      setImmediate(() => this.refused(event));
    }
    this.refreshSoon();
  }

  /** What keeps the newest configuration from being in force everywhere; empty if nothing does. */
  waitingFor(): string[] {
    if (this.view === undefined) return ["the resources to be read whole"];
    if (this.translation.snapshots.size === 0)
      return ["a Gateway of class " + this.options.translate.gatewayClasses.join(", ")];
    const envoys = this.options.envoys.status();
    return this.gateways().flatMap((gateway) => {
      const progress = this.progress(gateway, envoys);
      return progress.programmed ? [] : [`Gateway ${gateway}: ${progress.message}`];
    });
  }

  /** Whether a connected Envoy has yet to acknowledge, or has refused, something of the newest configuration. */
  rollingOut(): boolean {
    const envoys = this.options.envoys.status();
    return this.gateways().some((gateway) => {
      const progress = this.progress(gateway, envoys);
      return !progress.programmed && progress.reason === "Pending";
    });
  }

  /** Statuses as they are to be published now. */
  statuses(): ResourceStatus[] {
    this.refreshStatuses();
    return this.store.list();
  }

  /** Statuses are not left until somebody asks: conditions keep the time, in seconds, at which they changed. */
  private refreshSoon(): void {
    this.refreshing ??= setTimeout(() => this.refreshStatuses(), REFRESH_MS).unref();
  }

  private refreshStatuses(): void {
    clearTimeout(this.refreshing);
    this.refreshing = undefined;
    const envoys = this.options.envoys.status();
    const progress = new Map(this.gateways().map((gateway) => [gateway, this.progress(gateway, envoys)]));
    const keys = new Map(this.gateways().map((gateway) => [gateway, this.keys(gateway, envoys)]));
    const { page } = this.ledger;
    const known = JSON.stringify([[...progress], [...keys]]);
    // All that statuses are made of.
    if (this.shown?.page === page && this.shown.known === known) return;
    this.shown = { page, known };
    const everywhere = [...progress.values()].every(({ programmed }) => programmed);
    const shown = this.ledger.list().map((entry) => {
      const carriers = this.ledger.carriers(entry.id);
      const programmed = this.programmed.add(
        entry.status,
        carriers,
        everywhere ? () => PROGRAMMED : (gateway) => this.progressOn(gateway, entry, progress),
      );
      const remote = this.translation.remoteProviders.get(entry.id);
      if (remote === undefined || carriers.size === 0) return programmed;
      const healths = [...carriers].flatMap((gateway) => keys.get(gateway) ?? []);
      const named = remote.map((provider) => ({ name: provider.name, health: healthIn(healths, provider.id) }));
      return this.keysReady.add(programmed, named);
    });
    this.store.update(shown);
  }

  /** What the Envoys of a Gateway say of remote keys, wherever they are connected. */
  private keys(gateway: string, connected: ReturnType<Envoys["status"]>): readonly KeyHealths[] {
    const here = connected[gateway]?.keys ?? {};
    return [here, ...(this.options.peerKeys?.(gateway) ?? [])];
  }

  private progress(gateway: string, connected: ReturnType<Envoys["status"]>): Progress {
    const envoys = connected[gateway]?.envoys ?? [];
    return progressOf(this.versions.get(gateway), envoys, this.options.peers?.(gateway) ?? []);
  }

  /** Envoys that are behind may have all there is of one resource: what changed since is others'. */
  private progressOn(gateway: string, entry: Entry, all: ReadonlyMap<string, Progress>): Progress {
    const progress = all.get(gateway)!;
    if (progress.programmed || progress.versions.length === 0) return progress;
    return progress.versions.every((version) => this.ledger.holds(gateway, version, entry)) ? PROGRAMMED : progress;
  }

  private render(): boolean {
    const { envoys, onTranslation, onNotice } = this.options;
    const { resources } = this.view!;
    const contents = contentsOf(resources);
    this.contents = contents;
    this.quarantine.release(contents);
    const quarantined = this.quarantine.list();
    let translated: Translation;
    try {
      translated = this.isolation.run(resources, (some) => this.translate(some, quarantined));
    } catch (error) {
      onNotice(`internal error, what is in force stays in force: ${String((error as Error).stack ?? error)}`);
      return false;
    }
    const known = new Set(quarantined.keys());
    const gone = this.gateways().filter((gateway) => !translated.snapshots.has(gateway));
    this.translation = translated;
    this.ledger.take(translated.statuses, contents, translated.carriers);
    const { carriers } = translated;
    for (const [gateway, snapshot] of translated.snapshots) {
      const carried = () => new Map([...contents].filter(([id]) => carriers.get(id)?.has(gateway) === true));
      this.origins.set(snapshot, { contents: carried, known });
      const version = envoys.publish(snapshot);
      this.versions.set(gateway, version);
      this.ledger.publish(gateway, version);
      // The same snapshot made of other contents: what changed in them is not what an Envoy refuses next.
      if (this.agreed.get(gateway)?.version === version) this.agreed.set(gateway, { version, contents: carried });
    }
    for (const gateway of gone) {
      envoys.remove(gateway);
      this.versions.delete(gateway);
      this.ledger.forget(gateway);
      this.agreed.delete(gateway);
    }
    this.refreshSoon();
    onTranslation(translated);
    return true;
  }

  /** Throws what no finding explains: an error in translation, or something that Envoy's messages do not have. */
  private translate(resources: readonly LoadedResource[], quarantined: ReadonlyMap<string, string>): Translation {
    const { validator, translate: common } = this.options;
    const { unread = new Map<string, string>() } = this.view!;
    const options = { ...common, quarantined, unread, now: Date.now() };
    const translated = translate(resources, validator, options, this.memory);
    for (const snapshot of translated.snapshots.values()) encodeSnapshot(snapshot);
    return translated;
  }

  private refused(event: Extract<XdsEvent, { type: "nack" }>): void {
    const { gateway, typeUrl } = event;
    // Envoy's messages end with a newline, and one about several resources has more.
    const message = event.message.trim().replaceAll(/\s*\n\s*/g, "; ");
    const what = `the Envoy of Gateway ${gateway} refused ${event.resources.join(", ")}: ${message}`;
    this.options.onNotice(what);
    const origin = this.origins.get(event.snapshot);
    const kind = typeUrl === EXTENSION ? "policies" : typeUrl === ROUTE ? "routes" : undefined;
    if (origin === undefined || kind === undefined || !this.versions.has(gateway)) return;
    const words = `Envoy refused the configuration made of it (${message}); it is closed until it changes`;
    const refused = { contents: origin.contents(), known: origin.known };
    const taken = this.quarantine.add(this.agreed.get(gateway)?.contents(), refused, this.contents, kind, words);
    if (taken.length === 0) return;
    this.options.onNotice(`closed until one of them changes: ${taken.join(", ")}`);
    this.render();
  }
}
