// Processors for what is measured, and real-time priority where it is permitted: other programs then wait, not the measurement.
import { spawnSync } from "node:child_process";

/** The processor that Envoy gets, the one for everything else, and both. */
export const PROCESSORS = { envoy: "1", rest: "0", all: "0,1" };

/** Before every ordinary program; first in, first out. (A nice value does not help against programs of other sessions.) */
const REAL_TIME = ["chrt", "-f", "10"];
const permitted = spawnSync(REAL_TIME[0], [...REAL_TIME.slice(1), "true"], { stdio: "ignore" }).status === 0;

/** For the output: how programs were run. */
export const PRIORITY = permitted ? "real-time priority" : "ordinary priority (chrt is not permitted: more noise)";

/** The command line that runs another one on some processors; each part replaces itself by exec, so the process id stays. */
export function pinned(processors, command, args) {
  const [program, ...rest] = [...(permitted ? REAL_TIME : []), "taskset", "-c", processors, command, ...args];
  return [program, rest];
}
