// providers.NAME.failureStatus: the name under which a failure can be read, in access logs for example.
import { JsonDocument } from "../json/document";
import { ascii } from "../host/literal";
import { fail, stringField } from "./fields";
import { FailureStatus } from "./model";

const CODE = ascii(".code");
const MESSAGE = ascii(".message");
const MAX_NAME: i32 = 128;

/** Decodes the name; null if there is none. It must fit into `%FILTER_STATE(wasm.NAME.code:PLAIN)%` as it is. */
export function decodeFailureStatus(doc: JsonDocument, object: i32, path: string): FailureStatus | null {
  const name = stringField(doc, object, "failureStatus", path);
  if (name === null) return null;
  let sound = name.length > 0 && name.length <= MAX_NAME;
  for (let i = 0; i < name.length && sound; i++) sound = isNameCharacter(unchecked(name[i]));
  if (sound) return new FailureStatus(name.concat<StaticArray<u8>>(CODE), name.concat<StaticArray<u8>>(MESSAGE));
  fail(path + ".failureStatus", "must be a name of 1 to " + MAX_NAME.toString() + " letters, digits, `.`, `_` and `-`");
  return null;
}

function isNameCharacter(c: u32): bool {
  return (c | 0x20) - 0x61 < 26 || c - 0x30 < 10 || c == 0x2e || c == 0x5f || c == 0x2d;
}
