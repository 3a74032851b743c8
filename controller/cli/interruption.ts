/** Resolves at the first signal to end. To be called before anything is started that would have to be ended. */
export function interruption(): Promise<void> {
  return new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}
