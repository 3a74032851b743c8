import { decodePoint, ENCODED_SIZE, hasSmallOrder } from "./encoding";
import { negate } from "./point";
import { tableSize, writeTable } from "./table";

/** Window of the multiples of a key, in bits. */
export const KEY_WIDTH: i32 = 5;
/** Odd multiples below 2^(KEY_WIDTH − 1). */
export const KEY_COUNT: i32 = 1 << (KEY_WIDTH - 2);

/** A public key A, ready to check signatures. */
export class Ed25519Key {
  constructor(
    /** Its 32 bytes, which are hashed with every text. */
    readonly encoded: StaticArray<u8>,
    /** Multiples of −A (table.ts), 2,560 bytes. */
    readonly table: StaticArray<u8>,
  ) {}
}

const decoded: usize = memory.data(160, 16);
const negative: usize = memory.data(160, 16);

/**
 * Whether the 32 bytes at `x` are a public key (RFC 8032 §5.1.5, RFC 8037 §2): not if they are no canonical encoding of a point, or the
 * point is of small order: any text would have a signature then, made by anybody (RFC 8032 §8.3 and §10; Brendel, Cremers, Jackson, Zhao,
 * "The provable security of Ed25519", 2021).
 */
export function isEd25519PublicKey(x: usize): bool {
  return decodePoint(decoded, x) && !hasSmallOrder(decoded);
}

/** Prepares the public key of the 32 bytes at `x`, about as costly as a verification; null unless {@link isEd25519PublicKey}. */
export function prepareEd25519(x: usize): Ed25519Key | null {
  if (!isEd25519PublicKey(x)) return null;
  const key = new Ed25519Key(new StaticArray<u8>(ENCODED_SIZE), new StaticArray<u8>(tableSize(KEY_COUNT)));
  memory.copy(changetype<usize>(key.encoded), x, ENCODED_SIZE);
  negate(negative, decoded);
  writeTable(changetype<usize>(key.table), negative, KEY_COUNT);
  return key;
}
