import { afterEach, expect, test, vi } from "vitest";
import type { KubeClient, KubeRequest } from "../kube/client.js";
import type { StoredObject } from "../kube/objects.js";
import { StatusReporter } from "./reporter.js";

afterEach(() => vi.useRealTimers());

/** A reporter for one policy that Envoys take their time with, and the words that were written of it. */
function makeReporter(patienceMs: number) {
  vi.useFakeTimers();
  const written: string[] = [];
  let version = 1;
  const stored: StoredObject = {
    ...{ apiVersion: "gateway.solo.io/v1", kind: "RouteOption" },
    metadata: { namespace: "n", name: "p", resourceVersion: "1" },
    status: {},
  };
  const request = ({ method, body }: KubeRequest) => {
    if (method === "PATCH") {
      const { status } = body as { status: { conditions: { message: string }[] } };
      written.push(status.conditions[0]!.message);
      stored.status = status;
      stored.metadata = { ...stored.metadata, resourceVersion: String(++version) };
    }
    return Promise.resolve(stored);
  };
  const state = { rollingOut: false, words: "" };
  const reporter = new StatusReporter({
    client: { request } as unknown as KubeClient,
    source: { stored: (id) => (id === "RouteOption n/p" ? stored : undefined), storedOf: () => [] },
    ...{ gatewayClasses: [], namespace: "n", patienceMs, onNotice: () => undefined, times: { intervalMs: 0 } },
    statuses: () => {
      const conditions = [{ type: "Accepted", status: "True", reason: "R", message: state.words }];
      return [{ apiVersion: stored.apiVersion, kind: stored.kind, namespace: "n", name: "p", status: { conditions } }];
    },
    rollingOut: () => state.rollingOut,
  });
  reporter.lead(() => true);
  /** A view was rendered, of which this is to be said by now. */
  const render = (words: string) => {
    Object.assign(state, { rollingOut: true, words });
    reporter.rendered([]);
  };
  const acknowledge = (words: string) => {
    Object.assign(state, { rollingOut: false, words });
    reporter.changed();
  };
  return { reporter, written, render, acknowledge, state };
}

test("what Envoys acknowledge in a moment is written once, when they have", async () => {
  const { written, render, acknowledge } = makeReporter(500);
  render("first");
  await vi.advanceTimersByTimeAsync(2000);
  written.length = 0;
  render("waiting");
  await vi.advanceTimersByTimeAsync(400);
  expect(written).toEqual([]);
  acknowledge("taken");
  await vi.advanceTimersByTimeAsync(100);
  expect(written).toEqual(["taken"]);
});

test("what they do not is written all the same, and changes that go on for ever put nothing off", async () => {
  const { written, render } = makeReporter(500);
  render("first");
  await vi.advanceTimersByTimeAsync(2000);
  written.length = 0;
  for (let i = 1; i <= 10; i++) {
    render(`waiting ${i}`);
    await vi.advanceTimersByTimeAsync(150);
  }
  expect(written).toEqual(["waiting 4", "waiting 8"]);
  await vi.advanceTimersByTimeAsync(500);
  expect(written).toEqual(["waiting 4", "waiting 8", "waiting 10"]);
});

test("a replica that leads no longer writes nothing that it waited with", async () => {
  const { reporter, written, render } = makeReporter(500);
  render("first");
  await vi.advanceTimersByTimeAsync(2000);
  written.length = 0;
  render("waiting");
  await vi.advanceTimersByTimeAsync(100);
  reporter.lead(undefined);
  await vi.advanceTimersByTimeAsync(2000);
  expect(written).toEqual([]);
});
