import { createServer } from "node:net";

/** The first of the ports that somebody listens on already; undefined if all are free. Envoy itself would share them silently (SO_REUSEPORT). */
export async function takenPort(address: string, ports: readonly number[]): Promise<number | undefined> {
  for (const port of new Set(ports)) if (!(await isFree(address, port))) return port;
  return undefined;
}

function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(new Error(`cannot listen on ${address}:${port}: ${error.message}`));
    });
    probe.listen({ host: address, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
