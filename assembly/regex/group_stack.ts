import { TOO_DEEP, refuse } from "./errors";
import { Kind, Node, newNode } from "./syntax";

/** Groups within groups; keeps every tree shallower than the 1000 levels that RE2 and its ports allow. */
export const MAX_DEPTH: i32 = 200;

/** What is known of one open group; the whole expression is the outermost. */
@unmanaged
class Level {
  flags: u32;
  /** Finished branches of the alternation. */
  firstBranch: Node | null;
  lastBranch: Node | null;
  /** Items of the branch being read. */
  firstItem: Node | null;
  lastItem: Node | null;
}

const levels: usize = memory.data(201 * 20);
let depth: i32 = 0;

function level(): Level {
  return changetype<Level>(levels + <usize>depth * offsetof<Level>());
}

export function startGroups(flags: u32): void {
  depth = 0;
  clearLevel(flags);
}

function clearLevel(flags: u32): void {
  const top = level();
  top.flags = flags;
  top.firstBranch = null;
  top.lastBranch = null;
  top.firstItem = null;
  top.lastItem = null;
}

export function insideGroup(): bool {
  return depth > 0;
}

/** Flags in force here; those set in a group end with it. */
export function flags(): u32 {
  return level().flags;
}

export function setFlags(flags: u32): void {
  level().flags = flags;
}

/** Enters a group with flags of its own. */
export function openGroup(flags: u32): bool {
  if (depth == MAX_DEPTH) return refuse(TOO_DEEP);
  depth++;
  clearLevel(flags);
  return true;
}

/** Leaves the group, which becomes one item of the group around it. */
export function closeGroup(): void {
  const group = takeGroup();
  depth--;
  addItem(group);
}

export function addItem(item: Node): void {
  const top = level();
  const last = top.lastItem;
  if (last === null) top.firstItem = item;
  else last.next = item;
  top.lastItem = item;
}

/** The item that a repetition operator would apply to, or null. */
export function lastItem(): Node | null {
  return level().lastItem;
}

/** Ends a branch: what was read since the last bar. */
export function closeBranch(): void {
  const top = level();
  const branch = wrap(Kind.Concat, top.firstItem);
  top.firstItem = null;
  top.lastItem = null;
  const last = top.lastBranch;
  if (last === null) top.firstBranch = branch;
  else last.next = branch;
  top.lastBranch = branch;
}

/** The alternation of all branches of the innermost group. */
export function takeGroup(): Node {
  closeBranch();
  return wrap(Kind.Alternate, level().firstBranch);
}

/** A node over a list of children; a list of one needs none. */
function wrap(kind: Kind, first: Node | null): Node {
  if (first === null) return newNode(Kind.Empty);
  if (first.next === null) return first;
  const node = newNode(kind);
  node.child = first;
  for (let child: Node | null = first; child !== null; child = child.next) node.copies = max(node.copies, child.copies);
  return node;
}
