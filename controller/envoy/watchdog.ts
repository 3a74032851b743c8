import { spawn, type ChildProcess } from "node:child_process";

// Reads until its input ends. A line means that the watched process has ended and its pid may belong to another by now; an end without a line
// means that our process died, by whatever means, and cannot end the watched one itself any more.
const SCRIPT =
  'read -r _ && exit 0; kill -TERM "$1"; for _ in 1 2 3 4 5; do sleep 1; kill -0 "$1" || exit 0; done; kill -KILL "$1"';

/** Ends a child when this process dies without having done so, even by SIGKILL; returns the process that watches. The kernel's own way (PR_SET_PDEATHSIG) is out of Node's reach. */
export function watchdog(watched: ChildProcess): ChildProcess | undefined {
  const pid = watched.pid;
  if (pid === undefined) return undefined;
  const guard = spawn("/bin/sh", ["-c", SCRIPT, "sh", String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // Without a shell there is no guard; Envoy is still ended whenever we end in order.
  guard.on("error", () => undefined);
  guard.stdin.on("error", () => undefined);
  guard.unref();
  watched.once("exit", () => guard.stdin.end("\n"));
  return guard;
}
