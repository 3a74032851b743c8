// Makes, from reasons.json (the one list of refusals), what the filter compiles, what the controller imports and what people read.
// `--check` compares instead of writing.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as prettier from "prettier";

const root = new URL("..", import.meta.url);
const reasons = JSON.parse(readFileSync(new URL("reasons.json", root), "utf8"));
const pascal = (code) => code.replace(/(^|_)(\w)/g, (_, __, letter) => letter.toUpperCase());
const note = "Made from reasons.json by tools/generate-reasons.mjs; change that file and run `make generate`.";

const assembly = `// ${note}
import { ascii } from "../host/literal";

/** Why a request is refused. */
export const enum Reason {
  None,
${reasons.map((r) => `  ${pascal(r.code)},`).join("\n")}
}

const STATUS: StaticArray<u16> = [200, ${reasons.map((r) => r.status).join(", ")}];

const DETAILS: StaticArray<StaticArray<u8>> = [
  ascii(""),
${reasons.map((r) => `  ascii("claimgate_${r.code}"),`).join("\n")}
];

const TEXT: StaticArray<StaticArray<u8>> = [
  ascii(""),
${reasons.map((r) => `  ascii(${JSON.stringify(r.text)}),`).join("\n")}
];

/** HTTP status of the reply. */
export function statusOf(reason: Reason): u32 {
  return unchecked(STATUS[reason]);
}

/** Response code details of the reply, \`claimgate_\` and the reason's code. */
export function detailsOf(reason: Reason): StaticArray<u8> {
  return unchecked(DETAILS[reason]);
}

/** Body of the reply: Envoy's status string where Envoy has one (source/common/jwt/status.cc). */
export function textOf(reason: Reason): StaticArray<u8> {
  return unchecked(TEXT[reason]);
}
`;

const controller = `// ${note}

/** Every reason a request can be refused, with its HTTP status. */
export const REASONS = {
${reasons.map((r) => `  ${r.code}: { status: ${r.status}, text: ${JSON.stringify(r.text)} },`).join("\n")}
} as const;

export type ReasonCode = keyof typeof REASONS;
`;

const docs = `# Why a request is refused

<!-- ${note} -->

One code for one reason, wherever it shows: \`%RESPONSE_CODE_DETAILS%\` in access logs is \`claimgate_\` and the code; the body is the text.
401 replies carry \`www-authenticate: Bearer realm="…"\`, with \`error="invalid_token"\` when a credential was present (RFC 6750 §3).
gRPC requests get the same as \`grpc-status\` (401 → 16, 403 → 7, 500 → 2) and \`grpc-message\`.

| code | status | body | meaning |
|---|---|---|---|
${reasons.map((r) => `| \`${r.code}\` | ${r.status} | ${r.text} | ${r.meaning} |`).join("\n")}
`;

let stale = 0;
for (const [path, raw] of [
  ["assembly/policy/reasons.ts", assembly],
  ["controller/reasons.ts", controller],
  ["docs/reasons.md", docs],
]) {
  const url = new URL(path, root);
  const file = fileURLToPath(url);
  const text = path.endsWith(".ts")
    ? await prettier.format(raw, { ...(await prettier.resolveConfig(file)), filepath: file })
    : raw;
  if (!process.argv.includes("--check")) writeFileSync(url, text);
  else if (readFileSync(url, "utf8") !== text) {
    stale++;
    console.error(`${path} is not what reasons.json says: run \`make generate\``);
  }
}
process.exit(stale ? 1 : 0);
