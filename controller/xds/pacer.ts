// When every Envoy of a Gateway is to have a new route table, the transport is not given all of them at once: it copies each, and a
// hundred copies of what a thousand routes make are a hundred megabytes.

export interface PacerLimits {
  /** What the transport may have at a time and not have written yet, in bytes; one response more than that at most. */
  readonly bytes: number;
  /** A peer that does not take what is written for so long is not waited for: the others go on. */
  readonly patienceMs: number;
}

const LIMITS: PacerLimits = { bytes: 4 * 1024 * 1024, patienceMs: 100 };

/** Writes some bytes and calls back when they are on their way to the peer; never does if the peer takes no more. */
export type Write = (bytes: Buffer, written: () => void) => void;

/** What one stream is to be sent, in this order. */
export interface Lane<T> {
  send(response: T): void;
  /** Nothing more is written; what is being written counts no longer. */
  close(): void;
}

/** Takes turns between streams: each has one response being written at most, and all together have so many bytes. */
export class Pacer<T> {
  readonly #encode: (response: T) => Buffer;
  readonly #limits: PacerLimits;
  /** Those whose turn it is, in turn. */
  readonly #ready = new Set<Queue<T>>();
  #underway = 0;

  /** @param encode called right before a response is written, so that those that wait are not in memory many times */
  constructor(encode: (response: T) => Buffer, limits: Partial<PacerLimits> = {}) {
    this.#encode = encode;
    this.#limits = { ...LIMITS, ...limits };
  }

  lane(write: Write): Lane<T> {
    const queue: Queue<T> = { write, waiting: [], writing: false, letGo: () => undefined };
    return {
      send: (response) => {
        queue.waiting.push(response);
        this.#enter(queue);
      },
      close: () => {
        queue.waiting.length = 0;
        this.#ready.delete(queue);
        queue.letGo();
      },
    };
  }

  #enter(queue: Queue<T>): void {
    if (!queue.writing && queue.waiting.length > 0) this.#ready.add(queue);
    for (const next of this.#ready) {
      if (this.#underway >= this.#limits.bytes) return;
      this.#ready.delete(next);
      this.#write(next);
    }
  }

  #write(queue: Queue<T>): void {
    const bytes = this.#encode(queue.waiting.shift()!);
    this.#underway += bytes.length;
    queue.writing = true;
    const count = bytes.length;
    queue.letGo = () => {
      clearTimeout(patience);
      queue.letGo = () => undefined;
      this.#underway -= count;
      this.#enter(queue);
    };
    const patience = setTimeout(() => queue.letGo(), this.#limits.patienceMs).unref();
    queue.write(bytes, () => {
      queue.writing = false;
      queue.letGo();
      this.#enter(queue);
    });
  }
}

interface Queue<T> {
  readonly write: Write;
  readonly waiting: T[];
  writing: boolean;
  /** What is being written counts no longer. */
  letGo: () => void;
}
