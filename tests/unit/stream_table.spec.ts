import { StreamTable } from "../../assembly/stream_table";

/** A small generator of repeatable numbers (Marsaglia's xorshift32). */
let state: u32 = 2463534242;
function random(below: u32): u32 {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % below;
}

describe("the table of streams", () => {
  it("knows what was set, until it is deleted", () => {
    const table = new StreamTable();
    expect(table.get(1)).toBe(0);
    expect(table.get(0)).toBe(0);
    expect(table.delete(1)).toBe(false);
    expect(table.delete(0)).toBe(false);
    table.set(1, 7);
    table.set(1, 8);
    table.set(0, 9);
    expect(table.get(1)).toBe(8);
    expect(table.get(0)).toBe(0);
    expect(table.delete(1)).toBe(true);
    expect(table.delete(1)).toBe(false);
    expect(table.get(1)).toBe(0);
  });

  it("agrees with a Map, whatever ids collide and however many there are", () => {
    const table = new StreamTable();
    const model = new Map<u32, u32>();
    let wrong = 0;
    for (let i = 0; i < 100000; i++) {
      // Many multiples of the capacities, so that ids share slots; and the end of the table, from which probes wrap around.
      const id = 1 + random(40) * 1024 + (random(4) == 0 ? 1015 : 0) + random(20);
      const found = model.has(id) ? model.get(id) : 0;
      if (table.get(id) != found) wrong++;
      if (random(2) == 0) {
        table.set(id, i + 1);
        model.set(id, i + 1);
      } else if (table.delete(id) != model.delete(id)) wrong++;
    }
    const ids = model.keys();
    for (let i = 0; i < ids.length; i++) if (table.get(ids[i]) != model.get(ids[i])) wrong++;
    expect(wrong).toBe(0);
    expect(ids.length).toBeGreaterThan(500);
  });
});
