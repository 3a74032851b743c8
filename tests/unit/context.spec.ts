import { configurationOf, configureContext, createContext, deleteContext } from "../../assembly/context";
import { beginCallback } from "../../assembly/host/memory";
import { STOP_ITERATION } from "../../assembly/host/status";
import { judgeRequest } from "../../assembly/policy/judge";
import { textsOf } from "./config/decode";
import { configuration } from "./fixtures";
import * as mock from "./mock";

export { malloc } from "../../assembly/host/memory";

/** Configures a root so that `name` is what it removes: the mark by which a configuration is known again. */
function configure(root: u32, name: string): bool {
  const text = configuration('{"checks":[]}', "", '"identityHeaders":["' + name + '"]');
  mock.setConfiguration(text);
  beginCallback();
  return configureContext(root, text.length);
}

function configureWith(root: u32, text: string): bool {
  mock.setConfiguration(text);
  beginCallback();
  return configureContext(root, text.length);
}

/** The mark of the configuration that judges a stream, or "none". */
function markOf(stream: u32): string {
  const c = configurationOf(stream);
  return c === null ? "none" : textsOf(c.identityHeaders);
}

describe("contexts", () => {
  beforeEach(() => mock.reset());

  it("judge a stream by the root it began under", () => {
    createContext(1, 0);
    expect(configure(1, "x-one")).toBe(true);
    createContext(2, 0);
    expect(configure(2, "x-two")).toBe(true);
    createContext(10, 1);
    createContext(11, 2);
    createContext(12, 1);
    expect(markOf(10)).toBe("x-one");
    expect(markOf(11)).toBe("x-two");
    expect(markOf(12)).toBe("x-one");
    // Another generation arrives while the streams live.
    createContext(3, 0);
    expect(configure(3, "x-three")).toBe(true);
    createContext(13, 3);
    expect(markOf(10)).toBe("x-one");
    expect(markOf(13)).toBe("x-three");
  });

  it("refuse a stream that has no configuration", () => {
    expect(markOf(999)).toBe("none", "a stream that was never created");
    createContext(20, 0);
    createContext(21, 20);
    expect(markOf(21)).toBe("none", "its root is not configured");
    createContext(22, 777);
    expect(markOf(22)).toBe("none", "its root does not exist");
    createContext(23, 20);
    configure(20, "x-a");
    expect(markOf(23)).toBe("x-a");
    deleteContext(20);
    expect(markOf(23)).toBe("none", "its root is gone");
    beginCallback();
    expect(judgeRequest(configurationOf(23))).toBe(STOP_ITERATION);
    expect(mock.localStatus()).toBe(500);
  });

  it("end alone: a stream's end touches neither its root nor other streams", () => {
    createContext(30, 0);
    configure(30, "x-a");
    createContext(31, 30);
    createContext(32, 30);
    deleteContext(31);
    expect(markOf(31)).toBe("none");
    expect(markOf(32)).toBe("x-a");
    deleteContext(31);
    deleteContext(999);
    expect(markOf(32)).toBe("x-a");
  });

  it("keep their configuration when a new one is refused", () => {
    createContext(40, 0);
    configure(40, "x-first");
    createContext(41, 40);
    const bad: string[] = [
      "{",
      "",
      '{"version":2}',
      configuration('{"checks":1}'),
      configuration('{"checks":[]}', "", '"new":1'),
    ];
    for (let i = 0; i < bad.length; i++) {
      expect(configureWith(40, bad[i])).toBe(false, bad[i]);
      expect(markOf(41)).toBe("x-first", bad[i]);
    }
    expect(configure(40, "x-second")).toBe(true);
    expect(markOf(41)).toBe("x-second");
  });

  it("say in the log why, without the configuration's values", () => {
    createContext(50, 0);
    configureWith(50, configuration('{"checks":[]}', '"clockSkewSeconds":"SECRET"'));
    expect(mock.logHas("claimgate: providers.p.clockSkewSeconds: must be an integer from 0 to 86400")).toBe(true);
    expect(mock.logHas("SECRET")).toBe(false);
    configureWith(50, "");
    expect(mock.logHas("claimgate: configuration: is empty or cannot be read")).toBe(true);
    mock.failCall("proxy_get_buffer_bytes", 2);
    expect(configure(50, "x-a")).toBe(false);
    expect(markOf(50)).toBe("none");
  });

  it("stay the ones they are when created again", () => {
    createContext(60, 0);
    configure(60, "x-a");
    createContext(60, 0);
    createContext(61, 60);
    expect(markOf(61)).toBe("x-a");
  });

  it("hold no more memory after many streams and configurations", () => {
    for (let round = 0; round < 50; round++) {
      createContext(1000 + round, 0);
      configure(1000 + round, "x-a");
      for (let i = 0; i < 100; i++) {
        createContext(100_000 + i, 1000 + round);
        deleteContext(100_000 + i);
      }
      deleteContext(1000 + round);
    }
    __collect();
    const pages = memory.size();
    for (let round = 0; round < 200; round++) {
      createContext(2000 + round, 0);
      configure(2000 + round, "x-a");
      for (let i = 0; i < 100; i++) {
        createContext(200_000 + i, 2000 + round);
        deleteContext(200_000 + i);
      }
      deleteContext(2000 + round);
      __collect();
    }
    expect(memory.size()).toBe(pages);
  });
});
