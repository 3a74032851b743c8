// `claimgate envoy`: one Envoy for one Gateway, or its bootstrap for somebody else to run.
import { bootstrap } from "../envoy/bootstrap.js";
import { findEnvoy } from "../envoy/find.js";
import { EnvoyProcess } from "../envoy/process.js";
import { type HostAndPort, isLoopback } from "./address.js";
import { interruption } from "./interruption.js";
import { printLine } from "./print.js";

export interface EnvoyCommandOptions {
  /** "NS/NAME". */
  gateway: string;
  xds: HostAndPort;
  adminPort?: number;
  concurrency?: number;
  print: boolean;
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

async function serve({ gateway, xds, adminPort = 0, concurrency, print }: EnvoyCommandOptions): Promise<number> {
  const interrupted = interruption();
  if (!isLoopback(xds.address)) {
    throw new Error(
      `--xds ${xds.address} is not a loopback address: xDS carries keys and is not fetched from another host without TLS`,
    );
  }
  const common = { gateway, xds, adminPort };
  if (print) {
    process.stdout.write(`${JSON.stringify(bootstrap(common), null, 2)}\n`);
    return 0;
  }
  const child = new EnvoyProcess({
    ...common,
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
