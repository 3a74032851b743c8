// The compiled filter as a judge of signatures, by its own code and by the host's (node's crypto behind verify_signature).
import { readFileSync } from "node:fs";
import { wasmPath } from "../../../controller/cli/paths.js";
import { FilterHost } from "../host.js";

export const WAYS = ["own", "native"] as const;
export type Way = (typeof WAYS)[number];

const module = new WebAssembly.Module(readFileSync(wasmPath()));
const hosts = { own: new FilterHost(module), native: new FilterHost(module) };

/** The keys that both have. */
let held = "";

/** "valid" or a reason, by each way; throws if a way is not the one it says. */
export function judge(keys: readonly object[], jws: string): Record<Way, string> {
  const verdicts = {} as Record<Way, string>;
  const text = JSON.stringify(keys);
  if (text !== held) WAYS.forEach((way) => hosts[way].setJwsKeys(keys, way === "native"));
  held = text;
  for (const way of WAYS) {
    const { verdict, calls } = hosts[way].verifyJws(jws);
    if (way === "own" && calls.includes("proxy_call_foreign_function")) throw new Error("the host was asked");
    verdicts[way] = verdict;
  }
  return verdicts;
}

/** What both ways are expected to say. */
export function both(verdict: string): Record<Way, string> {
  return { own: verdict, native: verdict };
}

/** How many of the keys can be used. */
export function usable(...keys: object[]): number {
  held = "";
  return hosts.own.setJwsKeys(keys, false);
}
