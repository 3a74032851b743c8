import { JsonDocument } from "../json/document";

/** The value of `object`'s member `name`, or -1. Allocates: for configuration only. */
export function memberOf(doc: JsonDocument, object: i32, name: string): i32 {
  const bytes = String.UTF8.encode(name);
  return doc.member(object, changetype<usize>(bytes), bytes.byteLength);
}
