// Route tables in bytes. They are by far the largest resources, and of a thousand virtual hosts a change concerns one: the others are
// taken as they were encoded before.
import type { EnvoyResource } from "../translate/snapshot.js";
import { Recent } from "../recent.js";
import { type EncodedAny, encodeResource, TYPE_URL_PREFIX } from "./encode.js";
import { lookupType } from "./protos.js";
import { ROUTE } from "./types.js";

const VIRTUAL_HOST = `${TYPE_URL_PREFIX}envoy.config.route.v3.VirtualHost`;
const LENGTH_DELIMITED = 2;

/** Virtual hosts, each with the tag and length it has in a RouteConfiguration, by their JSON. */
const fields = new Recent<Uint8Array>(5000);
/** The same of the very objects, which are never changed in place. */
const ofObjects = new WeakMap<EnvoyResource, Uint8Array>();

/**
 * The same content as encodeResource() gives it; a message's fields may stand in any order (protobuf.dev/programming-guides/encoding).
 * Equal content gives equal bytes.
 */
export function encodeTable(table: EnvoyResource, path: string): EncodedAny {
  const { virtualHosts, ...rest } = table;
  if (!Array.isArray(virtualHosts)) return encodeResource(ROUTE, table, path);
  const { type_url, value } = encodeResource(ROUTE, rest, path);
  const hosts = virtualHosts.map((host: EnvoyResource, index) => {
    let field = ofObjects.get(host);
    if (field === undefined) ofObjects.set(host, (field = fieldOf(host, `${path}.virtualHosts[${index}]`)));
    return field;
  });
  return { type_url, value: Buffer.concat([value, ...hosts]) };
}

function fieldOf(host: EnvoyResource, path: string): Uint8Array {
  return fields.get(JSON.stringify(host), () => {
    const { value } = encodeResource(VIRTUAL_HOST, host, path);
    return Buffer.concat([prefix(value.length), value]);
  });
}

/** Tag and length of one virtual host. */
function prefix(length: number): Uint8Array {
  const { id } = lookupType(ROUTE.slice(TYPE_URL_PREFIX.length)).fields["virtual_hosts"]!;
  return Uint8Array.from([...varint((id << 3) | LENGTH_DELIMITED), ...varint(length)]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
