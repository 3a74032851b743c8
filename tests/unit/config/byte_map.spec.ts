import { ByteMap } from "../../../assembly/config/byte_map";
import { Bytes } from "../json/bytes";

function add(map: ByteMap, name: string, value: i32): bool {
  const bytes = Bytes.text(name);
  return map.add(bytes.pointer, bytes.length, value);
}

function get(map: ByteMap, name: string): i32 {
  const bytes = Bytes.text(name);
  return map.get(bytes.pointer, bytes.length);
}

/** The map's hash, written down again: FNV-1a with its upper half folded into the lower. */
function slotOf(name: string, mask: u32): u32 {
  let value: u32 = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) value = (value ^ (name.charCodeAt(i) & 0xff)) * 0x01000193;
  return (value ^ (value >> 15)) & mask;
}

describe("ByteMap", () => {
  it("finds what was added and nothing else", () => {
    const map = new ByteMap();
    expect(get(map, "a")).toBe(-1, "empty");
    expect(add(map, "a", 7)).toBe(true);
    expect(add(map, "", 8)).toBe(true, "the empty name is a name");
    expect(add(map, "a\0", 9)).toBe(true, "NUL is a byte");
    expect(get(map, "a")).toBe(7);
    expect(get(map, "")).toBe(8);
    expect(get(map, "a\0")).toBe(9);
    expect(get(map, "b")).toBe(-1);
    expect(get(map, "aa")).toBe(-1);
  });

  it("keeps the first value of a name", () => {
    const map = new ByteMap();
    add(map, "a", 1);
    expect(add(map, "a", 2)).toBe(false);
    expect(get(map, "a")).toBe(1);
  });

  it("copies names: the configuration's memory does not last", () => {
    const map = new ByteMap();
    const bytes = Bytes.text("name");
    map.add(bytes.pointer, bytes.length, 3);
    memory.fill(bytes.pointer, 0x78, bytes.length);
    expect(get(map, "name")).toBe(3);
    expect(get(map, "xxxx")).toBe(-1);
  });

  it("tells names apart that fall on one slot, around the table's end too", () => {
    const map = new ByteMap();
    // Seven names of the last slot: as many as the first table of sixteen may hold.
    const names: string[] = [];
    for (let i = 0; names.length < 8; i++) if (slotOf("n" + i.toString(), 15) == 15) names.push("n" + i.toString());
    for (let i = 0; i < 7; i++) expect(add(map, names[i], i)).toBe(true);
    for (let i = 0; i < 7; i++) expect(get(map, names[i])).toBe(i, names[i]);
    expect(get(map, names[7])).toBe(-1, "an eighth of that slot, not added");
  });

  it("grows", () => {
    const map = new ByteMap();
    let wrong = 0;
    for (let i = 0; i < 5000; i++) if (!add(map, "httproute/default/r" + i.toString(), i)) wrong++;
    for (let i = 0; i < 5000; i++) if (get(map, "httproute/default/r" + i.toString()) != i) wrong++;
    for (let i = 5000; i < 10000; i++) if (get(map, "httproute/default/r" + i.toString()) != -1) wrong++;
    expect(wrong).toBe(0);
  });
});
