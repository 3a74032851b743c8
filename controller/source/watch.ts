import { watch as watchFiles } from "chokidar";

/** In case events do not come: inotify's watches and queue are limited, and some file systems have none. */
const RESCAN_MS = 2000;
const READY_LIMIT_MS = 5000;

export interface Watch {
  close(): Promise<void>;
}

/**
 * Calls `onEvent` whenever something below `directory` may have changed, and every two seconds regardless. Resolves when
 * events are being received, or can be expected not to come.
 */
export async function watchDirectory(directory: string, onEvent: () => void): Promise<Watch> {
  const watcher = watchFiles(directory, { ignoreInitial: true });
  watcher.on("all", onEvent);
  // Whatever cannot be watched is found by the rescan.
  watcher.on("error", () => {});
  const timer = setInterval(onEvent, RESCAN_MS);
  await new Promise<void>((resolve) => {
    const limit = setTimeout(resolve, READY_LIMIT_MS);
    watcher.once("ready", () => {
      clearTimeout(limit);
      resolve();
    });
  });
  return {
    async close() {
      clearInterval(timer);
      await watcher.close();
    },
  };
}
