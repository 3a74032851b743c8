// The JSON reader, compiled by itself.
import { compileEntry, instantiateEntry } from "../support/compile-entry.mjs";

interface Exports {
  memory: WebAssembly.Memory;
  input(): number;
  output(): number;
  parse(length: number): number;
  write(capacity: number): number;
  writeHeader(capacity: number): number;
  integer(): number;
  lastInteger(): bigint;
  nameHash(length: number): number;
}

/** assembly/json/kinds.ts */
export const JsonError = { None: 0, Syntax: 1, Depth: 2, Tokens: 3, Utf8: 4, Duplicate: 5 } as const;
/** assembly/json/number.ts */
export const IntegerStatus = { NotNumber: 0, OutOfRange: 1, Ok: 2 } as const;

let compiled: Promise<WebAssembly.Module> | undefined;

export class Reader {
  private constructor(readonly exports: Exports) {}

  /** A new instance: nothing of other documents is left in it. */
  static async load(): Promise<Reader> {
    const module = await (compiled ??= compileEntry("tests/wasm/json.entry.ts"));
    return new Reader(instantiateEntry(module) as unknown as Exports);
  }

  /** Puts the document into place; its length in bytes. */
  put(document: string | Uint8Array): number {
    const bytes = typeof document === "string" ? Buffer.from(document, "utf8") : document;
    new Uint8Array(this.exports.memory.buffer).set(bytes, this.exports.input());
    return bytes.length;
  }

  /** The JsonError of a document. */
  parse(document: string | Uint8Array): number {
    return this.exports.parse(this.put(document));
  }

  /** The document parsed last, written again; null if it does not fit. */
  write(capacity = 1 << 22): string | null {
    return this.text(this.exports.write(capacity));
  }

  writeHeader(capacity = 512): string | null {
    return this.text(this.exports.writeHeader(capacity));
  }

  private text(length: number): string | null {
    if (length < 0) return null;
    return Buffer.from(this.exports.memory.buffer, this.exports.output(), length).toString("utf8");
  }
}
