// The regular expression engine, compiled by itself, and the two engines it is compared with.
import { createRequire } from "node:module";
import { RE2JS } from "re2js";
import { compileEntry, instantiateEntry } from "../support/compile-entry.mjs";

interface Exports {
  memory: WebAssembly.Memory;
  input(): number;
  compile(length: number, tabular: number): number;
  errorAddress(): number;
  errorLength(): number;
  matches(handle: number, from: number, length: number): number;
  isTable(handle: number): number;
  size(handle: number): number;
  clear(): void;
  stepCount(): bigint;
  repeat(handle: number, length: number, count: number): number;
  categoryNames(): number;
  categoryNamesSize(): number;
  scriptNames(): number;
  scriptNamesSize(): number;
}

/** A pattern that was accepted (`matches` set) or refused (`error` set). */
export interface Compiled {
  error?: string;
  matches?: (subject: string | Uint8Array) => boolean;
  free?: () => void;
}

export class Engine {
  private constructor(readonly exports: Exports) {}

  static async load(): Promise<Engine> {
    return new Engine(instantiateEntry(await compileEntry("tests/wasm/regex.entry.ts")) as unknown as Exports);
  }

  private write(text: string | Uint8Array): number {
    const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
    new Uint8Array(this.exports.memory.buffer).set(bytes, this.exports.input());
    return bytes.length;
  }

  /** `handle` is undefined if the pattern is refused. */
  handle(pattern: string | Uint8Array, tabular: boolean): { handle?: number; error?: string } {
    const handle = this.exports.compile(this.write(pattern), tabular ? 1 : 0);
    if (handle >= 0) return { handle };
    const { memory, errorAddress, errorLength } = this.exports;
    return { error: Buffer.from(memory.buffer, errorAddress(), errorLength() * 2).toString("utf16le") };
  }

  match(handle: number, subject: string | Uint8Array): boolean {
    return this.exports.matches(handle, 0, this.write(subject)) !== 0;
  }

  /** Compiled to a table where it is small; or, not `tabular`, simulated. */
  compile(pattern: string | Uint8Array, tabular: boolean): Compiled {
    const { handle, error } = this.handle(pattern, tabular);
    if (handle === undefined) return { error: error ?? "" };
    return { matches: (subject) => this.match(handle, subject) };
  }
}

/** Names of the general categories and scripts that the engine has tables for. */
export function unicodeNames(engine: Engine): { categories: string[]; scripts: string[] } {
  const { memory, categoryNames, categoryNamesSize, scriptNames, scriptNamesSize } = engine.exports;
  const names = (at: number, size: number) => Buffer.from(memory.buffer, at, size).toString("latin1").trim().split(" ");
  return { categories: names(categoryNames(), categoryNamesSize()), scripts: names(scriptNames(), scriptNamesSize()) };
}

/** re2js: a port of Go's regexp, itself written by RE2's author. */
export function compileRe2js(pattern: string): Compiled {
  try {
    const compiled = RE2JS.compile(pattern);
    return { matches: (subject) => compiled.matches(subject as string) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

interface WrappedRE2 {
  ok(): boolean;
  error(): string;
  match(subject: string, from: number, captures: boolean): { index: number; match: string };
  delete(): void;
}

const require = createRequire(import.meta.url);
const { WrappedRE2 } = require("re2-wasm/build/wasm/re2") as {
  WrappedRE2: new (pattern: string, ignoreCase: boolean, multiline: boolean, dotAll: boolean) => WrappedRE2;
};

/** Google's RE2 itself, of 2020, in wasm: what Envoy uses, a few years older. */
export function compileRe2(pattern: string): Compiled {
  const plain = new WrappedRE2(pattern, false, false, false);
  const error = plain.ok() ? undefined : plain.error();
  plain.delete();
  if (error !== undefined) return { error };
  const whole = new WrappedRE2(`\\A(?:${pattern})\\z`, false, false, false);
  return {
    matches: (subject) => whole.match(subject as string, 0, false).index === 0,
    free: () => whole.delete(),
  };
}
