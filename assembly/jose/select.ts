import { Alg } from "./algorithms";
import { Jwk } from "./jwk";

/** Signatures checked for one token at most: a set of a thousand keys without `kid` must not cost a thousand checks. */
export const MAX_TRIED: i32 = 8;

/**
 * Walks the keys that may have signed a token (Envoy: Verifier::verifyJwt in source/common/jwt/verify.cc, made strict): key type
 * and curve must be those of the token's algorithm; a key's `alg` must be the token's; where both have a `kid` they must be
 * equal. Keys with the token's `kid` come first, then keys without one. Make one and reuse it.
 */
export class KeySelector {
  /** Keys answered since {@link begin}; 0 at the end means that no key matches. */
  tried: i32 = 0;
  private keys: Array<Jwk> = [];
  private alg: Alg = Alg.None;
  private kid: usize = 0;
  private kidLength: i32 = 0;
  private position: i32 = 0;
  private byKid: bool = false;

  /** Starts over. `kidLength` 0: the token has no `kid`, which an empty one counts as. The bytes must outlive the walk. */
  begin(keys: Array<Jwk>, alg: Alg, kid: usize, kidLength: i32): void {
    this.keys = keys;
    this.alg = alg;
    this.kid = kid;
    this.kidLength = kidLength;
    this.tried = 0;
    this.position = 0;
    this.byKid = kidLength > 0;
  }

  /** The next key to try, or null. */
  next(): Jwk | null {
    if (this.alg < 0 || this.tried >= MAX_TRIED) return null;
    while (true) {
      while (this.position < this.keys.length) {
        const key = unchecked(this.keys[this.position++]);
        if (!this.serves(key)) continue;
        this.tried++;
        return key;
      }
      if (!this.byKid) return null;
      this.byKid = false;
      this.position = 0;
    }
  }

  private serves(key: Jwk): bool {
    if (!key.serves(this.alg)) return false;
    const kid = key.kid;
    if (this.kidLength == 0) return true;
    if (kid === null) return !this.byKid;
    if (!this.byKid) return false;
    return kid.length == this.kidLength && memory.compare(changetype<usize>(kid), this.kid, kid.length) == 0;
  }
}
