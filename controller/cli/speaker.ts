// Says each thing once, and again only after it was mended in between.
import type { Problem } from "../source/source.js";
import type { Complaint } from "../translate/complaints.js";
import { describeComplaint } from "./print.js";

/** Turns the state of things, told again and again, into lines about what is new. */
export class Speaker {
  private complaints: ReadonlySet<string> = new Set();
  private files: ReadonlySet<string> = new Set();

  constructor(private readonly say: (line: string) => void) {}

  /** All that is wrong with resources now. What is not any more is said to be mended. */
  complain(complaints: readonly Complaint[]): void {
    const lines = new Set(complaints.map(describeComplaint));
    for (const line of lines) if (!this.complaints.has(line)) this.say(line);
    for (const line of this.complaints) if (!lines.has(line)) this.say(`mended: ${line}`);
    this.complaints = lines;
  }

  /** All that is wrong with files now. */
  problems(problems: readonly Problem[]): void {
    const lines = new Set(problems.map(({ origin, message }) => `${origin}: ${message}`));
    for (const line of lines) if (!this.files.has(line)) this.say(line);
    this.files = lines;
  }
}
