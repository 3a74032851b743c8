// Who checks signatures: the host where it is preferred, our own code where the configuration says so or the host comes to nothing.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { wasmPath } from "../../controller/cli/paths.js";
import { ALGORITHMS, Signer } from "../support/signers.js";
import { FilterHost } from "./host.js";

const module = new WebAssembly.Module(readFileSync(wasmPath()));
const FOREIGN = "proxy_call_foreign_function";
/** docs/algorithms.md. */
const BY_HOST = ["RS256", "RS384", "RS512", "ES256"];
const signers = ALGORITHMS.map((alg) => Signer.create(alg));

function hostWith(nativeCrypto?: "auto" | "never"): FilterHost {
  const host = new FilterHost(module);
  const keys = signers.map(({ alg, jwk }) => ({ ...jwk, kid: alg, alg }));
  const policies = { only: { checks: [{ authentication: { providers: ["p"] } }] } };
  const rest = nativeCrypto === undefined ? {} : { nativeCrypto };
  expect(host.configure({ version: 1, providers: { p: { jwks: { keys } } }, policies, defaultPolicy: "only", ...rest })).toBe(true); // prettier-ignore
  return host;
}

/** "continue", or what the refusal says; and whether the host was asked. */
function ask(host: FilterHost, token: string): { answer: string; asked: boolean } {
  const headers = [":authority", "a", ":path", "/", ":method", "GET", ":scheme", "http"];
  const pairs = [0, 2, 4, 6].map((i) => [headers[i]!, headers[i + 1]!] as const);
  const { verdict, reply, calls } = host.request([...pairs, ["authorization", `Bearer ${token}`]]);
  return { answer: reply?.body ?? verdict, asked: calls.includes(FOREIGN) };
}

let count = 0;
/** A new token of an algorithm: one that was verified before is remembered. */
function fresh(alg: string): string {
  return signers[ALGORITHMS.indexOf(alg as (typeof ALGORITHMS)[number])]!.sign(
    { sub: `user ${count++}` },
    { alg, kid: alg },
  );
}

/** With another character in its signature. */
function damaged(token: string): string {
  const at = token.lastIndexOf(".") + 5;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}

const FAILS = "Jwt verification fails";

describe.each([undefined, "auto"] as const)("nativeCrypto: %s", (nativeCrypto) => {
  const host = hostWith(nativeCrypto);

  it.each(ALGORITHMS)("%s", (alg) => {
    const asked = BY_HOST.includes(alg);
    host.verifySignature = null;
    expect(ask(host, fresh(alg))).toEqual({ answer: "continue", asked });
    expect(ask(host, damaged(fresh(alg)))).toEqual({ answer: FAILS, asked });
  });

  it.each(ALGORITHMS)("%s, on a host that does not have the function, or fails", (alg) => {
    for (let status = 1; status <= 12; status++) {
      host.verifySignature = status;
      expect(ask(host, fresh(alg)).answer).toBe("continue");
      expect(ask(host, damaged(fresh(alg))).answer).toBe(FAILS);
    }
  });

  it.each(BY_HOST)("%s: the host's no is a no", (alg) => {
    for (const result of [Buffer.of(), Buffer.of(8, 0), Buffer.from("\x12\x03bad"), Buffer.of(0xff), Buffer.of(8)]) {
      host.verifySignature = result;
      expect(ask(host, fresh(alg))).toEqual({ answer: FAILS, asked: true });
    }
  });
});

describe("nativeCrypto: never", () => {
  const host = hostWith("never");
  // Were it asked, it would say yes.
  host.verifySignature = Buffer.of(8, 1);

  it.each(ALGORITHMS)("%s", (alg) => {
    expect(ask(host, fresh(alg))).toEqual({ answer: "continue", asked: false });
    expect(ask(host, damaged(fresh(alg)))).toEqual({ answer: FAILS, asked: false });
  });
});
