// A Service that keys are fetched from.
import type { V1Service } from "../../../api/types.js";
import { keyOf, type ObjectReference, type ResourceIndex } from "../../resources.js";
import { backendOf, type BackendProblem, findService } from "../../routing/backends.js";
import type { BackendObjectReference } from "../../../api/types.js";
import type { Reach } from "./cluster.js";
import { isHost } from "./url.js";

/**
 * Where the Service of a reference leads: to its endpoints or, other than for a route, to the name of an ExternalName Service,
 * as identity providers are most often outside the cluster. A port that says `https` is fine: the URL says so, too.
 */
export function serviceReach(
  ref: BackendObjectReference,
  from: Omit<ObjectReference, "name">,
  field: string,
  index: ResourceIndex,
): Reach | { problem: string } {
  const found = findService(ref, from, field, index);
  if ("reason" in found) return inWords(found);
  if (found.service.spec?.type === "ExternalName") return external(found.service, found.port, field);
  const backend = backendOf(found, field);
  return "reason" in backend ? inWords(backend) : { backend };
}

function external(service: V1Service, port: number, field: string): Reach | { problem: string } {
  const address = service.spec?.externalName ?? "";
  if (isHost(address)) return { hosts: [{ address, port }] };
  return { problem: `${field}: spec.externalName of Service ${keyOf(service)} is not a host name` };
}

function inWords({ field, message }: BackendProblem): { problem: string } {
  return { problem: `${field}: ${message}` };
}
