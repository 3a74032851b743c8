import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { packageRoot } from "../../controller/xds/package-root.js";

/** What a filter needs so that Envoy takes it: answers nothing, changes nothing. */
const INERT = `
export function proxy_abi_version_0_2_1(): void {}
export function malloc(size: i32): usize { return heap.alloc(size); }
export function proxy_on_vm_start(_context: u32, _size: u32): u32 { return 1; }
export function proxy_on_configure(_context: u32, _size: u32): u32 { return 1; }
export function proxy_on_context_create(_context: u32, _parent: u32): void {}
export function proxy_on_request_headers(_context: u32, _headers: u32, _end: u32): u32 { return 0; }
export function proxy_on_done(_context: u32): u32 { return 1; }
export function proxy_on_delete(_context: u32): void {}
`;

/** The built filter, or, before there is one, an inert one compiled into `folder`. */
export async function filterModule(folder: string): Promise<string> {
  const built = join(packageRoot(), "build", "claimgate.wasm");
  if (existsSync(built)) return built;
  const path = join(folder, "inert.wasm");
  const { error, stderr } = await asc.main(
    ["inert.ts", "-o", "inert.wasm", "--exportStart", "_initialize", "--use", "abort="],
    {
      readFile: (name: string) => (name === "inert.ts" ? INERT : null),
      writeFile: (_name: string, content: Uint8Array | string) => writeFile(path, content),
    },
  );
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  return path;
}
