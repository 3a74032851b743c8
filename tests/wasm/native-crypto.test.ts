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

const tokens = signers.map((signer) => {
  const token = signer.sign({ sub: "alice" }, { alg: signer.alg, kid: signer.alg });
  const at = token.lastIndexOf(".") + 5;
  return {
    alg: signer.alg,
    token,
    damaged: token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1),
  };
});
const FAILS = "Jwt verification fails";

describe.each([undefined, "auto"] as const)("nativeCrypto: %s", (nativeCrypto) => {
  const host = hostWith(nativeCrypto);

  it.each(tokens)("$alg", ({ alg, token, damaged }) => {
    const asked = BY_HOST.includes(alg);
    host.verifySignature = null;
    expect(ask(host, token)).toEqual({ answer: "continue", asked });
    expect(ask(host, damaged)).toEqual({ answer: FAILS, asked });
  });

  it.each(tokens)("$alg, on a host that does not have the function, or fails", ({ token, damaged }) => {
    for (let status = 1; status <= 12; status++) {
      host.verifySignature = status;
      expect(ask(host, token).answer).toBe("continue");
      expect(ask(host, damaged).answer).toBe(FAILS);
    }
  });

  it.each(tokens.filter(({ alg }) => BY_HOST.includes(alg)))("$alg: the host's no is a no", ({ token }) => {
    for (const result of [Buffer.of(), Buffer.of(8, 0), Buffer.from("\x12\x03bad"), Buffer.of(0xff), Buffer.of(8)]) {
      host.verifySignature = result;
      expect(ask(host, token)).toEqual({ answer: FAILS, asked: true });
    }
  });
});

describe("nativeCrypto: never", () => {
  const host = hostWith("never");
  // Were it asked, it would say yes.
  host.verifySignature = Buffer.of(8, 1);

  it.each(tokens)("$alg", ({ token, damaged }) => {
    expect(ask(host, token)).toEqual({ answer: "continue", asked: false });
    expect(ask(host, damaged)).toEqual({ answer: FAILS, asked: false });
  });
});
