export { malloc } from "../../../assembly/host/memory";
import { callForeign, foreignResult, foreignResultLength } from "../../../assembly/host/foreign";
import { Bytes, toText } from "../json/bytes";
import { reset, setForeign } from "../mock";

// @ts-ignore: decorator
@external("test", "foreignNameIs")
declare function foreignNameIs(name: string): bool;

const name = Bytes.text("compress");

function call(): u32 {
  return callForeign(name.pointer, name.length, name.pointer, 3);
}

describe("callForeign", () => {
  beforeEach(() => {
    reset();
  });

  it("hands over status and result", () => {
    setForeign(0, "answer");
    expect(call()).toBe(0);
    expect(foreignNameIs("compress")).toBe(true);
    expect(toText(foreignResult, foreignResultLength)).toBe("answer");
  });

  it("has no result after a refusal, nor an old one", () => {
    setForeign(0, "answer");
    call();
    setForeign(0, "");
    expect(call()).toBe(0);
    expect(foreignResult).toBe(0);
    expect(foreignResultLength).toBe(0);
    setForeign(0, "answer");
    call();
    setForeign(2, "");
    expect(call()).toBe(2);
    expect(foreignResult).toBe(0);
    expect(foreignResultLength).toBe(0);
    reset();
    expect(call()).toBe(1);
  });
});
