import { claimPath } from "../../../assembly/config/claim_path";
import { ascii, pointer } from "../../../assembly/host/literal";
import { toText } from "../json/bytes";

/** The parts, each in brackets. */
function parts(name: string, delimiter: string): string {
  const path = claimPath(ascii(name), ascii(delimiter));
  let text = "";
  for (let i = 0; i < path.length; i++) text += "[" + toText(pointer(path[i]), path[i].length) + "]";
  return text;
}

describe("claimPath", () => {
  it("splits at the delimiter", () => {
    expect(parts("a.b.c", ".")).toBe("[a][b][c]");
    expect(parts("a", ".")).toBe("[a]");
    expect(parts("a::b:c", "::")).toBe("[a][b:c]", "a longer delimiter");
    expect(parts("a:::b", "::")).toBe("[a][:b]", "from the left");
    expect(parts("a.b", "::")).toBe("[a.b]");
  });

  it("keeps empty parts, which name members without a name", () => {
    expect(parts(".a", ".")).toBe("[][a]");
    expect(parts("a.", ".")).toBe("[a][]");
    expect(parts("a..b", ".")).toBe("[a][][b]");
    expect(parts("", ".")).toBe("[]");
    expect(parts(".", ".")).toBe("[][]");
  });

  it("does not split without a delimiter", () => {
    expect(parts("https://x.y/roles", "")).toBe("[https://x.y/roles]");
    expect(parts("", "")).toBe("[]");
  });

  it("does not look for a delimiter behind the name's end", () => {
    expect(parts("a", "ab")).toBe("[a]");
    expect(parts("ab", "abc")).toBe("[ab]");
  });
});
