// GET /livez, /readyz, /statusz and /syncz.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ResourceStatus } from "../translate/status.js";

export interface HealthSource {
  /** What readiness waits for, a line each; none means ready. */
  waitingFor(): string[];
  statuses(): ResourceStatus[];
  /** What each Envoy has acknowledged, as JSON; no /syncz unless given. */
  envoys?(): unknown;
}

/** Serves a HealthSource on a loopback or given address; rejects if the port is taken. */
export class HealthServer {
  private readonly server: Server;

  constructor(source: HealthSource) {
    this.server = createServer((request, response) => {
      const path = request.url?.split("?")[0];
      if (request.method !== "GET" && request.method !== "HEAD") {
        response.writeHead(405, { allow: "GET, HEAD" }).end();
      } else if (path === "/livez") {
        // That there is an answer is all there is to say.
        response.writeHead(200, { "content-type": "text/plain" }).end("ok\n");
      } else if (path === "/readyz") {
        const waiting = source.waitingFor();
        response.writeHead(waiting.length === 0 ? 200 : 503, { "content-type": "text/plain" });
        response.end(waiting.length === 0 ? "ok\n" : waiting.map((line) => `waiting for ${line}\n`).join(""));
      } else if (path === "/statusz") {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(`${JSON.stringify({ statuses: source.statuses() }, null, 2)}\n`);
      } else if (path === "/syncz" && source.envoys !== undefined) {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(`${JSON.stringify(source.envoys(), null, 2)}\n`);
      } else {
        response.writeHead(404).end();
      }
    });
  }

  /** Listens and returns the port (a free one for 0). */
  listen(address: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, address, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.closeAllConnections();
      this.server.close(() => resolve());
    });
  }
}
