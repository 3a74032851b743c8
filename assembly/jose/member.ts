import { JsonDocument } from "../json/document";

const LONGEST: i32 = 16;
const NAME: usize = memory.data(16);

/** The value of `object`'s member `name`, which is ASCII and short; -1 if there is none. */
export function memberOf(doc: JsonDocument, object: i32, name: string): i32 {
  const length = name.length;
  assert(length <= LONGEST);
  for (let i = 0; i < length; i++) store<u8>(NAME + i, name.charCodeAt(i));
  return doc.member(object, NAME, length);
}
