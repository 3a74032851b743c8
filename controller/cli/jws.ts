import { readFileSync } from "node:fs";
import { FilterVm, loadFilter } from "../filter/host.js";
import { FilterValidator } from "../filter/validator.js";
import { readKeys } from "../translate/policy/jwks.js";
import { linesOf, TOO_LONG } from "./lines.js";
import { wasmPath } from "./paths.js";

/** Bytes of a JWS. */
const MAX_JWS = 1 << 24;

/** A `kid` as it is printed: `-` if there is none, as JSON if it would not be one word. */
function word(kid: unknown): string {
  if (typeof kid !== "string" || kid === "") return "-";
  return /^[!-~]+$/.test(kid) && !kid.startsWith('"') ? kid : JSON.stringify(kid);
}

/**
 * `claimgate jws verify`: for each compact JWS, one a line, `valid KID ALG` or `invalid REASON`. Empty lines are passed over. The exit
 * code: 0 all are valid, 1 some is not, 2 the keys cannot be read.
 */
export async function verifyJws(
  file: string,
  input: AsyncIterable<Uint8Array>,
  print: (text: string) => void,
): Promise<number> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    console.error(`error: ${file}: ${error instanceof Error && "code" in error ? String(error.code) : "unreadable"}`);
    return 2;
  }
  const keys = readKeys(text, "inline", new FilterValidator(wasmPath()), Date.now());
  if ("problem" in keys) {
    console.error(`error: ${file}: ${keys.problem}`);
    return 2;
  }
  for (const note of keys.notes) console.error(`${file}: ${note}`);
  const vm = new FilterVm(loadFilter(wasmPath()));
  vm.setJwsKeys(keys.jwks);
  let code = 0;
  for await (const line of linesOf(input, MAX_JWS)) {
    if (line !== TOO_LONG && line.length === 0) continue;
    const verdict = line === TOO_LONG ? { reason: "jwt_too_large" } : vm.verifyJws(line);
    if ("reason" in verdict) code = 1;
    print(
      "reason" in verdict
        ? `invalid ${verdict.reason}`
        : `valid ${word(keys.jwks.keys[verdict.key]?.["kid"])} ${verdict.alg}`,
    );
  }
  return code;
}
