import { Hash, digest, hashLength } from "../../../assembly/crypto/hash";
import { sha512 } from "../../../assembly/crypto/sha512";
import { Bytes, toHex } from "../json/bytes";

const out = heap.alloc(64);

function digestOf(h: Hash, text: string): string {
  const bytes = Bytes.text(text);
  digest(h, bytes.pointer, bytes.length, out);
  return toHex(out, hashLength(h));
}

// FIPS 180-4's examples: a message of one block and one of two.
const TWO_SHORT = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
const TWO_LONG =
  "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

describe("digest", () => {
  it("SHA-256", () => {
    expect(digestOf(Hash.Sha256, "abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(digestOf(Hash.Sha256, TWO_SHORT)).toBe("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  });

  it("SHA-384", () => {
    expect(digestOf(Hash.Sha384, "abc")).toBe(
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    );
    expect(digestOf(Hash.Sha384, TWO_LONG)).toBe(
      "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
    );
  });

  it("SHA-512", () => {
    expect(digestOf(Hash.Sha512, "abc")).toBe(
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    );
    expect(digestOf(Hash.Sha512, TWO_LONG)).toBe(
      "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018" +
        "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
    );
  });

  it("of a text in parts", () => {
    const text = Bytes.text(TWO_LONG);
    sha512.begin();
    sha512.update(text.pointer, 1);
    sha512.update(text.pointer + 1, text.length - 1);
    sha512.finish(out);
    expect(toHex(out, 64)).toBe(digestOf(Hash.Sha512, TWO_LONG));
  });
});
