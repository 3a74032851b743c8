import { beginCallback, malloc } from "../../../assembly/host/memory";

const ARENA: i32 = 1 << 16;

describe("malloc", () => {
  it("hands out memory that is aligned, apart, and anew after the callback", () => {
    beginCallback();
    const first = malloc(1);
    const second = malloc(9);
    const third = malloc(0);
    expect(first % 8).toBe(0);
    expect(second).toBe(first + 8, "behind one byte");
    expect(third).toBe(second + 16, "behind nine bytes");
    expect(malloc(1)).toBe(third + 8, "none asked for is some given");
    beginCallback();
    expect(malloc(1)).toBe(first, "the next callback starts anew");
  });

  it("takes a negative size for an empty one", () => {
    beginCallback();
    const first = malloc(-1);
    expect(malloc(8)).toBe(first + 8);
  });

  it("fills the arena to its last byte and goes on elsewhere", () => {
    beginCallback();
    const first = malloc(ARENA - 8);
    const last = malloc(8);
    expect(last).toBe(first + ARENA - 8);
    const outside = malloc(1);
    expect(outside < first || outside >= first + ARENA).toBe(true, "outside of the arena");
    store<u8>(outside, 1);
    beginCallback();
  });

  it("keeps blocks beside the arena apart and gives them back", () => {
    beginCallback();
    // Two sizes, so that the allocator's rounding does not hide a block that is eight bytes short.
    for (let size = 200_000; size <= 200_008; size += 8) {
      const a = malloc(size);
      const b = malloc(size);
      memory.fill(b, 0xbb, size);
      memory.fill(a, 0xaa, size);
      expect(load<u8>(a)).toBe(0xaa);
      expect(load<u8>(a + size - 1)).toBe(0xaa);
      expect(load<u8>(b)).toBe(0xbb);
      expect(load<u8>(b + size - 1)).toBe(0xbb);
      beginCallback();
    }
    const size = 200_000;
    // 400 KB a callback, a thousand times: without giving back that is 400 MB.
    for (let i = 0; i < 20; i++) {
      beginCallback();
      malloc(size);
      malloc(size);
    }
    const pages = memory.size();
    for (let i = 0; i < 1000; i++) {
      beginCallback();
      malloc(size);
      malloc(size);
    }
    expect(memory.size()).toBe(pages);
    beginCallback();
  });
});
