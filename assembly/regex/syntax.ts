import { Scratch } from "./scratch";

export const enum Kind {
  Empty,
  /** `value` is the code point */
  Rune,
  /** ranges `value` up to, not including, `limit` of the pool (classes.ts) */
  Class,
  /** `value` is one of Assertion */
  Assert,
  /** the children in order */
  Concat,
  /** one of the children */
  Alternate,
  /** the child `value` to `limit` times; no limit is -1 */
  Repeat,
}

/** Empty-width assertions, as bits of a set. */
export const enum Assertion {
  BeginText = 1,
  EndText = 2,
  BeginLine = 4,
  EndLine = 8,
  Word = 16,
  NotWord = 32,
}

/** A node of the syntax tree. Nodes lie in one block that the next expression overwrites. */
@unmanaged
export class Node {
  kind: Kind;
  value: i32;
  limit: i32;
  /** How often nested counted repeats multiply what is inside; never above MAX_REPEAT in an accepted expression. */
  copies: i32;
  child: Node | null;
  next: Node | null;
}

const pool = new Scratch();
let used: usize = 0;

/**
 * Makes room for the tree of a pattern of `length` bytes. Each byte makes a leaf or a repeat, or, as a parenthesis or bar, closes a
 * branch and a group: two nodes at most, and as many for the whole.
 */
export function clearNodes(length: i32): void {
  pool.reserve((<usize>length * 2 + 4) * offsetof<Node>());
  used = 0;
}

export function newNode(kind: Kind, value: i32 = 0, limit: i32 = 0): Node {
  const node = changetype<Node>(pool.base + used);
  used += offsetof<Node>();
  node.kind = kind;
  node.value = value;
  node.limit = limit;
  node.copies = 1;
  node.child = null;
  node.next = null;
  return node;
}
