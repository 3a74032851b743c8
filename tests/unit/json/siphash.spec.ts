import { seedHash, sipHash } from "../../../assembly/json/siphash";

const source = heap.alloc(64);

describe("sipHash", () => {
  it("answers what another implementation does", () => {
    // Key 00 01 … 0f over 00 01 …; from a Python SipHash-c-d that gives the paper's value for c=2, d=4.
    const lengths: i32[] = [0, 1, 7, 8, 9, 15, 16, 63];
    const hashes: u64[] = [
      0xabac0158050fc4dc, 0xc9f49bf37d57ca93, 0xd3927d989bb11140, 0x369095118d299a8e, 0x25a48eb36c063de4,
      0xd320d86d2a519956, 0xcc4fdd1a7d908b66, 0x9d199062b7bbb3a8,
    ];
    seedHash(0x0706050403020100, 0x0f0e0d0c0b0a0908);
    for (let i: u32 = 0; i < 64; i++) store<u8>(source + i, <u8>i);
    for (let i = 0; i < lengths.length; i++) expect(sipHash(source, lengths[i], 0)).toBe(hashes[i]);
  });

  it("depends on key and tweak", () => {
    seedHash(1, 2);
    const hash = sipHash(source, 9, 0);
    expect(sipHash(source, 9, 1)).not.toBe(hash);
    seedHash(1, 3);
    expect(sipHash(source, 9, 0)).not.toBe(hash);
  });
});
