// Strict reading of configuration members: every unknown or mistyped one is named by its path, and nothing is guessed.
import { copyBytes } from "../host/literal";
import { JsonDocument, Kind } from "../json/document";
import { integerStatus, integerValue, IntegerStatus } from "../json/number";

let failure: string = "";
/** Texts of paths are made. Without a failure nobody reads one, and in a large configuration making them takes as long as all else. */
let naming: bool = false;

/** Forgets an earlier failure. `named`: what fails from now on is to be named by its path. */
export function resetFailure(named: bool = true): void {
  failure = "";
  naming = named;
}

/** The first failure as `path: message`, or empty. */
export function failureText(): string {
  return failure;
}

export function failed(): bool {
  return failure.length != 0;
}

/** The path of what is called `name` below `path`; "" while paths are not made. */
export function below(path: string, name: string): string {
  return naming ? path + "." + name : "";
}

/** The same for the member with this key. */
export function memberPath(path: string, doc: JsonDocument, key: i32): string {
  return naming ? path + "." + doc.text(key) : "";
}

/** The same for an element of the list called `name`. */
export function elementPath(path: string, name: string, index: i32): string {
  return naming ? path + "." + name + "[" + index.toString() + "]" : "";
}

/** Notes what is wrong at `path`; the first one counts. */
export function fail(path: string, message: string): void {
  if (failure.length == 0) failure = path + ": " + message;
}

/** Whether a string token is this ASCII text. */
export function tokenIs(doc: JsonDocument, token: i32, text: string): bool {
  if (doc.length(token) != text.length) return false;
  const at = doc.pointer(token);
  for (let i = 0, n = text.length; i < n; i++) if (load<u8>(at + i) != <u8>text.charCodeAt(i)) return false;
  return true;
}

/** Which of these ASCII texts a string token is, or -1. */
export function whichOf(doc: JsonDocument, token: i32, texts: StaticArray<string>): i32 {
  for (let i = 0; i < texts.length; i++) if (tokenIs(doc, token, unchecked(texts[i]))) return i;
  return -1;
}

/** Fails unless the token is an object whose members all have one of the allowed names. */
export function expectObject(doc: JsonDocument, token: i32, path: string, allowed: StaticArray<string>): bool {
  if (doc.kind(token) != Kind.Object) {
    fail(path, "must be an object");
    return false;
  }
  for (let i = 0, key = token + 1, n = doc.count(token); i < n; i++, key = doc.next(key + 1)) {
    if (whichOf(doc, key, allowed) < 0) fail(path, "unknown field " + doc.text(key));
  }
  return !failed();
}

/** The value token of a member, or -1. */
export function find(doc: JsonDocument, object: i32, name: string): i32 {
  for (let i = 0, key = object + 1, n = doc.count(object); i < n; i++, key = doc.next(key + 1)) {
    if (tokenIs(doc, key, name)) return key + 1;
  }
  return -1;
}

/** A string member's bytes, or null if it is absent. */
export function stringField(doc: JsonDocument, object: i32, name: string, path: string): StaticArray<u8> | null {
  const token = find(doc, object, name);
  if (token < 0) return null;
  if (doc.kind(token) != Kind.String) {
    fail(path + "." + name, "must be a string");
    return null;
  }
  return copyBytes(doc.pointer(token), doc.length(token));
}

/** Which of the names a string member is, `fallback` if it is absent; else it fails with `message`. */
export function choiceField(
  doc: JsonDocument,
  object: i32,
  name: string,
  path: string,
  names: StaticArray<string>,
  fallback: i32,
  message: string,
): i32 {
  const token = find(doc, object, name);
  if (token < 0) return fallback;
  if (doc.kind(token) != Kind.String) fail(path + "." + name, "must be a string");
  else {
    const index = whichOf(doc, token, names);
    if (index >= 0) return index;
    fail(path + "." + name, message);
  }
  return fallback;
}

/** A boolean member, or `fallback` if it is absent. */
export function boolField(doc: JsonDocument, object: i32, name: string, path: string, fallback: bool): bool {
  const token = find(doc, object, name);
  if (token < 0) return fallback;
  const kind = doc.kind(token);
  if (kind != Kind.True && kind != Kind.False) fail(path + "." + name, "must be true or false");
  return kind == Kind.True;
}

/** Whether a token is a number from 0 to 2^64 - 1 written in digits alone: 1.5 must not be read as 1. It is in `integerValue` then. */
export function isInteger(doc: JsonDocument, token: i32): bool {
  if (integerStatus(doc, token) != IntegerStatus.Ok) return false;
  let at = doc.pointer(token);
  const last = at + <usize>doc.length(token);
  while (at < last && <u32>load<u8>(at) - 0x30 < 10) at++;
  return at == last;
}

/** An integer member between `least` and `most`, or `fallback` if it is absent. */
export function integerField(
  doc: JsonDocument,
  object: i32,
  name: string,
  path: string,
  fallback: u64,
  most: u64,
  least: u64 = 0,
): u64 {
  const token = find(doc, object, name);
  if (token < 0) return fallback;
  if (!isInteger(doc, token) || integerValue > most || integerValue < least) {
    fail(path + "." + name, "must be an integer from " + least.toString() + " to " + most.toString());
    return fallback;
  }
  return integerValue;
}

/** The token of an array member, or -1 if it is absent or no array. */
export function arrayField(doc: JsonDocument, object: i32, name: string, path: string): i32 {
  const token = find(doc, object, name);
  if (token >= 0 && doc.kind(token) != Kind.Array) fail(path + "." + name, "must be a list");
  return token >= 0 && doc.kind(token) == Kind.Array ? token : -1;
}

/** The token of an object member (any member names), or -1 if it is absent or no object. */
export function mapField(doc: JsonDocument, object: i32, name: string, path: string): i32 {
  const token = find(doc, object, name);
  if (token >= 0 && doc.kind(token) != Kind.Object) fail(path + "." + name, "must be an object");
  return token >= 0 && doc.kind(token) == Kind.Object ? token : -1;
}

/** A list of strings as bytes; empty if the member is absent. */
export function stringsField(doc: JsonDocument, object: i32, name: string, path: string): StaticArray<u8>[] {
  const strings: StaticArray<u8>[] = [];
  const list = arrayField(doc, object, name, path);
  if (list < 0) return strings;
  for (let i = 0, token = list + 1, n = doc.count(list); i < n; i++, token = doc.next(token)) {
    if (doc.kind(token) == Kind.String) strings.push(copyBytes(doc.pointer(token), doc.length(token)));
    else fail(path + "." + name + "[" + i.toString() + "]", "must be a string");
  }
  return strings;
}
