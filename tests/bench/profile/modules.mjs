// Modules that do one thing more than another one, so that the difference is what the thing costs. Written in AssemblyScript, compiled
// without a runtime of any size.
import asc from "assemblyscript/asc";

const CALLS = `
@external("env", "proxy_get_header_map_value") declare function get(t: i32, k: usize, n: i32, p: usize, s: usize): u32;
@external("env", "proxy_get_header_map_pairs") declare function pairs(t: i32, p: usize, s: usize): u32;
@external("env", "proxy_add_header_map_value") declare function add(t: i32, k: usize, n: i32, v: usize, m: i32): u32;
@external("env", "proxy_remove_header_map_value") declare function remove(t: i32, k: usize, n: i32): u32;
@external("env", "proxy_get_property") declare function property(k: usize, n: i32, p: usize, s: usize): u32;
@external("env", "proxy_get_current_time_nanoseconds") declare function clock(p: usize): u32;
const OUT = memory.data(16, 16);
const ARENA = memory.data(65536, 16);
let used: usize = 0;
function text(value: string): usize {
  const bytes = String.UTF8.encode(value);
  const at = heap.alloc(bytes.byteLength);
  memory.copy(at, changetype<usize>(bytes), bytes.byteLength);
  return at;
}
const AUTHORIZATION = text("authorization");
const TEAM = text("x-team");
const ROUTE = text("xds\\0route_name");
export function malloc(size: usize): usize {
  const at = ARENA + used;
  used += (size + 7) & ~7;
  return at;
}
export function proxy_abi_version_0_2_1(): void {}
export function proxy_on_vm_start(_id: u32, _size: u32): u32 { return 1; }
export function proxy_on_configure(_id: u32, _size: u32): u32 { return 1; }
`;
const CREATE = "export function proxy_on_context_create(_id: u32, _root: u32): void {}\n";
const DELETE = "export function proxy_on_delete(_id: u32): void {}\n";
const headers = (body) =>
  `export function proxy_on_request_headers(_id: u32, _count: u32, _end: u32): u32 { used = 0; ${body} return 0; }\n`;

/** How often a module does what it is there for: once is less than the noise. */
const TIMES = 20;
const repeated = (body) => `for (let i = 0; i < ${TIMES}; i++) { used = 0; ${body} }`;
const call = (name, body) => ({
  name,
  source: CREATE + DELETE + headers(repeated(body)),
  over: "nothing, per stream",
  times: TIMES,
});

export const MODULES = [
  { name: "a filter without a callback", source: "", times: 1 },
  { name: "+ on_request_headers", source: headers(""), over: "a filter without a callback", times: 1 },
  { name: "+ on_context_create", source: CREATE + headers(""), over: "+ on_request_headers", times: 1 },
  {
    name: "nothing, per stream",
    source: CREATE + DELETE + headers(""),
    over: "+ on_context_create",
    times: 1,
    shown: "+ on_delete",
  },
  call("all headers (get_header_map_pairs)", "pairs(0, OUT, OUT + 4);"),
  call("a header that is there (the token)", "get(0, AUTHORIZATION, 13, OUT, OUT + 4);"),
  call("a header that is not", "get(0, TEAM, 6, OUT, OUT + 4);"),
  call("the route's name (get_property)", "property(ROUTE, 14, OUT, OUT + 4);"),
  call("the clock", "clock(OUT);"),
  call("a header added and removed", "add(0, TEAM, 6, AUTHORIZATION, 3); remove(0, TEAM, 6);"),
];

/** The module as wasm. */
export async function compile({ source }) {
  let binary;
  const flags = ["-O3", "--runtime", "minimal", "--use", "abort=", "--exportStart", "_initialize"];
  const { error, stderr } = await asc.main(["module.ts", "--outFile", "module.wasm", ...flags], {
    readFile: (name) => (name === "module.ts" ? CALLS + source : null),
    writeFile: (name, contents) => {
      if (name === "module.wasm") binary = contents;
    },
  });
  if (error !== null || binary === undefined) throw new Error(stderr.toString());
  return binary;
}
