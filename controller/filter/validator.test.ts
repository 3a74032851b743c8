// What the controller asks the compiled filter: refusals are named by path, answers are kept, a trap costs one VM.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProviderConfiguration } from "../translate/snapshot.js";
import { packageRoot } from "../xds/package-root.js";
import { FilterVm, loadFilter } from "./host.js";
import { FilterValidator } from "./validator.js";

const WASM = join(packageRoot(), "build", "claimgate.wasm");

/** A modulus of so many bits, odd as every product of two primes is. */
function modulus(bits: number): string {
  const bytes = Buffer.alloc(bits / 8, 0xc3);
  return bytes.toString("base64url");
}

function provider(more: Partial<ProviderConfiguration> = {}, n = modulus(2048)): ProviderConfiguration {
  return { jwks: { keys: [{ kty: "RSA", kid: "k", e: "AQAB", n }] }, ...more };
}

function principal(value: string, matcher: string, policy = "p") {
  return { policies: { [policy]: { principals: [{ claims: { team: value }, matcher }] } } };
}

describe("the compiled filter", () => {
  const validator = new FilterValidator(WASM);

  test("takes what can be enforced", () => {
    const claimsToHeaders = [{ claim: "team", header: "x-team", encoding: "json" as const }];
    expect(validator.provider(provider({ issuer: "i", clockSkewSeconds: 5, claimsToHeaders }))).toBeNull();
    expect(validator.authorization({ policies: {} })).toBeNull();
    expect(validator.authorization(principal("de.", "REGEX_MATCH"))).toBeNull();
  });

  test("says where in a provider something is wrong, as the provider has it", () => {
    expect(validator.provider(provider({}, modulus(1024)))).toMatchObject({ path: "jwks" });
    expect(validator.provider({ jwks: { keys: [] } })).toMatchObject({
      path: expect.stringMatching(/^jwks/) as string,
    });
    const header = (name: string) =>
      provider({
        claimsToHeaders: [
          { claim: "a", header: "x-a" },
          { claim: "b", header: name },
        ],
      });
    expect(validator.provider(header("host"))).toEqual({
      path: "claimsToHeaders[1].header",
      message: "host is reserved and cannot carry a claim",
    });
    expect(validator.provider(header("x y"))).toMatchObject({ path: "claimsToHeaders[1].header" });
  });

  test("says where in an authorization something is wrong, as the authorization has it", () => {
    const path = "policies.p.principals[0].claims.team";
    expect(validator.authorization(principal("(", "REGEX_MATCH"))).toMatchObject({ path });
    expect(validator.authorization(principal("yes", "BOOLEAN"))).toMatchObject({ path });
    expect(validator.authorization(principal("x", "NONE"))).toMatchObject({ path: "policies.p.principals[0].matcher" });
  });

  test("the provider of a principal is not its business before it is known where the policy is attached", () => {
    const bound = { policies: { p: { principals: [{ claims: { team: "dev" }, provider: "of somebody else" }] } } };
    expect(validator.authorization(bound)).toBeNull();
  });

  test("judges a configuration as a whole", () => {
    const policies = { p: { checks: [{ authentication: { providers: ["absent"] } }] } };
    expect(validator.configuration({ version: 1, policies, defaultPolicy: "p" })).toMatchObject({
      path: expect.stringMatching(/^policies\.p\.checks\[0\]\.authentication/) as string,
    });
    expect(validator.configuration({ version: 1, policies: {}, defaultPolicy: "p" })).toMatchObject({
      path: "defaultPolicy",
    });
  });

  test("a thousand refusals leave it as it was", () => {
    for (let i = 0; i < 1000; i++) {
      expect(validator.authorization(principal(`(${i}`, "REGEX_MATCH"))).not.toBeNull();
    }
    expect(validator.authorization(principal("de.", "REGEX_MATCH", "other"))).toBeNull();
  });
});

test("a VM answers with what the filter logs, or with nothing", () => {
  const vm = new FilterVm(loadFilter(WASM));
  expect(vm.configure("{}")).toMatch(/^claimgate: version: /);
  expect(vm.configure(`{"version":1,"policies":{"p":{"checks":[]}},"defaultPolicy":"p"}`)).toBeNull();
});

describe("a filter that traps", () => {
  let folder: string;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // Takes every configuration, counts them in what it logs when it refuses, and traps on one that is 300 bytes or longer.
  const SOURCE = `
    @external("env", "proxy_log") declare function proxy_log(level: i32, at: usize, size: i32): i32;
    let asked: i32 = 0;
    export function malloc(size: i32): usize { return heap.alloc(size); }
    export function proxy_abi_version_0_2_1(): void {}
    export function proxy_on_vm_start(_context: u32, _size: u32): u32 { return 1; }
    export function proxy_on_request_headers(_context: u32, _headers: u32, _end: u32): u32 { return 0; }
    export function proxy_on_delete(_context: u32): void {}
    export function proxy_on_configure(_context: u32, size: u32): u32 {
      asked++;
      if (size >= 300 || asked > 1000) { asked = 1001; unreachable(); }
      const text = String.UTF8.encode("claimgate: asked: " + asked.toString());
      proxy_log(2, changetype<usize>(text), text.byteLength);
      return 0;
    }`;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "claimgate-validator-"));
    const { error, stderr } = await asc.main(
      ["f.ts", "-o", "f.wasm", "--exportStart", "_initialize", "--use", "abort="],
      {
        readFile: (name: string) => (name === "f.ts" ? SOURCE : null),
        writeFile: (name: string, content: Uint8Array | string) => writeFileSync(join(folder, name), content),
      },
    );
    if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  });

  const asked = (count: number) => ({ path: "asked", message: String(count) });

  test("answers of one VM are kept by content; a trap is an answer too, and the next question goes to a new VM", () => {
    const validator = new FilterValidator(join(folder, "f.wasm"));
    const long = principal("x".repeat(300), "EXACT_STRING");
    expect(validator.authorization(principal("a", "EXACT_STRING"))).toEqual(asked(1));
    expect(validator.authorization(principal("b", "EXACT_STRING"))).toEqual(asked(2));
    // The same content, whatever the order of its members.
    expect(
      validator.authorization({
        policies: { p: { principals: [{ matcher: "EXACT_STRING", claims: { team: "a" } }] } },
      }),
    ).toEqual(asked(1));
    const trap = { path: "", message: expect.stringMatching(/^the filter cannot take it: unreachable/) as string };
    expect(validator.authorization(long)).toEqual(trap);
    expect(validator.authorization(principal("c", "EXACT_STRING"))).toEqual(asked(1));
    expect(validator.authorization(long)).toEqual(trap);
    expect(validator.authorization(principal("d", "EXACT_STRING"))).toEqual(asked(2));
  });
});
