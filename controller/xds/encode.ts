import protobuf from "protobufjs";
import type { EnvoyResource } from "../translate/snapshot.js";
import { lookupType } from "./protos.js";
import { encodeDuration, isDefault, isWrapper, scalar } from "./scalars.js";

/** google.protobuf.Any, ready to be put into a response. */
export interface EncodedAny {
  readonly type_url: string;
  readonly value: Uint8Array;
}

/** A resource that does not fit its message type. The message begins with the path of what is wrong. */
export class EncodeError extends Error {
  constructor(path: string, problem: string) {
    super(`${path === "" ? "(resource)" : path}: ${problem}`);
    this.name = "EncodeError";
  }
}

export const TYPE_URL_PREFIX = "type.googleapis.com/";

type Json = Readonly<Record<string, unknown>>;

/**
 * Encodes a resource that names its type in `@type` (proto3 JSON, lowerCamelCase, enum names, "1.5s" durations, plain values for
 * wrappers, bytes as Uint8Array or base64). Strict where protobufjs is not: anything unknown or of a wrong type throws an
 * EncodeError with its path, so a misspelt security setting is never dropped in silence. Equal content gives equal bytes.
 */
export function encodeAny(resource: EnvoyResource, path = ""): EncodedAny {
  const typeUrl = resource["@type"];
  if (typeof typeUrl !== "string") throw new EncodeError(path, "has no @type");
  const fields: Record<string, unknown> = { ...resource };
  delete fields["@type"];
  return encodeResource(typeUrl, fields, path);
}

/** The same for a resource whose type the caller knows; an `@type` of its own must agree. */
export function encodeResource(typeUrl: string, resource: EnvoyResource, path = ""): EncodedAny {
  const { "@type": own, ...fields } = resource;
  if (own !== undefined && own !== typeUrl) throw new EncodeError(path, `is ${String(own)}, not ${typeUrl}`);
  const type = typeOf(typeUrl, path);
  // proto3 JSON: messages with a JSON form of their own stand behind "value" inside an Any.
  const special = isWrapper(type) || type.fullName === ".google.protobuf.Duration";
  let content: unknown = fields;
  if (special) {
    const unknown = Object.keys(fields).find((key) => key !== "value");
    if (unknown !== undefined) throw new EncodeError(join(path, unknown), `unknown field of ${type.fullName.slice(1)}`);
    content = fields["value"];
  }
  const value = type.encode(message(type, content, special ? join(path, "value") : path)).finish();
  return { type_url: typeUrl, value };
}

function typeOf(typeUrl: string, path: string): protobuf.Type {
  if (!typeUrl.startsWith(TYPE_URL_PREFIX)) throw new EncodeError(path, `@type must begin with ${TYPE_URL_PREFIX}`);
  try {
    return lookupType(typeUrl.slice(TYPE_URL_PREFIX.length));
  } catch (error) {
    throw new EncodeError(path, error instanceof Error ? error.message : String(error));
  }
}

/** The protobufjs message object of a JSON value, fields under their .proto names. */
function message(type: protobuf.Type, json: unknown, path: string): Record<string, unknown> {
  if (type.fullName === ".google.protobuf.Duration") return guard(path, () => encodeDuration(json));
  const wrapped = isWrapper(type) ? type.fields["value"] : undefined;
  if (wrapped !== undefined) {
    const value = guard(path, () => scalar(wrapped, json));
    return isDefault(value) ? {} : { value };
  }
  const object = asObject(json, path);
  if (type.fullName === ".google.protobuf.Any") return { ...encodeAny(object, path) };
  if (type.fullName === ".google.protobuf.Struct")
    throw new EncodeError(path, "google.protobuf.Struct is not supported");

  const known = fieldsByJsonName(type);
  const result: Record<string, unknown> = {};
  const members = new Map<protobuf.OneOf, string>();
  for (const [name, value] of Object.entries(object)) {
    // An optional property that was not set; JSON itself has no undefined.
    if (value === undefined) continue;
    const at = join(path, name);
    const field = known.get(name);
    if (field === undefined) throw new EncodeError(at, `unknown field of ${type.fullName.slice(1)}`);
    if (field.partOf !== null && !field.partOf.isProto3Optional) {
      const other = members.get(field.partOf);
      if (other !== undefined) throw new EncodeError(at, `excludes ${other}`);
      members.set(field.partOf, name);
    }
    const converted = fieldValue(field, value, at);
    // As every other encoder: a default value that cannot be told from an absent one is not written.
    if (field.partOf === null && isDefault(converted)) continue;
    result[field.name] = converted;
  }
  return result;
}

function fieldValue(field: protobuf.Field, value: unknown, path: string): unknown {
  if (field instanceof protobuf.MapField) {
    if (field.keyType !== "string") throw new EncodeError(path, `map keys of type ${field.keyType} are not supported`);
    const entries = Object.entries(asObject(value, path)).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      entries.map(([key, item]) => [key, singular(field, item, `${path}[${JSON.stringify(key)}]`)]),
    );
  }
  if (!field.repeated) return singular(field, value, path);
  if (!Array.isArray(value)) throw new EncodeError(path, `must be an array, is ${describe(value)}`);
  return value.map((item: unknown, index) => singular(field, item, `${path}[${index}]`));
}

function singular(field: protobuf.Field, value: unknown, path: string): unknown {
  if (field.resolvedType instanceof protobuf.Type) return message(field.resolvedType, value, path);
  return guard(path, () => scalar(field, value));
}

function asObject(value: unknown, path: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw new EncodeError(path, `must be an object, is ${describe(value)}`);
  }
  return value as Json;
}

function describe(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}

function guard<T>(path: string, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    throw new EncodeError(path, error instanceof Error ? error.message : String(error));
  }
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

const jsonNames = new WeakMap<protobuf.Type, ReadonlyMap<string, protobuf.Field>>();

function fieldsByJsonName(type: protobuf.Type): ReadonlyMap<string, protobuf.Field> {
  let known = jsonNames.get(type);
  if (known === undefined) {
    known = new Map(type.fieldsArray.map((field) => [jsonName(field.name), field.resolve()]));
    jsonNames.set(type, known);
  }
  return known;
}

/** protoc's ToJsonName: underscores go, the character behind one becomes a capital. */
function jsonName(name: string): string {
  return name.replace(/_+(.)?/g, (_match, next: string | undefined) => (next ?? "").toUpperCase());
}
