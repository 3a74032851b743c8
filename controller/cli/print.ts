// One line for each thing that is wrong: where, which resource, what. Standard output is for results.
import type { Problem } from "../source/source.js";
import type { Complaint } from "../translate/complaints.js";

export function printLine(line: string): void {
  process.stderr.write(`claimgate: ${line}\n`);
}

/** YAML documents on standard output. */
export function printDocuments(texts: readonly string[]): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever reads has read enough (`| head`).
    if (error.code !== "EPIPE") throw error;
  });
  process.stdout.write(texts.join("---\n"));
}

export function printProblems(problems: readonly Problem[]): void {
  for (const { origin, message } of problems) printLine(`${origin}: ${message}`);
}

export function describeComplaint({ origin, resource, message }: Complaint): string {
  // On an API server a resource is where its name says.
  return origin === "" || origin === resource ? `${resource}: ${message}` : `${origin}: ${resource}: ${message}`;
}

export function printComplaints(complaints: readonly Complaint[]): void {
  for (const complaint of complaints) printLine(describeComplaint(complaint));
}
