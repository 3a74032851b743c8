// @solo-io/proxy-runtime 0.1.8 was written for the ARC runtime that AssemblyScript 0.18 removed; pinning is today's retain.
export function __retain(ptr: usize): usize {
  return __pin(ptr);
}

export function __release(ptr: usize): void {
  __unpin(ptr);
}
