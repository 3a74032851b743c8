// Requests to an API server. @kubernetes/client-node knows who we are and whom we trust (kubeconfig, token files, exec plugins);
// the requests are our own: its Watch ignores lines it cannot parse, its ListWatch does not resume after errors, and its
// configuration makes an agent, and with it a TLS handshake, for every call.
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { ApiError, apiErrorOf } from "./errors.js";
import type { ServerConfig } from "./kubeconfig.js";

export interface KubeRequest {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Absolute path, encoded. */
  path: string;
  query?: Readonly<Record<string, string | number | boolean>>;
  body?: unknown;
  contentType?: "application/json" | "application/merge-patch+json";
  signal?: AbortSignal;
  /** For the whole answer; of a stream, until its first byte. 30 s unless given. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
/** Where a dead peer would otherwise go unnoticed. */
const KEEP_ALIVE_MS = 30_000;

export class KubeClient {
  private readonly server: URL;
  private agent: { key: string; agent: HttpAgent } | undefined;

  constructor(private readonly config: ServerConfig) {
    this.server = new URL(config.getCurrentCluster()!.server);
  }

  /** The answer's JSON. Rejects with an ApiError if it is not a 2xx, with another Error if there was none in time. */
  async request<T>(request: KubeRequest): Promise<T> {
    const timeout = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    try {
      const response = await this.send(request, signal);
      const text = await textOf(response);
      if (response.statusCode! >= 300) throw apiErrorOf(response, text);
      return parsed<T>(text);
    } catch (error) {
      if (timeout.aborted && !(error instanceof ApiError)) throw new Error("no answer in time", { cause: error });
      throw error;
    }
  }

  /**
   * Calls `onLine` with each line of the answer, and `onOpen` once it has begun. Resolves when the answer ends, whole or not: a
   * line that was cut off is not delivered. Rejects with an ApiError if it is not a 2xx, and with what `onLine` throws.
   */
  async stream(request: KubeRequest & { signal: AbortSignal }, onLine: (line: string) => void, onOpen: () => void) {
    const began = new AbortController();
    const timer = setTimeout(() => began.abort(new Error("no answer in time")), request.timeoutMs ?? TIMEOUT_MS);
    const signal = AbortSignal.any([began.signal, request.signal]);
    let response: IncomingMessage;
    try {
      response = await this.send(request, signal);
      if (response.statusCode! >= 300) throw apiErrorOf(response, await textOf(response));
    } catch (error) {
      throw began.signal.aborted ? (began.signal.reason as Error) : error;
    } finally {
      clearTimeout(timer);
    }
    onOpen();
    const decoder = new StringDecoder("utf8");
    let rest = "";
    try {
      for await (const chunk of response) {
        const lines = (rest + decoder.write(chunk as Buffer)).split("\n");
        rest = lines.pop()!;
        for (const line of lines) if (line !== "") onLine(line);
      }
    } catch (error) {
      // A stream that breaks off has ended; an error of onLine is the caller's.
      if (!response.errored && !request.signal.aborted) throw error;
    } finally {
      response.destroy();
    }
  }

  /** Ends connections that are kept for later requests. */
  close(): void {
    this.agent?.agent.destroy();
  }

  private async send(request: KubeRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const options = await this.options(request);
    for (let attempt = 1; ; attempt++) {
      let reused = false;
      try {
        return await new Promise<IncomingMessage>((resolve, reject) => {
          const send = this.server.protocol === "https:" ? httpsRequest : httpRequest;
          const outgoing: ClientRequest = send(this.urlOf(request), { ...options, signal }, resolve);
          outgoing.on("socket", heedErrors);
          outgoing.on("error", (error) => {
            reused = outgoing.reusedSocket;
            reject(error);
          });
          outgoing.end(request.body === undefined ? undefined : JSON.stringify(request.body));
        });
      } catch (error) {
        // The server closed an idle connection just as we took it up (Node.js, http.ClientRequest reusedSocket).
        const code = (error as NodeJS.ErrnoException).code;
        if (attempt > 3 || !reused || (code !== "ECONNRESET" && code !== "EPIPE")) throw error;
      }
    }
  }

  private urlOf({ path, query }: KubeRequest): URL {
    // The server may be behind a path of its own, as Rancher's are.
    const url = new URL(this.server.href.replace(/\/$/, "") + path);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, String(value));
    return url;
  }

  private async options(request: KubeRequest): Promise<RequestOptions> {
    const headers: Record<string, string> = { accept: "application/json", "user-agent": "claimgate" };
    if (request.body !== undefined) headers["content-type"] = request.contentType ?? "application/json";
    const options: RequestOptions = { method: request.method ?? "GET", headers };
    await this.config.applyToHTTPSOptions(options);
    options.agent = this.agentFor(options);
    return options;
  }

  /** One agent for as long as the credentials of connections are the same. */
  private agentFor({ agent, ca, cert, key }: RequestOptions): HttpAgent {
    const credentials = [ca, cert, key].map((value) => (value === undefined ? "" : String(value))).join("\0");
    if (this.agent?.key !== credentials) {
      retire(this.agent?.agent);
      const kept = Object.assign(agent as HttpAgent, { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS });
      this.agent = { key: credentials, agent: kept };
    }
    return this.agent.agent;
  }
}

function parsed<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    // The parser's own words quote the text, which may be a Secret's.
    throw new Error("the answer is not JSON");
  }
}

const heeded = new WeakSet<Socket>();

/**
 * A request that is aborted in the moment in which its answer ends destroys a connection that nobody listens to any more, and
 * its error would end the process (seen with Node.js 20).
 */
function heedErrors(socket: Socket): void {
  if (heeded.has(socket)) return;
  heeded.add(socket);
  socket.on("error", () => undefined);
}

/** Requests that go on keep their connections to their end; those that are idle end now. */
function retire(agent: HttpAgent | undefined): void {
  if (agent === undefined) return;
  Object.assign(agent, { keepAlive: false });
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
