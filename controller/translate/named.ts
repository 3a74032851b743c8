// Secrets and ConfigMaps that resources name, as far as they may: nothing else of these kinds is any of our business.
import type { GatewayExtension } from "../api/types.js";
import type { LoadedResource } from "../source/source.js";
import { namespaceOf, type ObjectReference } from "./resources.js";
import { secretReference } from "./routing/certificates.js";
import { indexOf } from "./sort.js";

/**
 * Secrets of the HTTPS listeners of Gateways of our classes (of another namespace only with a ReferenceGrant), and ConfigMaps
 * with the keys of GatewayExtensions. Whether they are there is not asked. Some may be named twice.
 */
export function namedObjects(
  resources: readonly LoadedResource[],
  gatewayClasses: readonly string[],
): readonly ObjectReference[] {
  const index = indexOf(resources);
  const named: ObjectReference[] = [];
  for (const gateway of index.resources.gateways) {
    if (!gatewayClasses.includes(gateway.spec.gatewayClassName)) continue;
    for (const { protocol, tls } of gateway.spec.listeners ?? []) {
      if (protocol !== "HTTPS") continue;
      for (const ref of tls?.certificateRefs ?? []) {
        const reference = secretReference(ref, namespaceOf(gateway), index);
        if (!("reason" in reference)) named.push(reference);
      }
    }
  }
  for (const { object, findings } of resources) {
    if (object.kind !== "GatewayExtension" || findings.length > 0) continue;
    for (const { jwks } of (object as GatewayExtension).spec.jwt?.providers ?? []) {
      const name = jwks.local?.configMapRef?.name;
      if (name) named.push({ group: "", kind: "ConfigMap", namespace: namespaceOf(object), name });
    }
  }
  return named;
}
