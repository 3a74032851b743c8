import { areSame, findByte } from "../../../assembly/bytes/search";

const A: usize = memory.data(128);
const B: usize = memory.data(128);

describe("findByte", () => {
  it("finds the first, wherever it is and however long the text", () => {
    let wrong = 0;
    for (let length: usize = 0; length < 70; length++) {
      for (let at: usize = 0; at < length; at++) {
        memory.fill(A, 0xae, 128);
        store<u8>(A + 3 + at, 0x2e);
        store<u8>(A + 3 + length, 0x2e);
        if (findByte(A + 3, A + 3 + length, 0x2e) != A + 3 + at) wrong++;
        store<u8>(A + 3 + length - 1, 0x2e);
        if (findByte(A + 3, A + 3 + length, 0x2e) != A + 3 + at) wrong++;
      }
      memory.fill(A, 0xae, 128);
      store<u8>(A + 3 + length, 0x2e);
      // What stands right behind the text is none of it.
      if (findByte(A + 3, A + 3 + length, 0x2e) != A + 3 + length) wrong++;
    }
    expect(wrong).toBe(0);
  });

  it("finds bytes above 127", () => {
    memory.fill(A, 0x7f, 128);
    store<u8>(A + 20, 0xff);
    expect(findByte(A, A + 64, 0xff)).toBe(A + 20);
  });
});

describe("areSame", () => {
  it("sees every byte, and none behind the last", () => {
    let wrong = 0;
    for (let i: usize = 0; i < 128; i++) store<u8>(A + i, <u8>(i * 7));
    for (let length = 0; length < 70; length++) {
      memory.copy(B, A + 1, 127);
      store<u8>(B + <usize>length, load<u8>(B + <usize>length) ^ 1);
      if (!areSame(A + 1, B, length)) wrong++;
      for (let at = 0; at < length; at++) {
        memory.copy(B, A + 1, 127);
        store<u8>(B + <usize>at, load<u8>(B + <usize>at) ^ 0x80);
        if (areSame(A + 1, B, length)) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });
});
