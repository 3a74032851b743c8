// Ed25519 by itself, and its arithmetic, for tests/wasm/ed25519*.test.ts.
import { decodePoint, encodePoint } from "../../assembly/crypto/ed25519/encoding";
import { add, readElement, subtract, writeElement } from "../../assembly/crypto/ed25519/field";
import { Ed25519Key, prepareEd25519 } from "../../assembly/crypto/ed25519/key";
import { multiply, square } from "../../assembly/crypto/ed25519/multiply";
import { writeNaf } from "../../assembly/crypto/ed25519/naf";
import { addCached, double, toCached, toExtended } from "../../assembly/crypto/ed25519/point";
import { invert, powerForRoot } from "../../assembly/crypto/ed25519/power";
import { isReduced, reduceScalar } from "../../assembly/crypto/ed25519/scalar";
import { verifyEd25519 } from "../../assembly/crypto/ed25519/verify";

const INPUT: usize = memory.data(1 << 16, 16);
const OUTPUT: usize = memory.data(1024, 16);
const a: usize = memory.data(160, 16);
const b: usize = memory.data(160, 16);
const c: usize = memory.data(160, 16);

const keys = new Array<Ed25519Key>();

/** Where operands are put; 64 KiB. */
export function input(): usize {
  return INPUT;
}

export function output(): usize {
  return OUTPUT;
}

/** The number of the key whose 32 bytes are at `input()`; -1 if they are none. */
export function prepare(): i32 {
  const key = prepareEd25519(INPUT);
  return key === null ? -1 : keys.push(key) - 1;
}

/** Checks a signature at `input()`, the text behind it. */
export function verify(key: i32, signatureLength: i32, textLength: i32): bool {
  return verifyEd25519(keys[key], INPUT, signatureLength, INPUT + <usize>signatureLength, textLength);
}

export const enum Operation {
  Add,
  Subtract,
  Multiply,
  Square,
  Invert,
  PowerForRoot,
}

/** An operation of the field on 32 bytes at `input()` and 32 behind them; 32 bytes at `output()`. */
export function field(operation: Operation): void {
  readElement(a, INPUT);
  readElement(b, INPUT + 32);
  if (operation == Operation.Add) add(c, a, b);
  else if (operation == Operation.Subtract) subtract(c, a, b);
  else if (operation == Operation.Multiply) multiply(c, a, b);
  else if (operation == Operation.Square) square(c, a);
  else if (operation == Operation.Invert) invert(c, a);
  else powerForRoot(c, a);
  writeElement(OUTPUT, c);
}

/** Multiplies (or squares) the ten limbs each at `input()` as they are; 32 bytes at `output()`. */
export function limbs(squared: bool): void {
  if (squared) square(c, INPUT);
  else multiply(c, INPUT, INPUT + 40);
  writeElement(OUTPUT, c);
}

/** The 64 bytes at `input()` modulo L. */
export function reduce(): void {
  reduceScalar(OUTPUT, INPUT);
}

export function reduced(): bool {
  return isReduced(INPUT);
}

/** Digits of the 16 bytes at `input()`. */
export function naf(width: i32): void {
  writeNaf(OUTPUT, 1, INPUT, width);
}

/** The sum, and at 32 the double of the first, of two encoded points at `input()`; whether they are points. */
export function sum(minus: bool): bool {
  if (!decodePoint(a, INPUT) || !decodePoint(b, INPUT + 32)) return false;
  toCached(c, b);
  addCached(b, a, c, minus);
  toExtended(c, b);
  encodePoint(OUTPUT, c);
  double(b, a);
  toExtended(c, b);
  encodePoint(OUTPUT + 32, c);
  return true;
}
