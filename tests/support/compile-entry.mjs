// A part of the filter, compiled by itself with the filter's own options (asconfig.json).
import { readFileSync } from "node:fs";
import asc from "assemblyscript/asc";

const { options, targets } = JSON.parse(readFileSync(new URL("../../asconfig.json", import.meta.url), "utf8"));
const { optimizeLevel, shrinkLevel, converge } = targets.release;
const FLAGS = [
  ...["--config", "none", "--use", "abort=", "--bindings", "raw", "--disableWarning", "201"],
  ...["--runtime", options.runtime, "--exportStart", options.exportStart],
  ...options.enable.flatMap((feature) => ["--enable", feature]),
  ...["--optimizeLevel", String(optimizeLevel), "--shrinkLevel", String(shrinkLevel)],
  ...(converge ? ["--converge"] : []),
];

/** Compiles an entry, a path from the root of the checkout. It must not reach a host call. */
export async function compileEntry(entry) {
  let binary;
  const { error, stderr } = await asc.main([entry, "--outFile", "entry.wasm", ...FLAGS], {
    writeFile: (_name, contents) => {
      if (typeof contents !== "string") binary = contents;
    },
  });
  if (error !== null || binary === undefined) throw new Error(stderr.toString());
  return new WebAssembly.Module(binary);
}

/** A new instance of a compiled entry, initialised: its exports. */
export function instantiateEntry(module) {
  const { exports } = new WebAssembly.Instance(module, {});
  exports._initialize();
  return exports;
}
