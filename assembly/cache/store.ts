// A bounded store of byte strings by byte strings, in memory of its own: nothing is allocated once it exists. Two halves: entries are
// added to the young one; when that is full, the old one is emptied and becomes the young one. What is found in the old half moves
// to the young one, so what is asked for stays.
import { areSame } from "../bytes/search";
import { sipHash } from "../json/siphash";

/** Bytes of entries in each half. */
const HALF: usize = 4 << 20;
/** Slots of each half's index: more than there can be entries of tokens, the shortest of which take some 400 bytes. */
const SLOTS: usize = 1 << 15;
const MAX_PROBES: usize = 16;
const INDEX: usize = SLOTS * 4;
const TWEAK: u64 = 0x63616368655f6b65;
/** Bytes at the end of a key that its hash is made of: those of a token are of its signature, and differ. */
const HASHED: i32 = 32;

/** Entry: hash, 8 bytes; key length and value size, 4 each; the key; the value, 8-aligned. */
const HEADER: usize = 16;

/** Each half: index of entry offsets plus one, then the entries. */
let young: usize = 0;
let old: usize = 0;
/** Bytes of entries in the young half. */
let used: usize = 0;
let entryHash: u64 = 0;
/** Somebody reads an entry of the old half, which must not be emptied now. */
let oldIsRead: bool = false;

/** Every entry found so far is of no more use. */
export function release(): void {
  oldIsRead = false;
}

// @ts-ignore: decorator
@inline
function aligned(size: usize): usize {
  return (size + 7) & ~7;
}

/** Address of the value kept for the `length` bytes at `key`, or 0. It is valid until the next `release`. */
export function find(key: usize, length: i32): usize {
  if (young == 0) return 0;
  entryHash = hashOf(key, length);
  let entry = lookUp(young, key, length);
  if (entry == 0) {
    entry = lookUp(old, key, length);
    if (entry != 0) {
      const renewed = renew(entry);
      if (renewed == entry) oldIsRead = true;
      entry = renewed;
    }
  }
  return entry == 0 ? 0 : valueOf(entry);
}

/** Keeps `size` bytes for the key, which the caller writes at the answered address; 0 if they cannot be kept now. */
export function put(key: usize, length: i32, size: i32): usize {
  const total = HEADER + aligned(length) + aligned(size);
  if (total > HALF / 16) return 0;
  if (young == 0 && !begin()) return 0;
  entryHash = hashOf(key, length);
  let slot = freeSlot(key, length);
  if (used + total > HALF || slot == 0) {
    if (oldIsRead) return 0;
    turn();
    slot = freeSlot(key, length);
  }
  const entry = append(total, slot);
  store<u64>(entry, entryHash);
  store<i32>(entry, length, 8);
  store<i32>(entry, size, 12);
  memory.copy(entry + HEADER, key, length);
  return valueOf(entry);
}

/** Takes memory from the host, not from the heap, which would double; false if there is none. */
function begin(): bool {
  const first = memory.grow(<i32>((2 * (INDEX + HALF)) >> 16));
  if (first < 0) return false;
  // New memory is empty.
  young = (<usize>first) << 16;
  old = young + INDEX + HALF;
  return true;
}

/** Forgets everything; unit tests begin with it, and the module has it only there. */
export function clear(): void {
  if (young == 0) return;
  oldIsRead = false;
  turn();
  turn();
}

/** The young half becomes the old one, the old one is forgotten. */
function turn(): void {
  const emptied = old;
  old = young;
  young = emptied;
  used = 0;
  memory.fill(young, 0, INDEX);
}

/** Not of the whole key: what was verified has a signature that nobody can choose, and the full compare decides. */
function hashOf(key: usize, length: i32): u64 {
  const hashed = min(length, HASHED);
  return sipHash(key + <usize>(length - hashed), hashed, TWEAK ^ (<u64>length));
}

// @ts-ignore: decorator
@inline
function slotAt(half: usize, probe: usize): usize {
  return half + (((<usize>entryHash + probe) & (SLOTS - 1)) << 2);
}

// @ts-ignore: decorator
@inline
function valueOf(entry: usize): usize {
  return entry + HEADER + aligned(load<i32>(entry, 8));
}

function lookUp(half: usize, key: usize, length: i32): usize {
  for (let probe: usize = 0; probe < MAX_PROBES; probe++) {
    const offset: usize = load<u32>(slotAt(half, probe));
    if (offset == 0) return 0;
    const entry = half + INDEX + offset - 1;
    if (isOf(entry, key, length)) return entry;
  }
  return 0;
}

function isOf(entry: usize, key: usize, length: i32): bool {
  return load<u64>(entry) == entryHash && load<i32>(entry, 8) == length && areSame(entry + HEADER, key, length);
}

/** The young half's slot for a key: its own if it has one, else a free one; 0 if there is neither. */
function freeSlot(key: usize, length: i32): usize {
  for (let probe: usize = 0; probe < MAX_PROBES; probe++) {
    const slot = slotAt(young, probe);
    const offset: usize = load<u32>(slot);
    if (offset == 0 || isOf(young + INDEX + offset - 1, key, length)) return slot;
  }
  return 0;
}

function append(total: usize, slot: usize): usize {
  store<u32>(slot, <u32>used + 1);
  const entry = young + INDEX + used;
  used += total;
  return entry;
}

/** Moves an entry of the old half to the young one, if there is room; where it is then. */
function renew(entry: usize): usize {
  const length = load<i32>(entry, 8);
  const total = HEADER + aligned(length) + aligned(load<i32>(entry, 12));
  const slot = freeSlot(entry + HEADER, length);
  if (slot == 0 || used + total > HALF) return entry;
  const renewed = append(total, slot);
  memory.copy(renewed, entry, total);
  return renewed;
}
