import { emitClass, emitRune } from "./class_compiler";
import {
  Op,
  clearProgram,
  emit,
  emitAssert,
  getX,
  getY,
  here,
  repeatCode,
  setX,
  setY,
  threadJumps,
  tooLong,
} from "./program";
import { Scratch } from "./scratch";
import { Kind, Node } from "./syntax";

const NONE: u32 = 0xffff;

/** A node whose children are being compiled. */
@unmanaged
class Frame {
  node: Node;
  /** The child to compile next. */
  child: Node | null;
  /** Place of the split before the child, or of the first instruction of a repeat. */
  begin: u32;
  /** Last of a chain, through x, of jumps that lead to the end of an alternation. */
  jumps: u32;
}

const frames = new Scratch();
let depth: usize = 0;

function top(): Frame {
  return changetype<Frame>(frames.base + (depth - 1) * offsetof<Frame>());
}

/**
 * Compiles a tree into a program (program.ts), to be taken before the next one; false if it would be longer than MAX_PROGRAM. Every fragment begins where it is
 * emitted and leaves by falling through at its end. Works on a stack of its own, as deep as the tree.
 */
export function compile(root: Node): bool {
  clearProgram();
  depth = 0;
  enter(root);
  while (depth > 0 && !tooLong()) {
    const frame = top();
    if (frame.node.kind == Kind.Concat) resumeConcat(frame);
    else if (frame.node.kind == Kind.Alternate) resumeAlternate(frame);
    else resumeRepeat(frame);
  }
  emit(Op.Match);
  if (tooLong()) return false;
  threadJumps();
  return true;
}

/** Emits a leaf, or begins a node with children. */
function enter(node: Node): void {
  switch (node.kind) {
    case Kind.Empty:
      return;
    case Kind.Rune:
      return emitRune(node.value);
    case Kind.Class:
      return emitClass(node.value, node.limit);
    case Kind.Assert:
      emitAssert(node.value);
      return;
    case Kind.Repeat:
      if (node.limit != 0) enterRepeat(node);
      return;
    default:
      push(node);
  }
}

function push(node: Node): Frame {
  depth++;
  frames.reserve(depth * offsetof<Frame>());
  const frame = top();
  frame.node = node;
  frame.child = node.child;
  frame.begin = NONE;
  frame.jumps = NONE;
  return frame;
}

function resumeConcat(frame: Frame): void {
  const child = frame.child;
  if (child === null) {
    depth--;
    return;
  }
  frame.child = child.next;
  enter(child);
}

/** split 1, 2; 1: first, jump end; 2: split 3, 4; 3: second, jump end; 4: third; end: */
function resumeAlternate(frame: Frame): void {
  const child = frame.child;
  if (child === null) {
    for (let jump = frame.jumps; jump != NONE;) {
      const before = getX(jump);
      setX(jump, here());
      jump = before;
    }
    depth--;
    return;
  }
  if (frame.begin != NONE) {
    frame.jumps = emit(Op.Jump, frame.jumps);
    setY(frame.begin, here());
  }
  frame.child = child.next;
  if (child.next !== null) frame.begin = emit(Op.Split, here() + 1);
  enter(child);
}

/** Splits before a first copy that may be left out, then compiles that copy. */
function enterRepeat(node: Node): void {
  const frame = push(node);
  frame.begin = here();
  frame.child = null;
  if (node.value == 0) emit(Op.Split, here() + 1);
  enter(node.child!);
}

/** The first copy of a repeat is done: adds the others. */
function resumeRepeat(frame: Frame): void {
  const node = frame.node;
  depth--;
  const optional = node.value == 0;
  const from = frame.begin + (optional ? 1 : 0);
  const to = here();
  if (node.limit < 0) {
    if (optional) {
      // begin: split copy, end; copy; jump begin
      emit(Op.Jump, frame.begin);
      setY(frame.begin, here());
      return;
    }
    for (let i = 1; i < node.value && !tooLong(); i++) repeatCode(from, to);
    emit(Op.Split, here() - (to - from), here() + 1);
    return;
  }
  for (let i = 1; i < node.value && !tooLong(); i++) repeatCode(from, to);
  // Of the copies that may be left out, leaving out one leaves out the rest: chain their splits through y.
  let splits = optional ? frame.begin : NONE;
  if (optional) setY(frame.begin, NONE);
  for (let i = max(node.value, 1); i < node.limit && !tooLong(); i++) {
    splits = emit(Op.Split, here() + 1, splits);
    repeatCode(from, to);
  }
  while (splits != NONE) {
    const before = getY(splits);
    setY(splits, here());
    splits = before;
  }
}
