import { expect, test } from "vitest";
import { Speaker } from "./speaker.js";

function listen() {
  const lines: string[] = [];
  const speaker = new Speaker((line) => lines.push(line));
  /** What was said since the last time. */
  return { speaker, said: () => lines.splice(0) };
}

const complaint = (resource: string, message = "is wrong") => ({ origin: "a.yaml:1", resource, message });

test("a complaint is said once, as long as it stands, and again after it was mended", () => {
  const { speaker, said } = listen();
  speaker.complain([complaint("A"), complaint("A"), complaint("B")]);
  expect(said()).toEqual(["a.yaml:1: A: is wrong", "a.yaml:1: B: is wrong"]);
  speaker.complain([complaint("B"), complaint("A")]);
  expect(said()).toEqual([]);
  speaker.complain([complaint("B")]);
  expect(said()).toEqual(["mended: a.yaml:1: A: is wrong"]);
  speaker.complain([complaint("A"), complaint("B")]);
  expect(said()).toEqual(["a.yaml:1: A: is wrong"]);
  speaker.complain([{ ...complaint("A"), origin: "" }]);
  expect(said()).toEqual(["A: is wrong", "mended: a.yaml:1: A: is wrong", "mended: a.yaml:1: B: is wrong"]);
});

test("a problem with a file is not said again because another one has one too", () => {
  const { speaker, said } = listen();
  const problem = (origin: string) => ({ origin, message: "is empty", fatalAtStart: false });
  speaker.problems([problem("a.yaml")]);
  speaker.problems([problem("a.yaml"), problem("b.yaml")]);
  expect(said()).toEqual(["a.yaml: is empty", "b.yaml: is empty"]);
  speaker.problems([]);
  speaker.problems([problem("a.yaml")]);
  expect(said()).toEqual(["a.yaml: is empty"]);
});
