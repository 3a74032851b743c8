// Gloo's Upstreams that keys are fetched from: servers by address, and Services.
import { isObject } from "../../../api/defaults.js";
import type { Upstream } from "../../../api/types.js";
import { namespaceOf, objectId, type ObjectReference, type ResourceIndex } from "../../resources.js";
import type { Reach } from "./cluster.js";
import { serviceReach } from "./service.js";
import { isHost } from "./url.js";

export const UPSTREAM_GROUP = "gloo.solo.io";

export interface UpstreamReach {
  reach: Reach;
  /** Whether TLS is asked for, whatever the URL says. */
  tls: boolean;
  serverName?: string | undefined;
}

type Spec = Upstream["spec"];

/** Of an Upstream's options, those without which the keys come all the same. Any other may be what they do not come without. */
const OF_NO_CONCERN: ReadonlySet<string> = new Set([
  "circuitBreakers",
  "connectionConfig",
  "discoveryMetadata",
  "dnsRefreshRate",
  "healthChecks",
  "ignoreHealthOnHostRemoval",
  "loadBalancerConfig",
  "outlierDetection",
  "respectDnsTtl",
]);
const READ: Readonly<Record<"spec" | "static" | "kube" | "sslConfig", ReadonlySet<string>>> = {
  spec: new Set([...OF_NO_CONCERN, "static", "kube", "sslConfig"]),
  static: new Set(["hosts", "useTls", "autoSniRewrite", "serviceSpec"]),
  kube: new Set(["serviceName", "serviceNamespace", "servicePort", "serviceSpec"]),
  sslConfig: new Set(["sni"]),
};

/** Where the Upstream of a reference leads, `from` an option; the field's path begins what is said if it leads nowhere. */
export function upstreamReach(
  { name, namespace }: { name: string; namespace?: string },
  from: Omit<ObjectReference, "name">,
  field: string,
  index: ResourceIndex,
): UpstreamReach | { problem: string } {
  const problem = (message: string) => ({ problem: `${field}: ${message}` });
  const where = namespace || from.namespace;
  const to = { group: UPSTREAM_GROUP, kind: "Upstream", namespace: where, name };
  // As with Services: before the look-up.
  if (where !== from.namespace && !index.isGranted(from, to))
    return problem(`no ReferenceGrant in ${where} lets ${from.kind}s of ${from.namespace} use Upstream ${name}`);
  const upstream = index.upstream(where, name);
  if (upstream === undefined) return problem(`there is no valid Upstream ${where}/${name}`);
  const id = objectId(upstream);
  const { spec } = upstream;
  const unread = unreadField(spec);
  if (unread !== undefined) return problem(`${id}: ${unread} is not read here, so keys cannot be fetched through it`);
  if ((spec.static === undefined) === (spec.kube === undefined))
    return problem(`${id}: exactly one of spec.static and spec.kube must be set`);
  const made = spec.static === undefined ? kubeReach(spec, upstream, index) : staticReach(spec);
  return "problem" in made ? problem(`${id}: ${made.problem}`) : made;
}

function staticReach({ static: { hosts = [], useTls } = {}, sslConfig }: Spec): UpstreamReach | { problem: string } {
  if (hosts.length === 0) return { problem: "spec.static.hosts: names no server" };
  const bad = hosts.findIndex(({ addr }) => !isHost(addr));
  if (bad >= 0) return { problem: `spec.static.hosts[${bad}].addr: is neither a host name nor an IP address` };
  const names = new Set(hosts.map(({ sniAddr }) => sniAddr || sslConfig?.sni || undefined));
  if (names.size > 1) return { problem: "spec.static.hosts: must have the same sniAddr" };
  return {
    reach: { hosts: hosts.map(({ addr: address, port }) => ({ address, port })) },
    tls: useTls === true || sslConfig !== undefined,
    serverName: [...names][0],
  };
}

function kubeReach(
  { kube, sslConfig }: Spec,
  upstream: Upstream,
  index: ResourceIndex,
): UpstreamReach | { problem: string } {
  const { serviceName: name, serviceNamespace, servicePort: port } = kube!;
  const namespace = namespaceOf(upstream);
  const from = { group: UPSTREAM_GROUP, kind: "Upstream", namespace };
  const reach = serviceReach({ name, namespace: serviceNamespace || namespace, port }, from, "spec.kube", index);
  if ("problem" in reach) return reach;
  return { reach, tls: sslConfig !== undefined, serverName: sslConfig?.sni || undefined };
}

/** The first field that is set and not read. */
function unreadField(spec: Spec): string | undefined {
  for (const [part, read] of Object.entries(READ)) {
    const fields = part === "spec" ? spec : spec[part];
    const unread = isObject(fields) ? Object.keys(fields).find((name) => !read.has(name)) : undefined;
    if (unread !== undefined) return part === "spec" ? `spec.${unread}` : `spec.${part}.${unread}`;
  }
  return undefined;
}
