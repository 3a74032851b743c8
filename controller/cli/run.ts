// `claimgate run`: file mode. One controller, one xDS server on a free loopback port, and an Envoy for every Gateway.
import { resolve } from "node:path";
import { Controller, DEFAULT_OPTIONS } from "../controller.js";
import { findEnvoy } from "../envoy/find.js";
import { FilterValidator } from "../filter/validator.js";
import { DirectorySource } from "../source/directory.js";
import { HealthServer } from "../status/server.js";
import { transition } from "../translate/transition.js";
import { AdsServer } from "../xds/server.js";
import { Fleet } from "./fleet.js";
import { wasmPath } from "./paths.js";
import { takenPort } from "./ports.js";
import { printLine } from "./print.js";
import { Speaker } from "./speaker.js";

export interface RunOptions {
  resources: string;
  address: string;
  portOffset: number;
  adminPort?: number;
  healthPort: number;
  concurrency: number;
  jwksCaFile: string;
}

/** Runs until SIGINT or SIGTERM. Resolves to the exit code: 1 if it could not start, after one line that says why. */
export async function run(options: RunOptions): Promise<number> {
  try {
    return await serve(options);
  } catch (error) {
    printLine(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function serve(options: RunOptions): Promise<number> {
  // Before anything else that takes time: interrupted at any point, nothing is left behind.
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
  const executable = findEnvoy();
  const wasm = wasmPath();
  const speaker = new Speaker(printLine);
  const ads = new AdsServer({
    address: "127.0.0.1",
    port: 0,
    wasmPath: wasm,
    transition,
    onEvent: (event) => controller.onXdsEvent(event),
  });
  let fleet: Fleet | undefined;
  const controller = new Controller({
    envoys: ads,
    validator: new FilterValidator(wasm),
    translate: {
      ...DEFAULT_OPTIONS,
      ...{ address: options.address, portOffset: options.portOffset, exclusivePorts: true },
      // The Envoys are started here, but not in this directory.
      jwksCaFile: resolve(options.jwksCaFile),
    },
    onTranslation: (translation) => {
      speaker.complain(translation.complaints);
      fleet?.follow(controller.gateways());
    },
    onNotice: printLine,
  });
  const source = new DirectorySource(options.resources, {
    onChange: (view) => {
      speaker.problems(view.problems);
      controller.update(view);
    },
  });
  const health = new HealthServer(controller);
  try {
    const view = await source.start();
    speaker.problems(view.problems);
    if (!view.complete) {
      printLine("not everything could be read, so nothing is served: mend it and start again");
      return 1;
    }
    await ads.listen();
    if (!controller.update(view)) return 1;
    const ports = listenerPorts(controller, options);
    const taken = await takenPort(options.address, ports);
    if (taken !== undefined) {
      printLine(`${options.address}:${taken} is in use by another process; end it or choose another --port-offset`);
      return 1;
    }
    const healthPort = await listenHealth(health, options);
    fleet = new Fleet({ ...options, executable, xds: { address: "127.0.0.1", port: ads.port }, onNotice: printLine });
    await fleet.start(controller.gateways());
    printLine(`ready when http://127.0.0.1:${healthPort}/readyz answers 200; statuses at /statusz`);
    await interrupted;
    return 0;
  } finally {
    await source.close();
    await fleet?.stop();
    await health.close();
    await ads.close();
  }
}

async function listenHealth(health: HealthServer, { healthPort }: RunOptions): Promise<number> {
  try {
    return await health.listen("127.0.0.1", healthPort);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "EADDRINUSE" ? "in use by another process" : String(error);
    throw new Error(`127.0.0.1:${healthPort} is ${reason}; choose another --health-port`, { cause: error });
  }
}

function listenerPorts(controller: Controller, options: RunOptions): number[] {
  return controller.ports().map((port) => port + options.portOffset);
}
