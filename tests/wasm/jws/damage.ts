// Ways to damage what was signed and its signature.
import { randomInt } from "node:crypto";
import { base64url } from "../../support/tokens.js";
import type { Signer } from "../../support/signers.js";
import { ORDERS, toDer, withHalves, withScalar } from "./numbers.js";

export interface Damage {
  readonly name: string;
  /** The signed text, and the signature. */
  readonly text: string;
  readonly signature: Buffer;
}

function flipped(bytes: Buffer, at = randomInt(bytes.length), bit = randomInt(8)): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = copy[at]! ^ (1 << bit);
  return copy;
}

/** What can be done to any signature. `other` signs with another key of the same kind. */
function* common(text: string, signature: Buffer, other: Signer): Generator<Damage> {
  const of = (name: string, bytes: Buffer): Damage => ({ name, text, signature: bytes });
  yield of("of another key", other.signText(text));
  yield of("of zeros", Buffer.alloc(signature.length));
  yield of("of ones", Buffer.alloc(signature.length, 0xff));
  yield of("reversed", Buffer.from(signature).reverse());
  yield of("a byte short, at its end", signature.subarray(0, -1));
  yield of("a byte short, at its beginning", signature.subarray(1));
  yield of("a zero byte longer, at its end", Buffer.concat([signature, Buffer.of(0)]));
  yield of("a zero byte longer, at its beginning", Buffer.concat([Buffer.of(0), signature]));
  yield of("twice", Buffer.concat([signature, signature]));
  yield of("one byte", signature.subarray(0, 1));
  for (const at of [0, signature.length / 2 - 1, signature.length / 2, signature.length - 1]) {
    for (const bit of [0, 7]) yield of(`bit ${bit} of byte ${at}`, flipped(signature, at, bit));
  }
  for (let i = 0; i < 12; i++) yield of(`a random bit (${i})`, flipped(signature));
  const [header, payload] = text.split(".") as [string, string];
  const claims = Buffer.from(payload, "base64url");
  for (let i = 0; i < 6; i++) {
    yield { name: `a bit of the payload (${i})`, text: `${header}.${base64url(flipped(claims))}`, signature };
  }
  yield {
    name: "a payload a byte longer",
    text: `${header}.${base64url(Buffer.concat([claims, Buffer.of(0)]))}`,
    signature,
  };
  yield { name: "a payload a byte shorter", text: `${header}.${base64url(claims.subarray(0, -1))}`, signature };
  const spaced = Buffer.from(header, "base64url").toString().replace("{", "{ ");
  yield { name: "a header with a space", text: `${base64url(spaced)}.${payload}`, signature };
}

/** What the halves of an ECDSA signature must not be. */
function* ecdsa(alg: string, text: string, signature: Buffer): Generator<Damage> {
  const n = ORDERS[alg]!;
  const changes: Readonly<Record<string, (r: bigint, s: bigint) => [bigint, bigint]>> = {
    "r 0": (_, s) => [0n, s],
    "s 0": (r) => [r, 0n],
    "r and s 0": () => [0n, 0n],
    "r n": (_, s) => [n, s],
    "s n": (r) => [r, n],
    "r and s n": () => [n, n],
    "r and s 1": () => [1n, 1n],
    "r n - r": (r, s) => [n - r, s],
    "r and s swapped": (r, s) => [s, r],
    "r 1 more": (r, s) => [r + 1n, s],
    "s 1 more": (r, s) => [r, s + 1n],
  };
  for (const [name, change] of Object.entries(changes)) yield { name, text, signature: withHalves(signature, change) };
  yield { name: "in DER", text, signature: toDer(signature) };
  const half = signature.length / 2;
  const halves = [signature.subarray(0, half), signature.subarray(half)];
  yield { name: "halves padded with zeros", text, signature: Buffer.concat(halves.flatMap((h) => [Buffer.of(0), h])) };
}

/** Damaged forms of a text and its signature, all of which a verifier must refuse. */
export function* damages(signer: Signer, other: Signer, text: string, signature: Buffer): Generator<Damage> {
  yield* common(text, signature, other);
  if (signer.alg.startsWith("ES")) yield* ecdsa(signer.alg, text, signature);
  if (signer.alg === "EdDSA") {
    const l = ORDERS["EdDSA"]!;
    for (const times of [1n, 2n, 7n]) {
      yield { name: `S ${times} L more`, text, signature: withScalar(signature, (s) => s + times * l) };
    }
    yield { name: "S 0", text, signature: withScalar(signature, () => 0n) };
    yield { name: "S L - S", text, signature: withScalar(signature, (s) => l - s) };
  }
}
