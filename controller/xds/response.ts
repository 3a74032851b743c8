// DeltaDiscoveryResponses in bytes. A thousand routes make a route table of hundreds of kilobytes: what many Envoys are sent is
// encoded once, and all of them are sent the same bytes.
import { lookupType } from "./protos.js";
import type { EncodedResource, TypeUrl } from "./types.js";

/** A DeltaDiscoveryResponse to be written. */
export interface Outgoing {
  readonly typeUrl: TypeUrl;
  readonly nonce: string;
  readonly resources: readonly { readonly name: string; readonly resource: EncodedResource }[];
  readonly removed: readonly string[];
}

/** A response with one resource and nothing else: whoever is sent that very resource may be sent these bytes. */
interface Shared {
  readonly typeUrl: TypeUrl;
  readonly name: string;
  readonly nonce: string;
  /** Gone some time after the last stream was sent them. */
  bytes?: WeakRef<Buffer>;
}

/** Identity is the key: streams share bytes only where they were given the same object to send. */
const shared = new WeakMap<EncodedResource, Shared>();
let responses = 0;

/** The nonce of the response that brings this resource alone, on all streams; undefined if the resource has another name elsewhere. */
export function sharedNonce(typeUrl: TypeUrl, name: string, resource: EncodedResource): string | undefined {
  let known = shared.get(resource);
  // Streams count their own; a letter tells these from those.
  if (known === undefined) shared.set(resource, (known = { typeUrl, name, nonce: `r${++responses}` }));
  return known.typeUrl === typeUrl && known.name === name ? known.nonce : undefined;
}

/** The response as it goes on the wire. The bytes must not be changed: other streams may be sending them. */
export function encodeResponse(outgoing: Outgoing): Buffer {
  const { typeUrl, nonce, resources, removed } = outgoing;
  const only = resources.length === 1 && removed.length === 0 ? resources[0] : undefined;
  const known = only && shared.get(only.resource);
  if (known?.nonce !== nonce || known.typeUrl !== typeUrl || known.name !== only?.name) return encode(outgoing);
  let bytes = known.bytes?.deref();
  if (bytes === undefined) known.bytes = new WeakRef((bytes = encode(outgoing)));
  return bytes;
}

function encode({ typeUrl, nonce, resources, removed }: Outgoing): Buffer {
  const type = lookupType("envoy.service.discovery.v3.DeltaDiscoveryResponse");
  const message = {
    type_url: typeUrl,
    nonce,
    resources: resources.map(({ name, resource }) => ({ name, version: resource.version, resource: resource.any })),
    removed_resources: removed,
  };
  const { buffer, byteOffset, byteLength } = type.encode(message).finish();
  // A view: Buffer.from(bytes) would copy.
  return Buffer.from(buffer, byteOffset, byteLength);
}
