// The guides' text holds the same manifests and tokens as the files that everything else is tested with.
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { ALICE, BOB } from "../support/guide.js";
import { example } from "../support/manifests.js";
import { missingFrom, stepsOf } from "../support/walkthrough.js";

const FILES = {
  kgateway: ["03-jwt.yaml", "04-claims-to-headers.yaml"],
  gloo: ["03-jwt.yaml", "04-authorize-team.yaml", "05-authorize-model.yaml"],
};

function documents(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => document.toJS() as unknown);
}

test.each(Object.entries(FILES))("%s: what is applied is what is in examples/", (guide, files) => {
  const applied = stepsOf(`examples/${guide}/guide.md`).flatMap(({ commands }) =>
    [...commands.matchAll(/^kubectl apply -f- <<EOF\n(.*?)\nEOF$/gms)].map(([, yaml]) => yaml!),
  );
  const expected = files.flatMap((file) => documents(example(`${guide}/${file}`)));
  expect(applied.flatMap(documents)).toEqual(expected);
});

test("the tokens are those of examples/tokens.sh", () => {
  const tokens = (text: string) =>
    [...text.matchAll(/^export (\w*TOKEN)=(\S+)$/gm)].map(([, name, value]) => [name, value]);
  const exported = (guide: string) =>
    tokens(
      stepsOf(`examples/${guide}/guide.md`)
        .map((step) => step.commands)
        .join("\n"),
    );
  expect(exported("kgateway")).toEqual([["TOKEN", ALICE]]);
  expect(exported("gloo")).toEqual([
    ["ALICE_TOKEN", ALICE],
    ["BOB_TOKEN", BOB],
  ]);
  const [alice, bob, token] = tokens(example("tokens.sh"));
  expect([alice, bob, token]).toEqual([
    ["ALICE_TOKEN", ALICE],
    ["BOB_TOKEN", BOB],
    ["TOKEN", "$ALICE_TOKEN"],
  ]);
});

test("expected output is found in order, and a gap only where one is said to be", () => {
  const printed = { stdout: "a\n  b\nc\nd\n", stderr: "> x\n< HTTP/1.1 200 OK\r\n< server: envoy\r\n" };
  expect(missingFrom(printed, "< HTTP/1.1 200 OK\n< server: envoy\na\nb\n...\nd")).toBeUndefined();
  expect(missingFrom(printed, "a\nc")).toBe("a\nc");
  expect(missingFrom(printed, "c\n...\na")).toBe("a");
  expect(missingFrom(printed, "a\n...\na")).toBe("a");
  expect(missingFrom(printed, "< server: envoy\n...\n< HTTP/1.1 200 OK")).toBe("< HTTP/1.1 200 OK");
  expect(missingFrom(printed, "< HTTP/1.1 200")).toBe("< HTTP/1.1 200");
});
