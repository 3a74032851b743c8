// The controller's loop with a fake xDS server in the place of Envoys.
import type { KeyHealths } from "../../controller/keys/health.js";
import { Controller, DEFAULT_OPTIONS, type Envoys } from "../../controller/controller.js";
import { parseManifests } from "../../controller/source/parse.js";
import type { SourceSnapshot } from "../../controller/source/source.js";
import type { Complaint } from "../../controller/translate/complaints.js";
import type { Snapshot } from "../../controller/translate/snapshot.js";
import type { Validator } from "../../controller/translate/validator.js";
import { encodeSnapshot } from "../../controller/xds/resources.js";
import type { EnvoyStatus } from "../../controller/xds/stream.js";
import type { TypeUrl } from "../../controller/xds/types.js";
import { everyRoute } from "./routing.js";

const JWKS = `{"keys":[{"kty":"RSA","n":"${Buffer.alloc(256, 0xc3).toString("base64url")}","e":"AQAB"}]}`;

export const GATEWAY = "default/gw";

/** Stands for the xDS server: remembers what was published, and reports Envoys as it is told. */
class FakeEnvoys implements Envoys {
  readonly published: Snapshot[] = [];
  readonly removed: string[] = [];
  readonly connected = new Map<string, EnvoyStatus[]>();
  /** What Envoys say of remote keys, by Gateway. */
  readonly keys = new Map<string, KeyHealths>();

  publish(snapshot: Snapshot): string {
    this.published.push(snapshot);
    return encodeSnapshot(snapshot).version;
  }

  remove(gateway: string): void {
    this.removed.push(gateway);
  }

  status(): ReturnType<Envoys["status"]> {
    return Object.fromEntries(
      [...this.connected].map(([name, envoys]) => [
        name,
        { published: undefined, envoys, keys: this.keys.get(name) ?? {} },
      ]),
    );
  }
}

/** A filter that takes everything. */
const EVERYTHING: Validator = {
  key: () => null,
  provider: () => null,
  authorization: () => null,
  configuration: () => null,
};

export function start(validator = EVERYTHING) {
  const envoys = new FakeEnvoys();
  const notices: string[] = [];
  let complaints: Complaint[] = [];
  const controller = new Controller({
    envoys,
    validator,
    translate: DEFAULT_OPTIONS,
    onTranslation: (translation) => void (complaints = translation.complaints),
    onNotice: (line) => notices.push(line),
  });
  const newest = (): Snapshot => envoys.published.at(-1)!;
  return {
    controller,
    envoys,
    notices,
    newest,
    complaints: () => complaints,
    update: (...documents: string[]) => controller.update(view(documents)),
    /** An Envoy of the Gateway has a snapshot, whole. */
    acknowledge(snapshot = newest()) {
      const { version } = encodeSnapshot(snapshot);
      envoys.connected.set(GATEWAY, [envoy({ acknowledged: version })]);
      controller.onXdsEvent({ type: "programmed", gateway: GATEWAY, envoy: "e", version, snapshot });
    },
    /** An Envoy of the Gateway refuses something of a snapshot. */
    async refuse(typeUrl: TypeUrl, snapshot = newest()) {
      const nack = { typeUrl, resources: ["a table"], message: "no good", snapshot };
      controller.onXdsEvent({ type: "nack", gateway: GATEWAY, envoy: "e", ...nack });
      await turn();
    },
    condition(kind: string, name: string, type: string) {
      const status = controller.statuses().find((s) => s.kind === kind && s.name === name);
      const found: Record<string, unknown>[] = [];
      JSON.parse(JSON.stringify(status ?? {}), (_key, value: unknown) => {
        if (typeof value === "object" && value !== null && "type" in value && value.type === type)
          found.push(value as unknown as Record<string, unknown>);
        return value;
      });
      return found[0];
    },
  };
}

/** Everything that was put off to this turn of the event loop has been done after it. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function view(documents: string[], complete = true): SourceSnapshot {
  const { resources } = parseManifests("a.yaml", documents.join("\n---\n"));
  return { complete, resources, problems: [] };
}

export function envoy(status: Partial<EnvoyStatus>): EnvoyStatus {
  const known = { connectedSince: new Date(0), pending: [], refused: [], lastNack: undefined };
  return { envoy: "127.0.0.1:4711", acknowledged: undefined, ...known, ...status };
}

export const gateway = (name = "gw", port = 80) => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name} }
spec: { gatewayClassName: claimgate, listeners: [{ name: http, port: ${port}, protocol: HTTP }] }`;

export const route = (name: string, path = `/${name}`) => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec: { parentRefs: [{ name: gw }], rules: [{ matches: [{ path: { value: ${path} } }] }] }`;

/** Nobody is let through on a route. */
export const denyAll = (name: string, rest = "{}") => `
apiVersion: gateway.solo.io/v1
kind: RouteOption
metadata: { name: ${name} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name} }]
  options: { rbac: { policies: ${rest} } }`;

/** A route wants tokens as an extension says. */
export const wanting = (name: string, extension: string) => `
apiVersion: gateway.kgateway.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: ${name} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name} }]
  jwtAuth: { extensionRef: { name: ${extension} } }`;

export const gatewayExtension = (name: string) => `
apiVersion: gateway.kgateway.dev/v1alpha1
kind: GatewayExtension
metadata: { name: ${name} }
spec: { jwt: { providers: [{ name: p, jwks: { local: { inline: '${JWKS}' } } }] } }`;

/** With keys that an Envoy fetches. */
export const remoteExtension = (name: string) => `
apiVersion: v1
kind: Service
metadata: { name: idp }
spec: { ports: [{ port: 80 }] }
---
apiVersion: gateway.kgateway.dev/v1alpha1
kind: GatewayExtension
metadata: { name: ${name} }
spec: { jwt: { providers: [{ name: p, jwks: { remote: { url: "http://idp/keys", backendRef: { name: idp, port: 80 } } } }] } }`;

/** Names of the routes of the newest snapshot that are refused, and of policies that are unenforceable. */
export function closed(snapshot: Snapshot): string[] {
  const routes = [...snapshot.routes.values()]
    .flatMap((table) => everyRoute<{ name: string }>(table).map(({ name }) => name))
    .filter((name) => name.endsWith("#refused"));
  const policies = [...snapshot.plugins.values()].flatMap((plugin) => Object.values(plugin.policies));
  return [...routes, ...policies.flatMap(({ unenforceable = [] }) => unenforceable)].sort();
}
