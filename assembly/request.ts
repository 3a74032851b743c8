// Requests, judged when they arrive; and again, from the start, those that have waited for keys.
import { nowMilliseconds } from "./host/clock";
import { logError } from "./host/log";
import { beginAnew } from "./host/memory";
import { CONTINUE } from "./host/status";
import { continueRequest, enterContext } from "./host/stream";
import { judgeRequest } from "./policy/judge";
import { KeySource } from "./remote/key_source";
import { sourceAt, sourceCount } from "./remote/sources";
import { currentRoot } from "./context";

/**
 * Judges the request `id`, which the host's answers are about; what its callback is to answer. `deadline`: see judgeRequest.
 */
export function judgeCurrent(id: u32, deadline: u64): i32 {
  const root = currentRoot();
  return root === null ? judgeRequest(null) : judgeRequest(root.configuration, id, root.id, deadline);
}

/** Judges those again for whose keys something has happened, or who have waited long enough; of all roots. */
export function resumeRequests(): void {
  const now = nowMilliseconds();
  for (let i = 0; i < sourceCount(); i++) {
    const source = sourceAt(i);
    if (source.waiting.count == 0) continue;
    const all = source.state.finished != source.finished || source.version != source.judgedBy;
    source.finished = source.state.finished;
    source.judgedBy = source.version;
    resumeOf(source, all, now);
  }
}

function resumeOf(source: KeySource, all: bool, now: u64): void {
  const waiting = source.waiting;
  // Who waits again goes to the end, and is not looked at twice.
  let at = 0;
  for (let left = waiting.count; left > 0; left--) {
    const deadline = waiting.deadline(at);
    if (!all && deadline > now) {
      at++;
      continue;
    }
    const id = waiting.id(at);
    waiting.remove(id);
    resume(id, deadline);
  }
}

function resume(id: u32, deadline: u64): void {
  // What the host gives is read into memory of its own, as in a callback.
  beginAnew();
  if (!enterContext(id)) return;
  if (judgeCurrent(id, deadline) != CONTINUE || continueRequest()) return;
  // It stays stopped; Envoy's stream idle timeout ends it.
  logError("claimgate: the host did not let a request go on");
}
