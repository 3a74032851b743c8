// Keys as people write them down, to the JWKS that the filter reads.
import type { Validator } from "../validator.js";
import type { Candidate, Origin } from "./keys/candidate.js";
import { readJsonKeys } from "./keys/json.js";
import { isPem, readPemKeys } from "./keys/pem.js";
import type { Reading } from "./model.js";

/** A status has room for so many; who has more will hear of the others then. */
const MAX_WORDS = 8;

export interface KeySet {
  /** Every usable key, its public members only. */
  jwks: { keys: Record<string, unknown>[] };
  /** What is to be said of keys that are not used, and of some that are. */
  notes: string[];
}

/**
 * The usable keys of a JWKS, a JWK or PEM, or why there is none. A bad key does not keep the others from serving (RFC 7517 §5); the
 * notes name it. Whether a key is good is the filter's to say. `now` (ms since 1970) tells which certificates have expired.
 */
export function readKeys(
  text: string,
  origin: Origin,
  validator: Validator,
  now: number,
): KeySet | { problem: string } {
  const candidates = isPem(text) ? readPemKeys(text, now) : readJsonKeys(text, origin);
  if ("problem" in candidates) return candidates;
  const keys: Record<string, unknown>[] = [];
  const refused: [name: string, problem: string][] = [];
  const notes: string[] = [];
  for (const candidate of candidates) {
    const problem = problemOf(candidate, validator);
    if (problem !== undefined) refused.push([candidate.name, problem]);
    else if ("jwk" in candidate) keys.push(candidate.jwk);
    if (problem === undefined && candidate.note !== undefined) notes.push(`${candidate.name}: ${candidate.note}`);
  }
  const words = (between: string) => atMost(refused.map(([name, problem]) => `${name}${between}: ${problem}`));
  if (keys.length === 0) return { problem: `has no usable key: ${words("").join("; ")}` };
  return { jwks: { keys }, notes: [...words(" is not used"), ...atMost(notes)] };
}

/** The same, of a resource that is being read. */
export function keysIn(text: string, origin: Origin, reading: Reading): KeySet | { problem: string } {
  // Certificates expire.
  if (isPem(text)) reading.timed = true;
  return readKeys(text, origin, reading.validator, reading.now);
}

function problemOf(candidate: Candidate, validator: Validator): string | undefined {
  return "problem" in candidate ? candidate.problem : validator.key(candidate.jwk)?.message;
}

function atMost(words: readonly string[]): string[] {
  if (words.length <= MAX_WORDS) return [...words];
  return [...words.slice(0, MAX_WORDS), `and ${words.length - MAX_WORDS} more`];
}
