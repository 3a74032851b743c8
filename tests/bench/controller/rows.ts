// What is measured: `claimgate controller`, as it is run, between a real API server and real Envoys.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { versionOf } from "../../../controller/xds/extension.js";
import { EXTENSION, ROUTE } from "../../../controller/xds/types.js";
import { ALICE, type ServedCluster } from "../../support/cluster/served.js";
import type { RunningController } from "../../support/controller.js";
import { freePort } from "../../support/ports.js";
import { waitFor } from "../../support/wait.js";
import { XdsClient } from "./client.js";
import { changePolicy, each, hostOf } from "./scale.js";
import { cpuMs, memoryMb } from "./usage.js";

export interface Row {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly bound: number;
}

export interface Sizes {
  /** Routes, and as many policies. */
  readonly size: number;
  readonly changes: number;
  readonly clients: number;
}

/** Alice is of this team. */
const IN = "dev";
const OUT = "ops";
const NAMES = { [ROUTE]: "kgateway-system/http/8080", [EXTENSION]: "kgateway-system/http/http" };
const PATIENCE_S = 300;

/** Polls a route until Alice is answered so; resolves to the time. */
async function enforced(served: ServedCluster, i: number, status: number): Promise<number> {
  await waitFor(
    `${status} for ${hostOf(i)}`,
    async () => (await served.ask(ALICE, "/headers", hostOf(i))) === status || undefined,
    PATIENCE_S,
    0,
  );
  return performance.now();
}

/** Waits until the controller has nothing left to do. */
async function idle({ pid }: RunningController): Promise<void> {
  for (let quiet = 0; quiet < 3;) {
    const before = cpuMs(pid!);
    await delay(500);
    quiet = cpuMs(pid!) - before < 15 ? quiet + 1 : 0;
  }
}

interface Sync {
  readonly renders: number;
  readonly gateways: Record<string, { published?: string; envoys: { acknowledged?: string }[] }>;
}

const sync = async (controller: RunningController): Promise<Sync> =>
  JSON.parse((await controller.get("syncz")).body) as Sync;

async function acknowledged(controller: RunningController, envoys: number): Promise<void> {
  await waitFor(
    "all Envoys to have acknowledged",
    async () => {
      const gateway = (await sync(controller)).gateways["kgateway-system/http"];
      const all = gateway?.envoys.filter((envoy) => envoy.acknowledged === gateway.published) ?? [];
      return all.length >= envoys || undefined;
    },
    PATIENCE_S,
  );
}

async function start(served: ServedCluster): Promise<RunningController> {
  const controller = await served.controller();
  await served.envoy(controller.xdsPort);
  await acknowledged(controller, 1);
  await idle(controller);
  return controller;
}

function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * p) / 100) - 1)]!;
}

/** From the moment at which a policy is sent to the API server to the first request that it judges at Envoy, one after the other. */
export async function latency(served: ServedCluster, { size, changes }: Sizes): Promise<Row[]> {
  await start(served);
  await changePolicy(served.client, 0, IN);
  await enforced(served, 0, 200);
  const times: number[] = [];
  for (let change = 0; change < changes; change++) {
    await delay(200);
    const sent = performance.now();
    const write = changePolicy(served.client, 0, change % 2 === 0 ? OUT : IN);
    times.push((await enforced(served, 0, change % 2 === 0 ? 403 : 200)) - sent);
    await write;
  }
  times.sort((a, b) => a - b);
  const what = `API write to enforced at Envoy, ${changes} single changes, ${size} routes and policies`;
  return [
    { what: `${what}: p50`, measured: percentile(times, 50), unit: "ms", bound: 100 },
    { what: `${what}: p99`, measured: percentile(times, 99), unit: "ms", bound: 300 },
  ];
}

/** From nothing to the last route enforced: the controller and an Envoy are started at the same time, the API server answers. */
export async function cold(served: ServedCluster, { size }: Sizes): Promise<Row[]> {
  const port = await freePort();
  const began = performance.now();
  const [controller] = await Promise.all([served.controller("--xds-address", `127.0.0.1:${port}`), served.envoy(port)]);
  await enforced(served, size - 1, 200);
  await acknowledged(controller, 1);
  const measured = (performance.now() - began) / 1000;
  return [{ what: `cold start to all Envoys ready, ${size} routes and policies`, measured, unit: "s", bound: 5 }];
}

/** With PROFILE, a file name: begins or ends a CPU profile of a controller that was started with profiler.mjs. */
function profile(controller: RunningController): void {
  if (process.env["PROFILE"]) controller.signal("SIGUSR2");
}

/** One change among many: what it costs the controller, status and all, and what is sent. */
export async function change(served: ServedCluster, { size, changes }: Sizes): Promise<Row[]> {
  const controller = await start(served);
  const client = new XdsClient(controller.xdsPort, "kgateway-system/http", NAMES);
  const rounds = Math.min(changes, 20);
  try {
    await acknowledged(controller, 2);
    // A controller that has seen some changes: V8 has compiled what they run through.
    for (let round = 0; round < rounds; round++) {
      await changePolicy(served.client, size >> 1, round % 2 === 0 ? OUT : IN);
      await delay(100);
    }
    await idle(controller);
    const between = 1000;
    const idleBefore = cpuMs(controller.pid!);
    await delay(between * 5);
    const background = (cpuMs(controller.pid!) - idleBefore) / 5;
    const before = cpuMs(controller.pid!);
    client.received.length = 0;
    profile(controller);
    for (let round = 0; round < rounds; round++) {
      await changePolicy(served.client, size >> 1, round % 2 === 0 ? OUT : IN);
      await delay(between);
    }
    await enforced(served, size >> 1, 200);
    profile(controller);
    const cpu = (cpuMs(controller.pid!) - before) / rounds - background;
    const { received } = client;
    const names = new Set(received.map(({ typeUrl, name }) => `${typeUrl} ${name}`));
    const what = `one change among ${size} routes and policies`;
    return [
      { what: `${what}: CPU of the controller`, measured: cpu, unit: "ms", bound: 50 },
      // The filter's configuration with both policies, the route table, the configuration with the new policy only.
      { what: `${what}: resources sent to an Envoy`, measured: received.length / rounds, unit: "", bound: 3 },
      { what: `${what}: different resources sent`, measured: names.size, unit: "", bound: 2 },
    ];
  } finally {
    client.close();
  }
}

/** As many changes as there are policies, as fast as the API server takes them. */
export async function burst(served: ServedCluster, { size }: Sizes): Promise<Row[]> {
  const controller = await start(served);
  const { renders } = await sync(controller);
  await each(size, (i) => changePolicy(served.client, i, OUT));
  await enforced(served, size - 1, 403);
  await acknowledged(controller, 1);
  const measured = (await sync(controller)).renders - renders;
  await each(size, (i) => changePolicy(served.client, i, IN));
  return [{ what: `renders for a burst of ${size} changes`, measured, unit: "", bound: 20 }];
}

/** One change with many Envoys connected: from the write until the last one has the route table that names the new policy. */
export async function fanout(served: ServedCluster, { size, clients: count }: Sizes): Promise<Row[]> {
  const controller = await served.controller();
  const clients = Array.from({ length: count }, () => new XdsClient(controller.xdsPort, "kgateway-system/http", NAMES));
  try {
    await acknowledged(controller, count);
    await idle(controller);
    let slowest = 0;
    let table = "";
    for (let round = 0; round < 6; round++) {
      for (const client of clients) client.received.length = 0;
      const sent = performance.now();
      await changePolicy(served.client, 0, round % 2 === 0 ? OUT : IN);
      const has = ({ received }: XdsClient) => received.some(({ typeUrl }) => typeUrl === ROUTE);
      await waitFor("all clients to have it", () => clients.every(has) || undefined, PATIENCE_S);
      slowest = Math.max(slowest, performance.now() - sent);
      table = newTable(clients, table);
      await acknowledged(controller, count);
      await idle(controller);
    }
    const what = `${count} Envoys (simulated), ${size} routes and policies`;
    const { peak } = memoryMb(controller.pid!);
    return [
      { what: `${what}: one change has reached all, slowest of 6`, measured: slowest / 1000, unit: "s", bound: 1 },
      { what: `${what}: memory of the controller at its highest`, measured: peak, unit: "MB", bound: 300 },
    ];
  } finally {
    for (const client of clients) client.close();
  }
}

/** The version of the route table that all have received: whole, and not the one of before. */
function newTable(clients: readonly XdsClient[], before: string): string {
  const tables = clients.flatMap(({ received }) => received.filter(({ typeUrl }) => typeUrl === ROUTE));
  const versions = new Set(
    tables.map(({ version, value }) => (versionOf(value) === version ? version : "not its bytes")),
  );
  assert.equal(tables.length, clients.length);
  assert.equal(versions.size, 1);
  assert(!versions.has(before) && !versions.has("not its bytes"));
  return [...versions][0]!;
}

export const ROWS = { latency, cold, change, burst, fanout } as const;
