import { compress } from "./compress";

/** Words of the state, whatever their size. */
const STATE_WORDS: i32 = 8;

/**
 * One function of the SHA-2 family (FIPS 180-4): `begin`, any number of `update`, `finish`. There is one object for each function,
 * made at start and used for one message at a time; nothing is allocated afterwards.
 */
export class Sha2 {
  private state: usize;
  private pending: usize;
  private pendingLength: i32 = 0;
  private total: u64 = 0;

  constructor(
    private wordSize: i32,
    private roundCount: i32,
    /** The constants of the rounds, then the words a state begins with. */
    private rounds: usize,
    private initial: usize,
    /** Bytes of a digest: as many of the state's as the function keeps. */
    readonly length: i32,
  ) {
    this.state = heap.alloc(STATE_WORDS * wordSize);
    this.pending = heap.alloc(this.blockSize);
  }

  /** Bytes of a block. */
  get blockSize(): i32 {
    return this.wordSize * 16;
  }

  /** Bytes of what `save` writes. */
  get stateSize(): i32 {
    return this.wordSize * STATE_WORDS;
  }

  begin(): void {
    this.resume(this.initial, 0);
  }

  /** Continues after `total` bytes, a multiple of the block size, that led to the `stateSize` bytes at `state`. */
  resume(state: usize, total: u64): void {
    memory.copy(this.state, state, this.stateSize);
    this.pendingLength = 0;
    this.total = total;
  }

  /** Writes the state to `out`. It tells all of the message only if that was a multiple of the block size. */
  save(out: usize): void {
    memory.copy(out, this.state, this.stateSize);
  }

  update(p: usize, length: i32): void {
    const blockSize = this.blockSize;
    this.total += length;
    if (this.pendingLength > 0) {
      const taken = min(length, blockSize - this.pendingLength);
      memory.copy(this.pending + <usize>this.pendingLength, p, taken);
      this.pendingLength += taken;
      if (this.pendingLength < blockSize) return;
      this.compress(this.pending, 1);
      p += <usize>taken;
      length -= taken;
    }
    const whole = length - (length & (blockSize - 1));
    this.compress(p, whole / blockSize);
    this.pendingLength = length - whole;
    memory.copy(this.pending, p + <usize>whole, this.pendingLength);
  }

  /** Writes the digest, `length` bytes, to `out`. */
  finish(out: usize): void {
    const blockSize = this.blockSize;
    // The length field is two words, 16 bytes in the larger functions; bits of any message are counted in the last eight.
    const lengthAt = blockSize - 8;
    const pending = this.pending;
    let at = this.pendingLength + 1;
    store<u8>(pending + <usize>(at - 1), 0x80);
    if (at > blockSize - 2 * this.wordSize) {
      memory.fill(pending + <usize>at, 0, blockSize - at);
      this.compress(pending, 1);
      at = 0;
    }
    memory.fill(pending + <usize>at, 0, lengthAt - at);
    store<u64>(pending + <usize>lengthAt, bswap<u64>(this.total << 3));
    this.compress(pending, 1);
    // Words are little-endian in memory, big-endian in a digest.
    const flip = <usize>(this.wordSize - 1);
    for (let i: usize = 0; i < <usize>this.length; i++) store<u8>(out + i, load<u8>(this.state + (i ^ flip)));
  }

  private compress(p: usize, count: i32): void {
    const rounds = this.rounds;
    const end = rounds + <usize>(this.roundCount * this.wordSize);
    if (this.wordSize == 4) compress<u32>(this.state, p, count, rounds, end);
    else compress<u64>(this.state, p, count, rounds, end);
  }
}
