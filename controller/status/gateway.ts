// What a Gateway's status says beyond its translation, where there is an API server to know it from.
import { describeFinding } from "../api/finding.js";
import type { Gateway } from "../api/types.js";
import { isObject } from "../api/defaults.js";
import type { StoredObject } from "../kube/objects.js";
import type { LoadedResource } from "../source/source.js";
import { condition, type Condition, type ResourceStatus } from "../translate/status.js";

/** Set on what belongs to a Gateway (Gateway API, GEP-1762). */
export const GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name";

interface Address {
  type: "IPAddress" | "Hostname";
  value: string;
}

/**
 * Adds `addresses`, where the Gateway's Service is known, and says Programmed: False where a Gateway is not accepted. `service` is
 * the Service with the Gateway's name, if there is one.
 */
export function completeGateway(status: ResourceStatus, service: StoredObject | undefined): ResourceStatus {
  const conditions = (status.status["conditions"] ?? []) as Condition[];
  const accepted = conditions.find(({ type }) => type === "Accepted");
  const known = conditions.some(({ type }) => type === "Programmed");
  const programmed = known
    ? []
    : [condition("Programmed", false, "Invalid", "The Gateway is not accepted", accepted?.observedGeneration)];
  return {
    ...status,
    status: {
      ...status.status,
      addresses: addressesOf(status.name, service),
      conditions: [...conditions, ...programmed],
    },
  };
}

/** Where clients reach the Service: its load balancer's addresses, else its own. */
function addressesOf(gateway: string, service: StoredObject | undefined): Address[] {
  if (service?.metadata.labels?.[GATEWAY_LABEL] !== gateway) return [];
  const { loadBalancer } = (service.status ?? {}) as {
    loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] };
  };
  const outside = (loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }): Address[] => {
    if (ip !== undefined) return [{ type: "IPAddress", value: ip }];
    return hostname === undefined ? [] : [{ type: "Hostname", value: hostname }];
  });
  if (outside.length > 0) return outside.slice(0, 16);
  const spec = isObject(service["spec"]) ? service["spec"] : {};
  const inside = Array.isArray(spec["clusterIPs"]) ? spec["clusterIPs"] : [spec["clusterIP"]];
  return inside
    .filter((ip): ip is string => typeof ip === "string" && ip !== "" && ip !== "None")
    .map((value) => ({ type: "IPAddress", value }));
}

/** Statuses of our Gateways that are not even translated, because they are not as their schema says. */
export function invalidGateways(resources: readonly LoadedResource[], classes: readonly string[]): ResourceStatus[] {
  return resources
    .filter(({ object, findings }) => object.kind === "Gateway" && findings.length > 0 && isOfClass(object, classes))
    .map(({ object: { apiVersion, kind, metadata }, findings }) => {
      const { name, namespace = "default", generation } = metadata;
      const words = `Nothing is served: ${findings.map(describeFinding).join("; ")}`;
      const conditions = [condition("Accepted", false, "Invalid", words, generation)];
      return { apiVersion, kind, namespace, name, status: { conditions } };
    });
}

function isOfClass(object: LoadedResource["object"], classes: readonly string[]): boolean {
  const { spec } = object as Partial<Gateway>;
  return isObject(spec) && classes.includes(String(spec["gatewayClassName"]));
}
