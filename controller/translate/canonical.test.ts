import { expect, test } from "vitest";
import { canonicalJson, unchanging } from "./canonical.js";

test("members by name, without white space; what JSON has no word for as JSON.stringify has it", () => {
  expect(canonicalJson({ b: [1, null, undefined, { z: "é\n", a: true }], a: undefined, é: 1.5, B: {} })).toBe(
    '{"B":{},"b":[1,null,null,{"a":true,"z":"é\\n"}],"é":1.5}',
  );
  // RFC 8785 §3.2.3: by UTF-16 code units, names that look like numbers too.
  expect(canonicalJson({ "2": 0, "10": 0, "\u{1f600}": 0, "\ufb33": 0, ["__proto__"]: 1 })).toBe(
    '{"10":0,"2":0,"__proto__":1,"\u{1f600}":0,"\ufb33":0}',
  );
  expect([canonicalJson(undefined), canonicalJson(NaN), canonicalJson("a")]).toEqual(["null", "null", '"a"']);
});

test("the text of what does not change any more is made once", () => {
  const inner = unchanging({ b: 1, a: 2 });
  expect(canonicalJson({ inner })).toBe('{"inner":{"a":2,"b":1}}');
  inner.a = 3;
  expect(canonicalJson([inner])).toBe('[{"a":2,"b":1}]');
  expect(canonicalJson({ ...inner })).toBe('{"a":3,"b":1}');
});
