import * as grpc from "@grpc/grpc-js";
import { type KeyHealths, healthsOf } from "../keys/health.js";
import { parseReport } from "../keys/report.js";
import { KeyReports, type ReportTimes } from "../keys/reports.js";
import type { Snapshot } from "../translate/snapshot.js";
import type { Transition } from "./bridge.js";
import { extensionResource } from "./extension.js";
import { deliveryTo, type FilterProgram } from "./filter.js";
import { History } from "./history.js";
import { type AuthenticatedCall, authorizeGateway } from "./identity.js";
import { gatewayNamed, hostOf, keyHealthService, type ReportCall } from "./key-service.js";
import { type Lane, Pacer, type PacerLimits } from "./pacer.js";
import { encodeSnapshot, type EncodedSnapshot } from "./resources.js";
import { encodeResponse, type Outgoing } from "./response.js";
import { deltaService, type AdsCall } from "./service.js";
import { Stream, type EnvoyStatus, type XdsEvent } from "./stream.js";
import type { TlsListener } from "./tls.js";

export interface AdsServerOptions {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The filter, as a path that every Envoy can read unless it names another (filter.ts). */
  readonly wasmPath: string;
  /** The filter itself: Envoys that say they have another one are sent it. Whatever they have will do unless given. */
  readonly wasm?: FilterProgram;
  readonly transition: Transition;
  readonly onEvent?: (event: XdsEvent) => void;
  /** Plain text unless given: on anything but a loopback address plugin configurations would be open to whoever connects. Closed with us. */
  readonly tls?: TlsListener;
  /** Whether a caller may have the configuration of the Gateway it names. Unless given, authorizeGateway() with TLS, and everybody without. */
  readonly authorize?: (gateway: string, call: AuthenticatedCall) => boolean;
  readonly reportTimes?: Partial<ReportTimes>;
  readonly pace?: Partial<PacerLimits>;
}

export interface GatewayStatus {
  /** Version of the newest snapshot, undefined if there never was one. */
  readonly published: string | undefined;
  readonly envoys: readonly EnvoyStatus[];
  /** What the connected Envoys say of remote keys, by provider. */
  readonly keys: KeyHealths;
}

interface Gateway {
  readonly history: History;
  readonly streams: Set<Stream>;
  snapshot: EncodedSnapshot | undefined;
}

/**
 * Serves each Envoy everything it needs over one incremental ADS stream. An Envoy's node id is the "NS/NAME" of its Gateway. As long as
 * there is no snapshot of that Gateway nothing is answered: an Envoy keeps what it has, or starts no listener.
 */
export class AdsServer {
  readonly #options: AdsServerOptions;
  readonly #server: grpc.Server;
  readonly #gateways = new Map<string, Gateway>();
  readonly #reports: KeyReports;
  readonly #pacer: Pacer<Outgoing>;
  #port: number | undefined;

  constructor(options: AdsServerOptions) {
    this.#options = options;
    this.#pacer = new Pacer(encodeResponse, options.pace);
    this.#server = new grpc.Server({
      // A reconnecting Envoy reports every resource it holds in one message.
      "grpc.max_receive_message_length": 64 * 1024 * 1024,
      // A dead peer is noticed, so that its status does not linger.
      "grpc.keepalive_time_ms": 30_000,
      "grpc.keepalive_timeout_ms": 10_000,
    });
    this.#server.addService(deltaService(), { delta: (call: AdsCall) => this.#serve(call) });
    this.#server.addService(keyHealthService(), {
      report: (call: ReportCall, done: grpc.sendUnaryData<void>) => done(this.#report(call)),
    });
    const onChange = (gateway: string) => options.onEvent?.({ type: "keys", gateway, envoy: "" });
    this.#reports = new KeyReports({ onChange, ...(options.reportTimes && { times: options.reportTimes }) });
  }

  /** The port that is listened on. Throws before listen(). */
  get port(): number {
    if (this.#port === undefined) throw new Error("the xDS server is not listening");
    return this.#port;
  }

  /** Rejects if the address cannot be bound. */
  async listen(): Promise<void> {
    const { address, port, tls } = this.#options;
    const insecure = grpc.ServerCredentials.createInsecure();
    if (tls !== undefined) {
      const injector = this.#server.createConnectionInjector(insecure);
      this.#port = await tls.listen(address, port, (socket) => injector.injectConnection(socket));
      return;
    }
    const host = address.includes(":") ? `[${address}]` : address;
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(`${host}:${port}`, insecure, (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
  }

  /**
   * Rolls a snapshot out to all Envoys of its Gateway, now and whenever they connect. Returns its version. Throws an EncodeError, and changes
   * nothing, if it holds something that Envoy's messages do not have.
   */
  publish(snapshot: Snapshot): string {
    const encoded = encodeSnapshot(snapshot);
    for (const [name, plugin] of snapshot.plugins) extensionResource(name, { path: this.#options.wasmPath }, plugin);
    const gateway = this.#gateway(snapshot.gateway);
    gateway.history.add(encoded);
    gateway.snapshot = encoded;
    for (const stream of gateway.streams) stream.publish(encoded);
    return encoded.version;
  }

  /** The Gateway is gone: its Envoys lose their listeners and all else. */
  remove(gateway: string): void {
    if (!this.#gateways.has(gateway)) return;
    const none = new Map<string, never>();
    const nothing = { clusters: none, endpoints: none, secrets: none, listeners: none, routes: none, plugins: none };
    this.publish({ gateway, ...nothing });
    this.#reports.forget(gateway);
  }

  /** By Gateway, those that were published or have an Envoy. */
  status(): Record<string, GatewayStatus> {
    return Object.fromEntries(
      [...this.#gateways].map(([name, { snapshot, streams }]) => [
        name,
        {
          published: snapshot?.version,
          envoys: [...streams].map((stream) => stream.status()),
          keys: healthsOf(this.#reports.of(name, new Set([...streams].map(({ envoy }) => hostOf(envoy))))),
        },
      ]),
    );
  }

  /** Ends all streams; Envoys keep what they hold and try to connect again. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      // The first waits until the port is free again, the second ends what it would wait for: the Envoys' streams never end by themselves.
      this.#server.tryShutdown(() => resolve());
      this.#server.forceShutdown();
    });
    await this.#options.tls?.close();
    this.#reports.close();
  }

  #gateway(name: string): Gateway {
    let gateway = this.#gateways.get(name);
    if (gateway === undefined) {
      gateway = { history: new History(), streams: new Set(), snapshot: undefined };
      this.#gateways.set(name, gateway);
    }
    return gateway;
  }

  /** Whether a caller may speak as an Envoy of a Gateway. */
  #mayBe(gateway: string, call: AuthenticatedCall): boolean {
    const { authorize = this.#options.tls && authorizeGateway } = this.#options;
    return authorize?.(gateway, call) !== false;
  }

  /** Takes what a filter says of remote keys: of providers that its Gateway has, and of no others. Returns the status of the call. */
  #report(call: ReportCall): grpc.ServerErrorResponse | null {
    const { PERMISSION_DENIED, INVALID_ARGUMENT, RESOURCE_EXHAUSTED, NOT_FOUND } = grpc.status;
    const name = gatewayNamed(call);
    const envoy = hostOf(call.getPeer());
    if (name === "" || !this.#mayBe(name, call))
      return failure(PERMISSION_DENIED, "this caller may not speak for the Envoys of that Gateway");
    const snapshot = this.#gateways.get(name)?.snapshot?.snapshot;
    if (snapshot === undefined) return failure(NOT_FOUND, "nothing was published of that Gateway");
    if (!this.#reports.admit(name, envoy)) return failure(RESOURCE_EXHAUSTED, "too many reports");
    const report = call.request.text === undefined ? undefined : parseReport(call.request.text);
    if (report === undefined) return failure(INVALID_ARGUMENT, "not a report");
    const isItsOwn = [...snapshot.plugins.values()].some(
      ({ providers = {} }) =>
        Object.hasOwn(providers, report.provider) && providers[report.provider]!.remoteJwks !== undefined,
    );
    if (!isItsOwn) return failure(NOT_FOUND, "that Gateway has no such provider with remote keys");
    this.#reports.take(name, envoy, report);
    return null;
  }

  #serve(call: AdsCall): void {
    let stream: Stream | undefined;
    let gateway: Gateway | undefined;
    let lane: Lane<Outgoing> | undefined;
    const onEvent = this.#options.onEvent ?? (() => undefined);
    const end = () => {
      if (stream === undefined || gateway?.streams.delete(stream) !== true) return;
      // Node ids are the callers' choice: those that name no Gateway leave nothing behind.
      if (gateway.snapshot === undefined && gateway.streams.size === 0) this.#gateways.delete(stream.gateway);
      lane?.close();
      stream.close();
    };
    call.on("data", (request) => {
      if (stream === undefined) {
        // Only the first request of a stream has to name the node (discovery.proto).
        const id = request.node?.id ?? "";
        if (id === "") return fail(call, grpc.status.INVALID_ARGUMENT, "the first request has no node.id");
        const envoy = call.getPeer();
        if (!this.#mayBe(id, call)) {
          onEvent({ type: "unauthorized", gateway: id, envoy });
          return fail(
            call,
            grpc.status.PERMISSION_DENIED,
            "this caller may not have the configuration of that Gateway",
          );
        }
        gateway = this.#gateway(id);
        const { transition, wasmPath: path, wasm: program } = this.#options;
        const own = (lane = this.#pacer.lane((bytes, written) => void call.write(bytes, written)));
        stream = new Stream({
          ...{ gateway: id, envoy, history: gateway.history, transition, onEvent },
          delivery: deliveryTo(request.node, { path, program }),
          write: (response) => own.send(response),
        });
        gateway.streams.add(stream);
        if (gateway.snapshot !== undefined) stream.publish(gateway.snapshot);
      }
      stream.receive(request);
    });
    call.on("end", () => {
      end();
      call.end();
    });
    call.on("error", end);
    call.on("cancelled", end);
  }
}

function failure(code: grpc.status, details: string): grpc.ServerErrorResponse {
  return Object.assign(new Error(details), { code, details });
}

function fail(call: AdsCall, code: grpc.status, details: string): void {
  call.removeAllListeners("data");
  call.emit("error", Object.assign(new Error(details), { code, details }));
}
