// A filter whose cryptography is wrong refuses to start and says which algorithm it is. The filter is compiled with a mistake in it.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import asc from "assemblyscript/asc";
import { describe, expect, it } from "vitest";
import { FilterVm } from "../../controller/filter/host.js";
import { packageRoot } from "../../controller/xds/package-root.js";

const ROOT = packageRoot();

/** The filter with `right`, which must be in the file exactly once, replaced. */
async function compileWith(file: string, right: string, wrong: string): Promise<WebAssembly.Module> {
  let binary: Uint8Array | undefined;
  let replaced = 0;
  const { error, stderr } = await asc.main(
    ["assembly/index.ts", "--outFile", "mistaken.wasm", "--target", "release", "--optimizeLevel", "1", "--noConverge"],
    {
      readFile: (name: string, base: string) => {
        const path = join(base, name);
        let text: string;
        try {
          text = readFileSync(path, "utf8");
        } catch {
          return null;
        }
        if (resolve(path) !== join(ROOT, "assembly", file)) return text;
        replaced += text.split(right).length - 1;
        return text.replace(right, wrong);
      },
      writeFile: (_name: string, contents: Uint8Array | string) => {
        if (typeof contents !== "string") binary = contents;
      },
    },
  );
  if (error !== null || binary === undefined) throw new Error(stderr.toString());
  expect(replaced, `${right} in ${file}`).toBe(1);
  return new WebAssembly.Module(new Uint8Array(binary));
}

describe("a filter with a mistake", () => {
  it.each([
    ["PS256", "jose/rsa.ts", "return algorithm.scheme == Scheme.RsaPss", "return algorithm.scheme == Scheme.Hmac"],
    ["ES384", "jose/ec.ts", "verifyEcdsa(key, algorithm.hash", "verifyEcdsa(key, 0"],
    ["HS256", "jose/oct.ts", "key !== null && verifyHmac(key, signature", "key !== null || verifyHmac(key!, signature"],
  ])("in %s does not start", { timeout: 300_000 }, async (alg, file, right, wrong) => {
    const module = await compileWith(file, right, wrong);
    expect(() => new FilterVm(module)).toThrow(
      `claimgate: self-test: ${alg} gives wrong answers; the filter does not start`,
    );
  });
});
