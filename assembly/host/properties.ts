// Properties: the names of the root and of the chosen route, what the filter leaves for access logs, and the node's id.
import { proxy_get_property, proxy_set_property } from "@solo-io/proxy-runtime/assembly/imports";
import { Lookup } from "./headers";
import { ascii, copyBytes, pointer } from "./literal";
import { NOT_FOUND, OK } from "./status";

const ROUTE_NAME = ascii("xds\0route_name");
const ROOT_ID = ascii("plugin_root_id");
const NODE_ID = ascii("xds\0node\0id");
const NONE = ascii("");
const OUT: usize = memory.data(16, 8);

/** The value that the last property read has; empty if there is none. Valid until the callback ends. */
export let propertyPointer: usize = 0;
export let propertyLength: i32 = 0;

function read(path: StaticArray<u8>): Lookup {
  store<u64>(OUT, 0);
  const status = proxy_get_property(pointer(path), path.length, OUT, OUT + 4);
  propertyPointer = load<u32>(OUT);
  propertyLength = load<i32>(OUT, 4);
  if (status == NOT_FOUND) return Lookup.Absent;
  return status == OK && propertyLength >= 0 ? Lookup.Found : Lookup.Failed;
}

/**
 * Reads `xds.route_name`, before any header is changed: Envoy keeps answering with the first choice even after the route cache
 * is cleared (seen in Envoy 1.40). Absent means that no route matched.
 */
export function readRouteName(): Lookup {
  return read(ROUTE_NAME);
}

/** Reads `PluginConfig.root_id` of the context that the host's answers are about; empty if it has none. */
export function readRootId(): Lookup {
  return read(ROOT_ID);
}

/** Id of the Envoy's node (bootstrap `node.id`); empty if the host does not say. */
export function readNodeId(): StaticArray<u8> {
  return read(NODE_ID) == Lookup.Found ? copyBytes(propertyPointer, propertyLength) : NONE;
}

/**
 * Sets the filter state object `wasm.PATH` of the request (Envoy's Context::setProperty) to `length` bytes; false if the host did
 * not.
 */
export function setProperty(path: StaticArray<u8>, value: usize, length: i32): bool {
  return proxy_set_property(pointer(path), path.length, value, length) == OK;
}
