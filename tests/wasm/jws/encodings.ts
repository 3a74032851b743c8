// RSA signatures of any encoded message, right or wrong: what no signer makes. From the text of RFC 8017, not from the filter.
import { constants, createHash, type KeyObject, privateEncrypt } from "node:crypto";

/** RSASP1 (RFC 8017 §5.2.1) of a message as long as the modulus. */
export function rawSign(key: KeyObject, message: Buffer): Buffer {
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, message);
}

/** OIDs of RFC 8017 appendix B.1, as DER. */
const OIDS: Readonly<Record<string, string>> = {
  sha1: "06052b0e03021a",
  sha256: "0609608648016503040201",
  sha384: "0609608648016503040202",
  sha512: "0609608648016503040203",
};

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag, content.length), content]);
};

export interface DigestInfo {
  readonly hash: string;
  /** The OID in it; default: the hash's. */
  readonly oid?: string;
  /** What stands for the parameters; default: NULL. */
  readonly parameters?: Buffer;
}

/** DigestInfo (RFC 8017 §9.2 note 1) of a text. */
export function digestInfo(text: string, { hash, oid = hash, parameters = Buffer.of(5, 0) }: DigestInfo): Buffer {
  const algorithm = der(0x30, Buffer.from(OIDS[oid]!, "hex"), parameters);
  return der(0x30, algorithm, der(0x04, createHash(hash).update(text).digest()));
}

/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2) with `padding` bytes of ff (default: as many as fit), and anything behind. */
export function pkcs1(info: Buffer, length: number, padding?: number, behind = Buffer.alloc(0)): Buffer {
  const filler = Buffer.alloc(padding ?? length - 3 - info.length - behind.length, 0xff);
  const message = Buffer.concat([Buffer.of(0, 1), filler, Buffer.of(0), info, behind]);
  return Buffer.concat([message, Buffer.alloc(length - message.length)]);
}

function mgf1(seed: Buffer, length: number, hash: string): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 0; Buffer.concat(blocks).length < length; i++) {
    blocks.push(
      createHash(hash)
        .update(seed)
        .update(Buffer.of(0, 0, 0, i))
        .digest(),
    );
  }
  return Buffer.concat(blocks).subarray(0, length);
}

export interface PssForm {
  readonly hash: string;
  readonly mgfHash?: string;
  readonly saltLength?: number;
  readonly trailer?: number;
  /** What stands between the zeros and the salt; default 1. */
  readonly one?: number;
}

/** EMSA-PSS (RFC 8017 §9.1.1) for a modulus of 8 × `length` bits. */
export function pss(text: string, length: number, form: PssForm): Buffer {
  const { hash, mgfHash = hash, trailer = 0xbc, one = 1 } = form;
  const digest = createHash(hash).update(text).digest();
  const salt = Buffer.alloc(form.saltLength ?? digest.length, 0x5a);
  const seed = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const block = Buffer.alloc(length - seed.length - 1);
  salt.copy(block, block.length - salt.length);
  block[block.length - salt.length - 1] = one;
  const mask = mgf1(seed, block.length, mgfHash);
  const masked = Buffer.from(block.map((byte, i) => byte ^ mask[i]!));
  masked[0] = masked[0]! & 0x7f;
  return Buffer.concat([masked, seed, Buffer.of(trailer)]);
}
