import { configureContext, currentRoot, deleteContext } from "../../assembly/context";
import { beginCallback } from "../../assembly/host/memory";
import { STOP_ITERATION } from "../../assembly/host/status";
import { judgeCurrent } from "../../assembly/request";
import { textsOf } from "./config/decode";
import { configuration } from "./fixtures";
import * as mock from "./mock";

export { malloc } from "../../assembly/host/memory";

/** The `root_id` that the host gives for the context it speaks of. */
function speakOf(rootId: string): void {
  beginCallback();
  mock.setProperty("plugin_root_id", rootId);
}

/** Configures a root so that `name` is what it removes: the mark by which a configuration is known again. */
function configure(root: u32, name: string): bool {
  return configureWith(root, configuration('{"checks":[]}', "", '"identityHeaders":["' + name + '"]'));
}

/** Each root has a `root_id` of its own. */
function configureWith(root: u32, text: string): bool {
  mock.setConfiguration(text);
  speakOf("root " + root.toString());
  return configureContext(root, text.length);
}

/** The mark of the configuration that judges a request of a root, or "none". */
function markOf(root: u32): string {
  speakOf("root " + root.toString());
  const current = currentRoot();
  return current === null ? "none" : textsOf(current.configuration.identityHeaders);
}

function expectRefused(): void {
  expect(currentRoot() === null).toBe(true);
  expect(judgeCurrent(7, 0)).toBe(STOP_ITERATION);
  expect(mock.localStatus()).toBe(500);
}

const ROOTS: u32 = 100;

describe("contexts", () => {
  beforeEach(() => mock.reset());

  afterEach(() => {
    for (let root: u32 = 1; root < ROOTS; root++) deleteContext(root);
  });

  it("judge a request by the root it began under", () => {
    expect(configure(1, "x-one")).toBe(true);
    expect(configure(2, "x-two")).toBe(true);
    expect(markOf(1)).toBe("x-one");
    expect(markOf(2)).toBe("x-two");
    // Another generation arrives while requests of the others live.
    expect(configure(3, "x-three")).toBe(true);
    expect(markOf(1)).toBe("x-one");
    expect(markOf(3)).toBe("x-three");
    expect(markOf(2)).toBe("x-two");
    expect(deleteContext(1)).toBe(true);
    expect(markOf(2)).toBe("x-two");
    expect(markOf(3)).toBe("x-three");
  });

  it("ask the host only while there are several", () => {
    configure(1, "x-one");
    const before = mock.callsOf("proxy_get_property");
    expect(markOf(1)).toBe("x-one");
    expect(mock.callsOf("proxy_get_property")).toBe(before);
    configure(2, "x-two");
    expect(markOf(1)).toBe("x-one");
    expect(deleteContext(1)).toBe(true);
    const after = mock.callsOf("proxy_get_property");
    expect(markOf(2)).toBe("x-two");
    expect(mock.callsOf("proxy_get_property")).toBe(after);
  });

  it("refuse a request whose root is not known", () => {
    speakOf("root 1");
    expectRefused();
    configure(1, "x-one");
    configure(2, "x-two");
    expect(markOf(3)).toBe("none");
    expectRefused();
    const statuses: u32[] = [1, 2, 10];
    for (let i = 0; i < statuses.length; i++) {
      mock.reset();
      speakOf("root 1");
      mock.failCall("proxy_get_property", statuses[i]);
      expectRefused();
    }
    mock.reset();
    deleteContext(1);
    deleteContext(2);
    expectRefused();
  });

  it("have a root_id each: requests of two that have the same are refused, those of others are not", () => {
    const text = configuration('{"checks":[]}');
    const names: string[] = ["same", ""];
    for (let i = 0; i < names.length; i++) {
      mock.reset();
      configure(9, "x-nine");
      mock.setConfiguration(text);
      speakOf(names[i]);
      expect(configureContext(1, text.length)).toBe(true);
      expect(mock.logHas("claimgate: rootId:")).toBe(false);
      expect(configureContext(1, text.length)).toBe(true, "the same root once more");
      expect(mock.logHas("claimgate: rootId:")).toBe(false);
      expect(configureContext(2, text.length)).toBe(true);
      expect(mock.logHas("claimgate: rootId: another configuration in use has the same")).toBe(true);
      expectRefused();
      expect(markOf(9)).toBe("x-nine");
      deleteContext(1);
      speakOf(names[i]);
      expect(currentRoot() !== null).toBe(true, "the other one is gone");
      deleteContext(2);
    }
    mock.failCall("proxy_get_property", 2);
    expect(configureContext(5, text.length)).toBe(false);
    expect(mock.logHas("claimgate: rootId: the host does not say it")).toBe(true);
  });

  it("end alone: a stream's end touches no root", () => {
    configure(1, "x-a");
    expect(deleteContext(31)).toBe(false);
    expect(deleteContext(31)).toBe(false);
    expect(markOf(1)).toBe("x-a");
  });

  it("keep their configuration when a new one is refused", () => {
    configure(1, "x-first");
    const bad: string[] = [
      "{",
      "",
      '{"version":2}',
      configuration('{"checks":1}'),
      configuration('{"checks":[]}', "", '"new":1'),
    ];
    for (let i = 0; i < bad.length; i++) {
      expect(configureWith(1, bad[i])).toBe(false, bad[i]);
      expect(markOf(1)).toBe("x-first", bad[i]);
      expect(configureWith(2, bad[i])).toBe(false, bad[i]);
      expect(markOf(1)).toBe("x-first", bad[i]);
    }
    expect(configure(1, "x-second")).toBe(true);
    expect(markOf(1)).toBe("x-second");
  });

  it("say in the log why, without the configuration's values", () => {
    configureWith(1, configuration('{"checks":[]}', '"clockSkewSeconds":"SECRET"'));
    expect(mock.logHas("claimgate: providers.p.clockSkewSeconds: must be an integer from 0 to 86400")).toBe(true);
    expect(mock.logHas("SECRET")).toBe(false);
    configureWith(1, "");
    expect(mock.logHas("claimgate: configuration: is empty or cannot be read")).toBe(true);
    mock.failCall("proxy_get_buffer_bytes", 2);
    expect(configure(1, "x-a")).toBe(false);
    expect(markOf(1)).toBe("none");
  });

  it("hold no more memory after many streams and configurations", () => {
    let pages = 0;
    for (let round: u32 = 0; round < 250; round++) {
      configure(1 + (round % 2), "x-a");
      for (let i: u32 = 0; i < 100; i++) deleteContext(100_000 + i);
      deleteContext(2 - (round % 2));
      __collect();
      if (round == 50) pages = memory.size();
    }
    expect(memory.size()).toBe(pages);
  });
});
