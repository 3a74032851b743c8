// The name of the chosen route. Envoy keeps answering with the first choice even after the route cache is cleared,
// so it is read before any header is changed (seen in Envoy 1.40).
import { proxy_get_property } from "@solo-io/proxy-runtime/assembly/imports";
import { Lookup } from "./headers";
import { ascii, pointer } from "./literal";
import { NOT_FOUND, OK } from "./status";

const ROUTE_NAME = ascii("xds\0route_name");
const OUT: usize = memory.data(16, 8);

export let routeNamePointer: usize = 0;
export let routeNameLength: i32 = 0;

/** Reads `xds.route_name`; Absent means that no route matched. */
export function readRouteName(): Lookup {
  store<u64>(OUT, 0);
  const status = proxy_get_property(pointer(ROUTE_NAME), ROUTE_NAME.length, OUT, OUT + 4);
  if (status == NOT_FOUND) return Lookup.Absent;
  if (status != OK) return Lookup.Failed;
  routeNamePointer = load<u32>(OUT);
  routeNameLength = load<i32>(OUT, 4);
  return routeNameLength >= 0 ? Lookup.Found : Lookup.Failed;
}
