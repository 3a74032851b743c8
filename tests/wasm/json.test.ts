import { beforeAll, describe, expect, test, vi } from "vitest";
import { Random, damage, deep, number, value } from "./json.generator.js";
import { IntegerStatus, JsonError, Reader } from "./json.harness.js";
import { type Difference, opinion, sixDecimals, truncated } from "./json.oracle.js";

// Loops over thousands of documents, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const MAX_DEPTH = 64;
const ERRORS: Record<Difference, number> = {
  "duplicate name": JsonError.Duplicate,
  "lone surrogate": JsonError.Utf8,
  depth: JsonError.Depth,
};

let reader: Reader;
beforeAll(async () => {
  reader = await Reader.load();
}, 120_000);

/** Compares one document with node; answers what was seen. */
function compare(document: Uint8Array): "refused" | "accepted" | Difference {
  const node = opinion(document, MAX_DEPTH);
  const error = reader.parse(document);
  if (!node.accepts && error !== JsonError.None) return "refused";
  const shown = JSON.stringify(Buffer.from(document).toString("latin1"));
  expect(node.accepts, shown).toBe(true);
  if (node.differences.size > 0) {
    const allowed = [...node.differences].map((difference) => ERRORS[difference]);
    expect(allowed, shown).toContain(error);
    return [...node.differences].find((difference) => ERRORS[difference] === error) as Difference;
  }
  expect(error, shown).toBe(JsonError.None);
  const written = reader.write();
  expect(written, shown).toBe(node.compact);
  expect(JSON.parse(written as string), shown).toEqual(node.value);
  return "accepted";
}

describe("against JSON.parse", () => {
  test("the same documents are accepted, and mean the same", () => {
    const random = new Random(20261122);
    const seen: Record<string, number> = {};
    for (let i = 0; i < 4000; i++) {
      const document = Buffer.from(i % 40 === 0 ? deep(random) : value(random, 5));
      for (const variant of [document, damage(random, document), damage(random, document)]) {
        const result = compare(variant);
        seen[result] = (seen[result] ?? 0) + 1;
      }
    }
    expect(Object.keys(seen).sort()).toEqual(["accepted", "depth", "duplicate name", "lone surrogate", "refused"]);
    expect(seen["accepted"]).toBeGreaterThan(4000);
    expect(seen["refused"]).toBeGreaterThan(3000);
    for (const difference of Object.keys(ERRORS)) expect(seen[difference], difference).toBeGreaterThan(20);
  });

  test("a text cut off anywhere is refused", () => {
    const random = new Random(7);
    for (let i = 0; i < 100; i++) {
      const document = Buffer.from(`[${value(random, 3)}]`);
      for (let length = 0; length < document.length; length++) compare(document.subarray(0, length));
    }
  });

  test("each byte in each place of a short document", () => {
    const document = Buffer.from('{"a\\n":[1.5e1,true,"é"]}');
    for (let at = 0; at < document.length; at++)
      for (let byte = 0; byte < 256; byte++) {
        const changed = Buffer.from(document);
        changed[at] = byte;
        compare(changed);
      }
  });
});

describe("numbers", () => {
  test("are truncated and written exactly", () => {
    const random = new Random(42);
    const wrong: string[] = [];
    for (let i = 0; i < 10_000; i++) {
      const literal = number(random);
      const { negative, zero, whole, integral } = truncated(literal);
      const ok = zero || (!negative && whole < 1n << 64n);
      const digits = whole.toString();
      const expected =
        digits.length > 330 ? null : integral ? (negative && !zero ? "-" : "") + digits : sixDecimals(literal);
      const right =
        reader.parse(literal) === JsonError.None &&
        reader.exports.integer() === (ok ? IntegerStatus.Ok : IntegerStatus.OutOfRange) &&
        // A wasm i64 crosses as a signed BigInt.
        BigInt.asUintN(64, reader.exports.lastInteger()) === (ok ? whole : 0n) &&
        reader.writeHeader() === expected;
      if (!right) wrong.push(`${literal}: ${reader.exports.integer()} ${reader.writeHeader()} but ${expected}`);
    }
    expect(wrong).toEqual([]);
  });

  test("on the verge of two doubles go to the even one", () => {
    const random = new Random(11);
    const random53 = (): bigint => (1n << 52n) | (BigInt(random.below(1 << 26)) << 26n) | BigInt(random.below(1 << 26));
    const wrong: string[] = [];
    for (let i = 0; i < 3000; i++) {
      // (2m + 1) / 2^(places) is half way between two doubles; as a decimal it has as many places.
      const places = 1 + random.below(77);
      const digits = ((random53() * 2n + 1n) * 5n ** BigInt(places)).toString().padStart(places + 1, "0");
      const half = `${digits.slice(0, -places)}.${digits.slice(-places)}`;
      for (const literal of [half, `${half}${"0".repeat(40)}1`, `${half.slice(0, -1)}4${"9".repeat(60)}`]) {
        const error = reader.parse(literal);
        if (error !== JsonError.None || reader.writeHeader() !== sixDecimals(literal)) wrong.push(literal);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("size", () => {
  const best = (document: string, runs = 5): number => {
    let fastest = Infinity;
    for (let i = 0; i < runs; i++) {
      const length = reader.put(document);
      const start = performance.now();
      expect(reader.exports.parse(length)).toBe(JsonError.None);
      fastest = Math.min(fastest, performance.now() - start);
    }
    return fastest;
  };

  const configuration = (names: number): string => {
    const policy = { providers: ["selfminted"], claims: { team: "dev", org: "solo.io" }, note: "x".repeat(30) };
    return JSON.stringify(Object.fromEntries(Array.from({ length: names }, (_, i) => [`httproute/ns/${i}`, policy])));
  };

  test("ten times the names take about ten times as long", () => {
    const large = configuration(10_000);
    expect(large.length).toBeGreaterThan(1_000_000);
    const small = configuration(1_000);
    let [least, most] = [Infinity, Infinity];
    // What else the machine does only ever adds: as many runs as it takes to see it without.
    for (let run = 0; run < 12 && (run === 0 || most / least > 40); run++) {
      least = Math.min(least, best(small, 30));
      most = Math.min(most, best(large));
    }
    expect(most / least).toBeLessThan(40);
    expect(reader.parse(large)).toBe(JsonError.None);
    expect(reader.write()).toBe(large);
  });

  test("names that collide in the index end in a refusal, not in a long search", async () => {
    const large = best(configuration(10_000));
    reader = await Reader.load();
    // As many names as fit into 8 KiB, all of one slot of the index that has grown to 2,048 for them.
    const names: string[] = [];
    for (let i = 0; names.length < 700; i++) {
      const name = i.toString(36);
      const length = reader.put(name);
      if ((reader.exports.nameHash(length) & 2047) === 5) names.push(name);
    }
    const document = (count: number): string =>
      `{${names
        .slice(0, count)
        .map((name) => `"${name}":0`)
        .join(",")}}`;
    // 3 KB of names made to collide cost less than a megabyte of names that do not.
    expect(best(document(256))).toBeLessThan(large);
    expect(reader.parse(document(700))).toBe(JsonError.Tokens);
  });
});
