import { JsonDocument, JsonError } from "../../../assembly/json/document";
import { MadeOf } from "../../../assembly/json/equal";
import { Bytes } from "./bytes";

/** What is made of a value here: where it was first seen. */
class Place {
  constructor(public index: i32) {}
}

/** For each element of a list, the index of the first that is taken for equal. */
function firsts(list: string): i32[] {
  const doc = new JsonDocument(1 << 16, 32);
  const bytes = Bytes.text(list);
  expect(doc.parse(bytes.pointer, bytes.length)).toBe(JsonError.None, list);
  const made = new MadeOf<Place>(doc);
  const indices: i32[] = [];
  for (let i = 0, token = 1; i < doc.count(0); i++, token = doc.next(token)) {
    const known = made.find(token);
    indices.push(known !== null ? known.index : made.add(new Place(i)).index);
  }
  return indices;
}

describe("MadeOf", () => {
  it("tells values apart", () => {
    const different: string[] = [
      "null",
      "true",
      "false",
      "0",
      "1",
      "10",
      '""',
      '"0"',
      '"true"',
      '"a"',
      '"ab"',
      '"a\\u0000"',
      '"abcdefgh"',
      '"abcdefgi"',
      '"abcdefghi"',
      "[]",
      "{}",
      '["a"]',
      '["a","b"]',
      '["ab"]',
      '["","ab"]',
      '["b","a"]',
      '[["a"],"b"]',
      '[["a","b"]]',
      '[["a","b"],[]]',
      '[["a"],["b"]]',
      '{"a":"b"}',
      '{"b":"a"}',
      '{"a":"b","c":"d"}',
      '{"c":"d","a":"b"}',
      '{"a":"d","c":"b"}',
      '{"a":{"b":"c"}}',
      '{"a":["b","c"]}',
      '{"a":[],"b":{}}',
      '{"a":{},"b":[]}',
    ];
    const indices = firsts("[" + different.join(",") + "]");
    for (let i = 0; i < different.length; i++) expect(indices[i]).toBe(i, different[i]);
  });

  it("finds what was made of an equal value, however it is written", () => {
    expect(firsts('[{"a":[1,"b\\n"]},2,{ "a" : [ 1 , "b\\u000a" ] },"é","\\u00e9",2]')).toStrictEqual([
      0, 1, 0, 3, 3, 1,
    ]);
  });

  it("does so for thousands", () => {
    let text = "[";
    for (let i = 0; i < 6000; i++) text += (i > 0 ? "," : "") + '{"name":"' + (i % 2000).toString() + '"}';
    const indices = firsts(text + "]");
    for (let i = 0; i < 6000; i++) expect(indices[i]).toBe(i % 2000);
  });
});
