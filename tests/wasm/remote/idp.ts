// One Envoy with workers and a provider whose keys are remote; the test is the identity provider.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../controller/xds/package-root.js";
import { rsaKey } from "../../support/tokens.js";
import { Envoy, type Stream, Worker } from "./worker.js";

const MODULE = new WebAssembly.Module(readFileSync(join(packageRoot(), "build", "claimgate.wasm")));

export const FETCH_FAILED = "Jwks remote fetch is failed";
export const NO_KEY = "Jwks doesn't have key to match kid or alg from Jwt";
export const [key1, key2, key3] = [rsaKey("k1"), rsaKey("k2"), rsaKey("k3")] as const;
type Key = ReturnType<typeof rsaKey>;

export const jwks = (...keys: { jwk: object }[]) => JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });

export const REMOTE = { cluster: "idp", authority: "idp.example.com", path: "/jwks.json", cacheDurationMs: 600_000 };

export function configuration(remote: object = {}, more: object = {}, provider: object = {}): object {
  return {
    version: 1,
    providers: { p: { issuer: "issuer", remoteJwks: { ...REMOTE, ...remote }, ...provider } },
    policies: { only: { checks: [{ authentication: { providers: ["p"] } }] } },
    defaultPolicy: "only",
    ...more,
  };
}

export class Scene {
  readonly envoy = new Envoy();
  readonly workers: Worker[];

  constructor(count: number, config: object = configuration()) {
    this.workers = Array.from({ length: count }, () => new Worker(MODULE, this.envoy));
    for (const worker of this.workers) worker.configureRoot(config);
  }

  get first(): Worker {
    return this.workers[0]!;
  }

  /** Lets time pass, in steps that no tick is missed by. */
  pass(milliseconds: number, step = 10): void {
    const end = this.envoy.now + milliseconds;
    for (;;) {
      for (const worker of this.workers) worker.tick();
      if (this.envoy.now >= end) return;
      this.envoy.now = Math.min(this.envoy.now + step, end);
    }
  }

  token(key: Key = key1, kid: string | undefined = key.jwk["kid"] as string, more: object = {}): string {
    const seconds = Math.floor(this.envoy.now / 1000);
    return key.sign({ iss: "issuer", sub: "alice", exp: seconds + 100_000, ...more }, { alg: "RS256", kid });
  }

  open(token: string, worker: Worker = this.first): Stream {
    return worker.open([
      [":authority", "h"],
      [":path", "/"],
      [":method", "GET"],
      [":scheme", "http"],
      ["authorization", `Bearer ${token}`],
    ]);
  }

  /** "passed", "stopped", or the body of the refusal. */
  ask(token: string, worker?: Worker): string {
    return verdict(this.open(token, worker));
  }

  /** All workers have these keys. */
  fetched(...keys: { jwk: object }[]): void {
    this.pass(20);
    this.envoy.answer(200, jwks(...keys));
    this.pass(300);
  }
}

export function verdict(stream: Stream): string {
  return stream.reply?.body ?? stream.state;
}
