// Whether the request that is being judged had better wait: for keys that its token may be signed with.
import { PATIENCE } from "../remote/demand";
import { KeySource } from "../remote/key_source";
import { tickSoon } from "../remote/schedule";

let expected: KeySource | null = null;
/** Until when the request may wait, in milliseconds since 1970; 0: it has not waited yet. */
let deadline: u64 = 0;

/** A request begins to be judged. */
export function beginExpecting(until: u64): void {
  expected = null;
  deadline = until;
}

/** Keys of this source may yet arrive, unless the request has waited long enough. */
export function expectKeys(source: KeySource, now: u64): void {
  if (deadline == 0) deadline = now + PATIENCE;
  if (now < deadline) expected = source;
}

/** Somebody else vouches for the token. */
export function expectNothing(): void {
  expected = null;
}

export function isExpecting(): bool {
  return expected !== null;
}

/** Keeps the request until something has become of the keys; false if too many wait already. */
export function waitForKeys(id: u32, root: u32): bool {
  const source = expected;
  return source !== null && tickSoon(root) && source.waiting.add(id, deadline);
}
