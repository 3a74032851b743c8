import { pointer } from "../host/literal";
import { JsonDocument } from "../json/document";

/** Walks nested members from the payload's root; the value's token, or -1. Lists are not entered. */
export function findClaim(payload: JsonDocument, path: StaticArray<u8>[]): i32 {
  let token = 0;
  for (let i = 0, n = path.length; i < n && token >= 0; i++) {
    const name = unchecked(path[i]);
    token = payload.member(token, pointer(name), name.length);
  }
  return token;
}
