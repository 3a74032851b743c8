// `claimgate controller`: Kubernetes mode. Resources from an API server, statuses back to it, xDS to Envoys that others run.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { Controller, DEFAULT_OPTIONS } from "../controller.js";
import { FilterValidator } from "../filter/validator.js";
import { KubeClient } from "../kube/client.js";
import { loadKubeConfig, podNamespace } from "../kube/config.js";
import { KubernetesSource } from "../source/kubernetes.js";
import type { SourceSnapshot } from "../source/source.js";
import { acksOf, keysOf, Replicas } from "../status/acks.js";
import { LeaderElector } from "../status/lease.js";
import { StatusReporter } from "../status/reporter.js";
import { HealthServer } from "../status/server.js";
import { transition } from "../translate/transition.js";
import { AdsServer } from "../xds/server.js";
import { describeTlsEvent, type TlsFlags, tlsOfFlags } from "../xds/transport.js";
import { type HostAndPort, isLoopback } from "./address.js";
import { filterFile } from "./paths.js";
import { printLine } from "./print.js";
import { interruption } from "./interruption.js";
import { Speaker } from "./speaker.js";

export interface ControllerCommandOptions extends TlsFlags {
  kubeconfig?: string;
  xdsAddress: HostAndPort;
  healthAddress: string;
  healthPort: number;
  leaderElect: boolean;
  gatewayClass: string[];
  statusNamespace?: string;
  listenerAddress: string;
  portOffset: number;
  jwksCaFile: string;
}

/** Runs until it is interrupted: by SIGINT or SIGTERM, unless told otherwise. Resolves to the exit code: 1 if it could not start, after one line that says why. */
export async function controller(
  options: ControllerCommandOptions,
  interrupted: Promise<void> = interruption(),
): Promise<number> {
  // What it would say of a port in use, we say.
  setLogVerbosity(logVerbosity.NONE);
  try {
    return await serve(options, interrupted);
  } catch (error) {
    printLine(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function serve(options: ControllerCommandOptions, interrupted: Promise<void>): Promise<number> {
  const { xdsAddress, gatewayClass: gatewayClasses } = options;
  const tls = await tlsOfFlags(options, (event) => printLine(describeTlsEvent(event)));
  if (tls === undefined && !isLoopback(xdsAddress.address)) {
    throw new Error(
      `--xds-address ${xdsAddress.address} is not a loopback address: xDS carries keys and is not served beyond this host without TLS (--xds-tls-cert, --xds-tls-key, --xds-client-ca)`,
    );
  }
  const config = loadKubeConfig(options.kubeconfig);
  const client = new KubeClient(config);
  const filter = filterFile();
  const statusNamespace = options.statusNamespace ?? podNamespace(config) ?? DEFAULT_OPTIONS.statusNamespace;
  // Pods have their name for a host name; the rest tells two processes of one host apart.
  const identity = `${hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40)}-${randomUUID().slice(0, 8)}`;
  const speaker = new Speaker(printLine);
  const common = { client, namespace: statusNamespace, identity, onNotice: printLine };

  const ads = new AdsServer({
    ...xdsAddress,
    ...(tls === undefined ? {} : { tls }),
    wasmPath: filter.path,
    wasm: filter,
    transition,
    onEvent: (event) => {
      core.onXdsEvent(event);
      replicas?.publishSoon();
      reporter.changed();
    },
  });
  const core = new Controller({
    envoys: ads,
    validator: new FilterValidator(filter.path),
    translate: {
      ...{ gatewayClasses, statusNamespace, address: options.listenerAddress },
      ...{ portOffset: options.portOffset, jwksCaFile: options.jwksCaFile },
    },
    peers: (gateway) => replicas?.of(gateway) ?? [],
    peerKeys: (gateway) => replicas?.keysOf(gateway) ?? [],
    onTranslation: (translation) => {
      renders++;
      speaker.complain(translation.complaints);
    },
    onNotice: printLine,
  });
  const source: KubernetesSource = new KubernetesSource(client, {
    gatewayClasses,
    onChange: (view) => take(view),
    onStored: (id) => reporter.touched(id),
  });
  const reporter = new StatusReporter({
    ...{ ...common, source, gatewayClasses },
    statuses: () => core.statuses(),
    rollingOut: () => core.rollingOut(),
  });
  const elector = options.leaderElect
    ? new LeaderElector({ ...common, name: "claimgate-controller", onChange: (leading) => lead(leading) })
    : undefined;
  const replicas = options.leaderElect
    ? new Replicas({
        ...common,
        acks: () => acksOf(ads.status()),
        keys: () => keysOf(ads.status()),
        onChange: () => reporter.changed(),
        isLeader: () => elector!.isLeader(),
      })
    : undefined;
  let listening = false;
  let renders = 0;

  function take(view: SourceSnapshot): void {
    speaker.problems(view.problems);
    if (core.update(view)) reporter.rendered(view.resources);
  }

  function lead(leading: boolean): void {
    if (elector !== undefined) printLine(leading ? "leads: writes statuses" : "does not lead: writes no statuses");
    reporter.lead(leading ? () => elector?.isLeader() ?? true : undefined);
  }

  const health = new HealthServer({
    waitingFor: () => [...(listening ? [] : ["xDS to listen"]), ...source.waitingFor()],
    statuses: () => reporter.list(),
    envoys: () => ({ gateways: envoysOf(ads, replicas), renders }),
  });
  try {
    await ads.listen().catch((error: unknown) => {
      throw new Error(
        `xDS cannot listen on ${xdsAddress.address}:${xdsAddress.port}: ${String((error as Error).message)}`,
        { cause: error },
      );
    });
    listening = true;
    const healthPort = await health.listen(options.healthAddress, options.healthPort).catch((error: unknown) => {
      throw new Error(
        `cannot listen on ${options.healthAddress}:${options.healthPort}, choose another --health-port: ${(error as Error).message}`,
        { cause: error },
      );
    });
    printLine(
      `xDS on ${xdsAddress.address}:${ads.port}; health on http://${options.healthAddress}:${healthPort}/readyz, /statusz and /syncz`,
    );
    elector?.start();
    replicas?.start();
    if (elector === undefined) lead(true);
    // An API server that says nothing is waited for half a minute; nobody who ends us is to wait so long.
    const first = await Promise.race([source.start(), interrupted]);
    if (first !== undefined) take(first);
    await interrupted;
    return 0;
  } finally {
    reporter.lead(undefined);
    await elector?.close();
    await source.close();
    await replicas?.close();
    await health.close();
    await ads.close();
    client.close();
  }
}

function envoysOf(ads: AdsServer, replicas: Replicas | undefined): Record<string, unknown> {
  const gateways = Object.entries(ads.status()).map(([gateway, status]) => {
    const elsewhere = replicas?.of(gateway).filter((acks) => Object.keys(acks).length > 0) ?? [];
    return [gateway, { ...status, ...(elsewhere.length === 0 ? {} : { elsewhere }) }] as const;
  });
  return Object.fromEntries(gateways);
}
