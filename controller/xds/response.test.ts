import { describe, expect, test } from "vitest";
import { snapshotOf, union } from "../../tests/support/snapshots.js";
import { History } from "./history.js";
import { lookupType } from "./protos.js";
import { encodeSnapshot } from "./resources.js";
import { encodeResponse, type Outgoing, sharedNonce } from "./response.js";
import { Rollout } from "./rollout.js";
import { CLUSTER, EXTENSION, LISTENER, ROUTE, type EncodedResource, type TypeUrl } from "./types.js";

function resource(text: string): EncodedResource {
  return { version: `v-${text}`, any: { type_url: ROUTE, value: Buffer.from(text) } };
}

/** A response with one resource, as a stream sends it. */
function alone(name: string, resource: EncodedResource, typeUrl: TypeUrl = ROUTE): Outgoing {
  return { typeUrl, nonce: sharedNonce(typeUrl, name, resource) ?? "1", resources: [{ name, resource }], removed: [] };
}

test("what goes on the wire is a DeltaDiscoveryResponse", () => {
  const outgoing: Outgoing = {
    ...{ typeUrl: CLUSTER, nonce: "7", removed: ["c", "d"] },
    resources: ["a", "b"].map((name) => ({ name, resource: resource(name) })),
  };
  // Fields as in envoy/service/discovery/v3/discovery.proto, by number: 2 resources, 4 type_url, 5 nonce, 6 removed_resources.
  const field = (number: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
  const text = (number: number, value: string) => field(number, Buffer.from(value));
  const entry = (name: string) =>
    Buffer.concat([text(3, name), text(1, `v-${name}`), field(2, Buffer.concat([text(1, ROUTE), text(2, name)]))]);
  const expected = [
    field(2, entry("a")),
    field(2, entry("b")),
    text(4, CLUSTER),
    text(5, "7"),
    text(6, "c"),
    text(6, "d"),
  ];
  const type = lookupType("envoy.service.discovery.v3.DeltaDiscoveryResponse");
  expect(type.decode(encodeResponse(outgoing)).toJSON()).toEqual(type.decode(Buffer.concat(expected)).toJSON());
});

describe("bytes are shared", () => {
  test("by streams that send the very same resource", () => {
    const table = resource("table");
    expect(encodeResponse(alone("t", table))).toBe(encodeResponse(alone("t", table)));
  });

  test("not with resources that are the same by name, of another Gateway or another time", () => {
    const [mine, other] = [resource("mine"), resource("other")];
    const bytes = encodeResponse(alone("t", mine));
    expect(bytes.includes("mine")).toBe(true);
    const others = encodeResponse(alone("t", other));
    expect([others.includes("other"), others.includes("mine")]).toEqual([true, false]);
    expect(sharedNonce(ROUTE, "t", mine)).not.toBe(sharedNonce(ROUTE, "t", other));
  });

  test("not where the name, the type, the nonce or anything beside the resource differs", () => {
    const table = resource("table");
    const first = alone("t", table);
    const bytes = encodeResponse(first);
    const second = { name: "u", resource: resource("u") };
    const different: Outgoing[] = [
      alone("another name", table),
      alone("t", table, EXTENSION),
      { ...first, nonce: "1" },
      { ...first, resources: [{ name: "another name", resource: table }] },
      { ...first, typeUrl: EXTENSION },
      { ...first, removed: ["gone"] },
      { ...first, resources: [...first.resources, second] },
    ];
    const type = lookupType("envoy.service.discovery.v3.DeltaDiscoveryResponse");
    for (const outgoing of different) {
      const encoded = encodeResponse(outgoing);
      expect(encoded).not.toBe(bytes);
      expect(type.decode(encoded)).toMatchObject({
        ...{ type_url: outgoing.typeUrl, nonce: outgoing.nonce, removed_resources: outgoing.removed },
        resources: outgoing.resources.map(({ name }) => ({ name })),
      });
    }
    expect(encodeResponse(first)).toBe(bytes);
  });
});

describe("two Envoys", () => {
  const plan = { listeners: [{ name: "a", port: 1 }], tables: { a: ["h1"] } };

  /** Everything that an Envoy of a Gateway is sent that asks for all and agrees to all, encoded. */
  function served(gateway: string, history = new History()): Buffer[] {
    const rollout = new Rollout(history, union, { path: "filter.wasm" });
    const encoded = snapshots.get(gateway) ?? encodeSnapshot(snapshotOf(plan, gateway));
    snapshots.set(gateway, encoded);
    history.add(encoded);
    const sent: Buffer[] = [];
    const ask = (type_url: string, names: string[], response_nonce = ""): void => {
      const unsaid = { resource_names_unsubscribe: [], initial_resource_versions: {} };
      const { outgoing } = rollout.receive({ type_url, resource_names_subscribe: names, response_nonce, ...unsaid });
      for (const response of outgoing) {
        sent.push(encodeResponse(response));
        ask(response.typeUrl, [], response.nonce);
      }
    };
    rollout.publish(encoded);
    for (const [type, names] of [
      [CLUSTER, []],
      [LISTENER, []],
      [EXTENSION, ["a"]],
      [ROUTE, ["a"]],
    ] as const)
      ask(type, [...names]);
    return sent;
  }
  const snapshots = new Map<string, ReturnType<typeof encodeSnapshot>>();

  test("of one Gateway are sent the same bytes, of two Gateways never", () => {
    const [one, another, other] = [served("default/a"), served("default/a"), served("default/b")];
    expect(one.length).toBeGreaterThanOrEqual(3);
    const common = one.filter((bytes) => another.includes(bytes));
    expect(common.length).toBeGreaterThanOrEqual(3);
    for (const bytes of other) expect(one).not.toContain(bytes);
  });
});
