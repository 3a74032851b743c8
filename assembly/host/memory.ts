// Memory that the host writes into. Envoy calls `malloc` with the exact size for every value it returns and never frees it
// (proxy-wasm-cpp-host include/proxy-wasm/wasm_vm.h, copyToPointerSize). What it returns is needed until the callback ends, so it
// lives in an arena that the next callback starts anew; what does not fit lives on the heap until then.
//
// Objects are collected between callbacks only (`--runtime minimal`): no function has to tell the collector what it holds, which
// made the path of a request twice as slow. A request allocates nothing but lines for the log, a configuration does.

const ARENA_SIZE: usize = 1 << 16;
const ARENA: usize = memory.data(1 << 16, 16);
let used: usize = 0;
let overflow: usize = 0;
/** Which callback is running; what one of them has read is of no use to the next. */
export let callbackNumber: u32 = 0;

/** Bytes of garbage that are worth a collection. */
const LITTER: usize = 1 << 18;
let litter: usize = 0;

/** Memory of `size` bytes, 8-aligned, valid until the running callback ends. */
export function malloc(size: i32): usize {
  const wanted: usize = (<usize>max(size, 1) + 7) & ~7;
  if (used + wanted <= ARENA_SIZE) {
    const at = ARENA + used;
    used += wanted;
    return at;
  }
  // A block too large for the arena carries a link to the one before it.
  const block = heap.alloc(wanted + 8);
  store<usize>(block, overflow);
  overflow = block;
  return block + 8;
}

/** Bytes of configurations that may leave their remains behind: what reading one leaves is about as large as its text. */
const REMAINS: usize = 1 << 22;
let remains: usize = 0;

/** Frees what nobody holds any more. Only where no function of a callback holds anything: at its very beginning or end. */
export function collect(): void {
  __collect();
  litter = 0;
  remains = 0;
}

/**
 * Tells of a configuration of `size` bytes that was read, where `collect` may be called. What reading it left behind waits for the end
 * of the configuration that it replaces, at which everything is visited anyway; unless it adds up.
 */
export function leaveRemains(size: usize): void {
  remains += size;
  if (remains > REMAINS) collect();
}

/** Tells of `size` bytes that a request has allocated and does not need any more; they are collected in time. */
export function addLitter(size: usize): void {
  litter += size;
}

/** Every callback begins with it. */
export function beginCallback(): void {
  if (litter > LITTER) collect();
  beginAnew();
}

/** Gives back everything handed out since the last time: for a callback that is about several requests, one after the other. */
export function beginAnew(): void {
  // 0 stands for none.
  if (++callbackNumber == 0) callbackNumber = 1;
  used = 0;
  while (overflow != 0) {
    const next = load<usize>(overflow);
    heap.free(overflow);
    overflow = next;
  }
}
