// `claimgate envoy`: one Envoy for one Gateway, or its bootstrap for somebody else to run.
import { resolve } from "node:path";
import { bootstrap } from "../envoy/bootstrap.js";
import { findEnvoy } from "../envoy/find.js";
import { type EnvoyOptions, EnvoyProcess } from "../envoy/process.js";
import { type HostAndPort, isLoopback } from "./address.js";
import { interruption } from "./interruption.js";
import { filterFile } from "./paths.js";
import { printLine } from "./print.js";

export interface EnvoyCommandOptions {
  /** "NS/NAME". */
  gateway: string;
  xds: HostAndPort;
  adminPort?: number;
  concurrency?: number;
  print: boolean;
  /** PEM files for mutual TLS with the controller, all or none; and its name, by default the host of `xds`. */
  xdsCa?: string;
  xdsCert?: string;
  xdsKey?: string;
  xdsServerName?: string;
}

/** Runs until SIGINT or SIGTERM, or prints. Resolves to the exit code: 1 if it could not start, after one line that says why. */
export async function envoy(options: EnvoyCommandOptions): Promise<number> {
  try {
    return await serve(options);
  } catch (error) {
    printLine(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function serve(options: EnvoyCommandOptions): Promise<number> {
  const { gateway, xds, adminPort = 0, concurrency, print } = options;
  const interrupted = interruption();
  const tls = tlsOf(options);
  if (tls === undefined && !isLoopback(xds.address)) {
    throw new Error(
      `--xds ${xds.address} is not a loopback address: xDS carries keys and is not fetched from another host without TLS (--xds-ca, --xds-cert, --xds-key)`,
    );
  }
  const common = { gateway, xds, adminPort, filter: filterFile() };
  if (print) {
    if (tls !== undefined) throw new Error("--print does not go with TLS yet: the bootstrap needs files beside it");
    process.stdout.write(`${JSON.stringify(bootstrap(common), null, 2)}\n`);
    return 0;
  }
  const child = new EnvoyProcess({
    ...common,
    ...(tls === undefined ? {} : { tls }),
    ...(concurrency === undefined ? {} : { concurrency }),
    executable: findEnvoy(),
    onExit: (reason, delay) => printLine(`Envoy ${reason}; starts again in ${delay} ms`),
  });
  try {
    await child.start();
    printLine(`Envoy of Gateway ${gateway} runs; admin on ${child.adminUrl}`);
    await interrupted;
    return 0;
  } finally {
    await child.stop();
  }
}

/** Absolute, because Envoy runs elsewhere. */
function tlsOf({ xds, xdsCa, xdsCert, xdsKey, xdsServerName }: EnvoyCommandOptions): EnvoyOptions["tls"] {
  if (xdsCa === undefined && xdsCert === undefined && xdsKey === undefined) return undefined;
  if (xdsCa === undefined || xdsCert === undefined || xdsKey === undefined) {
    throw new Error("--xds-ca, --xds-cert and --xds-key go together");
  }
  const [caFile, certFile, keyFile] = [resolve(xdsCa), resolve(xdsCert), resolve(xdsKey)];
  return { caFile, certFile, keyFile, serverName: xdsServerName ?? xds.address };
}
