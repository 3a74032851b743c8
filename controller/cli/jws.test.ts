// `claimgate jws verify` on keys and signatures made by node's crypto.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ALGORITHMS, Signer } from "../../tests/support/signers.js";
import { verifyJws } from "./jws.js";

let folder: string;
let said: string[];
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "claimgate-jws-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  said = [];
  vi.spyOn(console, "error").mockImplementation((line: string) => void said.push(line));
});
afterEach(() => vi.restoreAllMocks());

/** The exit code, and what is printed. */
async function verify(keys: string | object, input: string): Promise<{ code: number; lines: string[] }> {
  const file = join(folder, "keys");
  writeFileSync(file, typeof keys === "string" ? keys : JSON.stringify(keys));
  const lines: string[] = [];
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(input, "latin1");
  }
  return { code: await verifyJws(file, stream(), (text) => lines.push(text)), lines };
}

const ed25519 = Signer.create("EdDSA");

test("every algorithm, with the kid of the key and without", async () => {
  const signers = ALGORITHMS.map((alg) => Signer.create(alg));
  const keys = signers.map(({ jwk, alg }, i) => ({ ...jwk, alg, ...(i % 2 === 0 ? { kid: `k${i}` } : {}) }));
  const input = signers.map((signer) => signer.sign({ any: signer.alg })).join("\n");
  const { code, lines } = await verify({ keys }, input);
  expect(lines).toEqual(ALGORITHMS.map((alg, i) => `valid ${i % 2 === 0 ? `k${i}` : "-"} ${alg}`));
  expect(code).toBe(0);
  expect(said).toEqual([]);
});

test("one line for one line, and 1 if any is not valid", async () => {
  const good = ed25519.sign("any payload, no JSON");
  const input = ["", good, "garbage", "", `${good}=\r`, ` ${good}`, ed25519.sign("").replace("..", ".AA."), good];
  const { code, lines } = await verify({ keys: [{ ...ed25519.jwk, kid: "a b" }] }, input.join("\n"));
  expect(lines).toEqual([
    'valid "a b" EdDSA',
    "invalid jwt_bad_format",
    "invalid jwt_signature_bad_base64",
    "invalid jwt_header_bad_base64",
    "invalid jwt_verification_failed",
    'valid "a b" EdDSA',
  ]);
  expect(code).toBe(1);
});

test("payloads of megabytes; lines and headers that are too long", async () => {
  const large = ed25519.sign("x".repeat(5_000_000));
  const header = ed25519.sign("", { alg: "EdDSA", pad: "x".repeat(7000) }).replace("..", ".AA.");
  const input = [large, "x".repeat(17_000_000), header, large.replace(/.$/, ""), large];
  const { lines } = await verify(ed25519.jwk, input.join("\n"));
  expect(lines).toEqual([
    "valid - EdDSA",
    "invalid jwt_too_large",
    "invalid jwt_too_large",
    "invalid jwt_signature_bad_base64",
    "valid - EdDSA",
  ]);
});

test("keys in PEM; those that are not used are named, on standard error", async () => {
  const rsa = Signer.create("RS256");
  const pem = [ed25519.publicKey, rsa.publicKey].map((key) => key.export({ type: "spki", format: "pem" })).join("");
  const secret = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const { code, lines } = await verify(pem + secret, `${rsa.as("PS512").sign({})}\n${ed25519.sign({})}\n`);
  expect([code, lines]).toEqual([0, ["valid - PS512", "valid - EdDSA"]]);
  expect(said).toEqual([expect.stringMatching(/keys: PEM block 3 is not used: it is a private key/)]);
});

test("2, and one line, for keys that cannot be used", async () => {
  for (const keys of ["", "{}", { keys: [] }, { kty: "oct", k: "c2VjcmV0" }, { keys: [{ kty: "RSA" }] }]) {
    said = [];
    expect(await verify(keys, "a.b.c")).toEqual({ code: 2, lines: [] });
    expect(said).toEqual([expect.stringMatching(/^error: .*keys: /)]);
    expect(said[0]).not.toContain("c2VjcmV0");
  }
  said = [];
  expect(await verifyJws("/absent", process.stdin, () => {})).toBe(2);
  expect(said).toEqual(["error: /absent: ENOENT"]);
});
