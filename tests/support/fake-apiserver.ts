// An API server as far as a controller sees one: lists in pages, watches with bookmarks and compaction, resource versions that
// must match, the status subresource, merge patches. Written from the Kubernetes API concepts page, not from the client under test.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import type { StoredObject } from "../../controller/kube/objects.js";

interface Kind {
  apiVersion: string;
  kind: string;
}

/** What is served, by "GROUP/VERSION/PLURAL" ("v1/services" for the core group). */
export const FAKE_KINDS: Readonly<Record<string, Kind>> = Object.fromEntries(
  [
    ["gateway.networking.k8s.io/v1", "GatewayClass", "gatewayclasses"],
    ["gateway.networking.k8s.io/v1", "Gateway", "gateways"],
    ["gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes"],
    ["gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "referencegrants"],
    ["gateway.kgateway.dev/v1alpha1", "GatewayExtension", "gatewayextensions"],
    ["gateway.kgateway.dev/v1alpha1", "TrafficPolicy", "trafficpolicies"],
    ["gateway.solo.io/v1", "VirtualHostOption", "virtualhostoptions"],
    ["gateway.solo.io/v1", "RouteOption", "routeoptions"],
    ["gloo.solo.io/v1", "Upstream", "upstreams"],
    ["v1", "Service", "services"],
    ["v1", "Namespace", "namespaces"],
    ["v1", "Secret", "secrets"],
    ["v1", "ConfigMap", "configmaps"],
    ["discovery.k8s.io/v1", "EndpointSlice", "endpointslices"],
    ["coordination.k8s.io/v1", "Lease", "leases"],
  ].map(([apiVersion, kind, plural]) => [`${apiVersion}/${plural}`, { apiVersion, kind } as Kind]),
);

interface Event {
  collection: string;
  version: number;
  type: "ADDED" | "MODIFIED" | "DELETED";
  object: StoredObject;
}

/** Which objects of a collection are asked for. */
interface Selection {
  /** "" is all. */
  namespace: string;
  /** A label that objects must have; only this form of a labelSelector is understood. */
  label: string | null;
  /** Of a fieldSelector, only `metadata.name=NAME` is understood. */
  name: string | undefined;
}

interface Watcher {
  collection: string;
  selection: Selection;
  response: ServerResponse;
}

export interface SeenRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}

/** What a request is answered with instead; undefined: as usual. */
export type Fault = (request: SeenRequest) => { status: number; message?: string } | undefined;

export class FakeApiServer {
  /** All requests so far. */
  readonly requests: SeenRequest[] = [];
  /** Collections that are served now: delete one and its CRD is gone. */
  readonly served = new Map(Object.entries(FAKE_KINDS));
  fault: Fault | undefined;
  /** Called before a write is judged, for a conflicting one to get in between. */
  beforeWrite: ((request: SeenRequest) => void) | undefined;
  private server: Server | undefined;
  private port = 0;
  private version = 1000;
  /** Watches and pages from before this version are gone (410). */
  private compacted = 0;
  private readonly objects = new Map<string, Map<string, StoredObject>>();
  private events: Event[] = [];
  private watchers = new Set<Watcher>();

  static async start(): Promise<FakeApiServer> {
    const server = new FakeApiServer();
    await server.resume();
    return server;
  }

  config(): KubeConfig {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: "fake", server: `http://127.0.0.1:${this.port}`, skipTLSVerify: true },
      { name: "tester", token: "fake" },
    );
    return config;
  }

  /** Goes on listening where it did before. */
  async resume(): Promise<void> {
    this.server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => this.server!.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** As if it had been killed: connections break, the objects stay. */
  async stop(): Promise<void> {
    this.watchers.clear();
    const { server } = this;
    await new Promise((resolve) => {
      server!.close(resolve);
      server!.closeAllConnections();
    });
  }

  /** Breaks all watches off in the middle of a line. */
  cutWatches(): void {
    for (const { response } of this.watchers) {
      response.write('{"type":"MODIFIED","object":{"metada');
      response.destroy();
    }
    this.watchers.clear();
  }

  /** Forgets old versions; watches that are open are told, as etcd's compaction does to slow ones. */
  compact(): void {
    this.compacted = ++this.version;
    this.events = [];
    for (const { response } of this.watchers) response.end(`${JSON.stringify({ type: "ERROR", object: gone() })}\n`);
    this.watchers.clear();
  }

  bookmark(): void {
    for (const watcher of this.watchers) {
      const { apiVersion, kind } = FAKE_KINDS[watcher.collection]!;
      const object = { apiVersion, kind, metadata: { resourceVersion: String(this.version) } };
      watcher.response.write(`${JSON.stringify({ type: "BOOKMARK", object })}\n`);
    }
  }

  /** Sends a line to the watches of a collection. */
  say(collection: string, line: string): void {
    for (const watcher of this.watchers) if (watcher.collection === collection) watcher.response.write(`${line}\n`);
  }

  watches(collection?: string): number {
    return [...this.watchers].filter((watcher) => collection === undefined || watcher.collection === collection).length;
  }

  /** Creates or changes an object, as `kubectl apply` would. */
  apply(object: {
    apiVersion: string;
    kind: string;
    metadata: { name: string; [field: string]: unknown };
    [field: string]: unknown;
  }): StoredObject {
    const collection = collectionOf(object.apiVersion, object.kind);
    const before = this.all(collection).get(keyOf(object as StoredObject));
    return this.store(collection, {
      ...(before?.status === undefined ? {} : { status: before.status }),
      ...structuredClone(object),
      metadata: { ...before?.metadata, ...structuredClone(object.metadata) },
    } as StoredObject);
  }

  /** Replaces a status, as another controller would. */
  setStatus(kind: string, key: string, status: unknown): void {
    const collection = collectionOfKind(kind);
    this.store(collection, { ...this.get(kind, key)!, status });
  }

  /** `key` is "NS/NAME", or "/NAME". */
  get(kind: string, key: string): StoredObject | undefined {
    return structuredClone(this.all(collectionOfKind(kind)).get(key));
  }

  delete(kind: string, key: string): void {
    const collection = collectionOfKind(kind);
    const object = this.all(collection).get(key);
    if (object === undefined) return;
    this.all(collection).delete(key);
    this.emit({ collection, version: ++this.version, type: "DELETED", object });
  }

  /** As `delete`, but no watch ever says so. */
  deleteSilently(kind: string, key: string): void {
    this.all(collectionOfKind(kind)).delete(key);
  }

  /** "NS/NAME" of all objects of a kind. */
  keys(kind: string): string[] {
    return [...this.all(collectionOfKind(kind)).keys()];
  }

  /** Writes of a kind: method and path without the query. */
  writes(pattern: RegExp): SeenRequest[] {
    return this.requests.filter(({ method, path }) => method !== "GET" && pattern.test(path));
  }

  private all(collection: string): Map<string, StoredObject> {
    let objects = this.objects.get(collection);
    if (objects === undefined) this.objects.set(collection, (objects = new Map()));
    return objects;
  }

  private store(collection: string, object: StoredObject): StoredObject {
    const key = keyOf(object);
    const before = this.all(collection).get(key);
    const changed = before === undefined || JSON.stringify(before["spec"]) !== JSON.stringify(object["spec"]);
    const version = ++this.version;
    const stored: StoredObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: before?.metadata.uid ?? randomUUID(),
        creationTimestamp: before?.metadata.creationTimestamp ?? "2026-01-01T00:00:00Z",
        resourceVersion: String(version),
        generation: (before?.metadata.generation ?? 0) + (changed ? 1 : 0),
      },
    };
    this.all(collection).set(key, stored);
    this.emit({ collection, version, type: before === undefined ? "ADDED" : "MODIFIED", object: stored });
    return structuredClone(stored);
  }

  private emit(event: Event): void {
    this.events.push(event);
    for (const watcher of this.watchers) if (watcher.collection === event.collection) send(watcher, event);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, "http://fake");
    const text = await textOf(request);
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const seen: SeenRequest = { method: request.method!, path: url.pathname, query: url.searchParams, body };
    this.requests.push(seen);
    if (request.headers.authorization !== "Bearer fake") return refuse(response, 401, "Unauthorized");
    const fault = this.fault?.(seen);
    if (fault !== undefined) return refuse(response, fault.status, fault.message ?? "a fault");
    const match = /^\/apis?\/(.+?)(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?(\/status)?$/.exec(url.pathname);
    const [, version, namespace = "", plural, name, status] = match ?? [];
    const collection = `${version}/${plural}`;
    if (match === null || !this.served.has(collection)) return refuse(response, 404, "404 page not found");
    if (name !== undefined)
      return this.answerObject(seen, response, collection, `${namespace}/${name}`, status !== undefined);
    if (seen.method === "POST") return this.create(seen, response, collection);
    const selection = selectionOf(namespace, url.searchParams);
    if (url.searchParams.get("watch") === "true") return this.watch(url.searchParams, response, collection, selection);
    this.list(url.searchParams, response, collection, selection);
  }

  private list(query: URLSearchParams, response: ServerResponse, collection: string, selection: Selection): void {
    const [from, at] = query.has("continue") ? query.get("continue")!.split("@").map(Number) : [0, this.version];
    if (at! < this.compacted) return refuse(response, 410, "The provided continue parameter is too old");
    const limit = Number(query.get("limit") ?? 0) || Infinity;
    const all = [...this.all(collection).values()].filter((object) => isSelected(object, selection));
    // The items of a real list have neither apiVersion nor kind if the kind is built in.
    const items = all.slice(from, from! + limit).map(({ apiVersion: _, kind: __, ...item }) => item);
    const more = from! + limit < all.length ? { continue: `${from! + limit}@${at}` } : {};
    json(response, 200, { kind: "List", metadata: { resourceVersion: String(at), ...more }, items });
  }

  private watch(query: URLSearchParams, response: ServerResponse, collection: string, selection: Selection): void {
    const since = Number(query.get("resourceVersion"));
    if (since < this.compacted) return refuse(response, 410, "too old resource version");
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    const watcher = { collection, response, selection };
    for (const event of this.events) {
      if (event.collection === collection && event.version > since) send(watcher, event);
    }
    this.watchers.add(watcher);
    response.on("close", () => this.watchers.delete(watcher));
  }

  private create({ body }: SeenRequest, response: ServerResponse, collection: string): void {
    const object = { ...FAKE_KINDS[collection], ...(body as StoredObject) } as StoredObject;
    if (this.all(collection).has(keyOf(object))) return refuse(response, 409, "already exists", "AlreadyExists");
    json(response, 201, this.store(collection, object));
  }

  private answerObject(
    request: SeenRequest,
    response: ServerResponse,
    collection: string,
    key: string,
    statusOnly: boolean,
  ): void {
    if (request.method !== "GET") this.beforeWrite?.(request);
    const stored = this.all(collection).get(key);
    if (stored === undefined) return refuse(response, 404, "not found");
    if (request.method === "GET") return json(response, 200, stored);
    if (request.method === "DELETE") {
      this.delete(stored.kind, key);
      return json(response, 200, stored);
    }
    const sent = request.body as StoredObject;
    const expected = sent.metadata?.resourceVersion;
    if (expected !== undefined && expected !== stored.metadata.resourceVersion)
      return refuse(response, 409, "the object has been modified; please apply your changes to the latest version");
    const next = (request.method === "PATCH" ? mergePatch(stored, sent) : sent) as StoredObject;
    // The status subresource changes nothing else, and nothing else changes the status.
    const object = statusOnly ? { ...stored, status: next.status } : { ...next, status: stored.status };
    if (JSON.stringify(object) === JSON.stringify(stored)) return json(response, 200, stored);
    json(response, 200, this.store(collection, object));
  }
}

/** RFC 7396. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> =
    typeof target === "object" && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

function collectionOf(apiVersion: string, kind: string): string {
  const found = Object.entries(FAKE_KINDS).find(([, of]) => of.apiVersion === apiVersion && of.kind === kind);
  if (found === undefined) throw new Error(`the fake API server has no ${kind} in ${apiVersion}`);
  return found[0];
}

function collectionOfKind(kind: string): string {
  return Object.entries(FAKE_KINDS).find(([, of]) => of.kind === kind)![0];
}

function keyOf({ metadata }: StoredObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

function selectionOf(namespace: string, query: URLSearchParams): Selection {
  const name = /^metadata\.name=(.+)$/.exec(query.get("fieldSelector") ?? "")?.[1];
  return { namespace, label: query.get("labelSelector"), name };
}

function isSelected({ metadata }: StoredObject, { namespace, label, name }: Selection): boolean {
  if (namespace !== "" && metadata.namespace !== namespace) return false;
  return (label === null || metadata.labels?.[label] !== undefined) && (name === undefined || metadata.name === name);
}

function send({ response, selection }: Pick<Watcher, "response" | "selection">, { type, object }: Event): void {
  if (isSelected(object, selection)) response.write(`${JSON.stringify({ type, object })}\n`);
}

function gone(): unknown {
  return { kind: "Status", status: "Failure", reason: "Expired", code: 410, message: "too old resource version" };
}

function refuse(response: ServerResponse, code: number, message: string, reason = ""): void {
  json(response, code, { kind: "Status", apiVersion: "v1", status: "Failure", code, message, reason });
}

function json(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
