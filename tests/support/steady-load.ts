import { once } from "node:events";
import { Agent, get } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";

/** One of the requests that a load sends in turn. */
export interface LoadRequest {
  readonly kind: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface LoadAnswer {
  readonly kind: string;
  /** Milliseconds, as performance.now() has them. */
  readonly sentAt: number;
  readonly endedAt: number;
  /** "h1:PORT" or "h2:PORT", with the client's port. */
  readonly connection: string;
  /** 0 if there was none; then the body says why. */
  readonly status: number;
  readonly body: string;
}

interface Session {
  readonly http2: ClientHttp2Session;
  readonly connection: string;
}

/** Reports how a request ended. */
type End = (connection: string, status: number, body: string) => void;

const HTTP1_CONNECTIONS = 4;
const TICK_MS = 5;
const NO_ANSWER_MS = 10_000;

/**
 * A fixed number of requests a second, whatever the answers, over connections that are open before the first counts: HTTP/1.1 and
 * one HTTP/2. Where the server says that it will close one (`connection: close`, GOAWAY) the next request opens another, as every client does.
 */
export class SteadyLoad {
  readonly answers: LoadAnswer[] = [];
  /** The connections that were opened at the start; an answer over any other came over a new one. */
  readonly connections = new Set<string>();
  /** One for each connection, so that each gets its share. */
  readonly #agents = Array.from({ length: HTTP1_CONNECTIONS }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  readonly #pending = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  #opening: Promise<Session> | undefined;
  #session: Session | undefined;
  readonly #sessions: ClientHttp2Session[] = [];

  private constructor(
    private readonly port: number,
    private readonly requests: readonly LoadRequest[],
  ) {}

  static async start(port: number, requests: readonly LoadRequest[], perSecond = 200): Promise<SteadyLoad> {
    const load = new SteadyLoad(port, requests);
    const first = requests[0] as LoadRequest;
    await Promise.all([...load.#agents.map((agent) => load.#http1(first, agent)), load.#http2(first)]);
    for (const { connection } of load.answers.splice(0)) load.connections.add(connection);
    load.#pace(perSecond);
    return load;
  }

  /** Sends no more, and resolves when everything is answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    for (const agent of this.#agents) agent.destroy();
    for (const session of this.#sessions) session.destroy();
  }

  #pace(perSecond: number): void {
    const start = performance.now();
    this.#timer = setInterval(() => {
      const due = ((performance.now() - start) / 1000) * perSecond;
      for (; this.#sent < due; this.#sent++) {
        // Every kind over every connection: the connection changes with each turn of the kinds.
        const request = this.requests[this.#sent % this.requests.length] as LoadRequest;
        const agent = this.#agents[Math.floor(this.#sent / this.requests.length) % (HTTP1_CONNECTIONS + 1)];
        const pending = agent === undefined ? this.#http2(request) : this.#http1(request, agent);
        this.#pending.add(pending);
        void pending.then(() => this.#pending.delete(pending));
      }
    }, TICK_MS);
  }

  #http1(request: LoadRequest, agent: Agent): Promise<void> {
    const { path, headers } = request;
    return this.#answer(request, (end) => {
      const options = { host: "127.0.0.1", port: this.port, path, headers, agent, timeout: NO_ANSWER_MS };
      const outgoing = get(options, (response) => {
        const connection = `h1:${response.socket.localPort}`;
        let body = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
        response.on("end", () => end(connection, response.statusCode ?? 0, body));
        response.on("error", (error) => end(connection, 0, error.message));
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer")));
      outgoing.on("error", (error) => end("h1", 0, error.message));
    });
  }

  #http2(request: LoadRequest): Promise<void> {
    return this.#answer(request, (end) => this.#stream(request, end));
  }

  async #stream(request: LoadRequest, end: End): Promise<void> {
    const { host = "localhost", ...headers } = request.headers;
    const session = await this.#open();
    const { http2, connection } = session;
    let status = 0;
    let body = "";
    const stream = http2.request({ ":path": request.path, ":authority": host, ...headers });
    stream.setTimeout(NO_ANSWER_MS, () => stream.destroy(new Error("no answer")));
    stream.on("response", (answer) => (status = Number(answer[":status"])));
    stream.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    stream.on("end", () => end(connection, status, body));
    let reason = "the stream was closed";
    stream.on("error", (error) => (reason = error.message));
    // REFUSED_STREAM counts as well: not every client sends again.
    stream.on("close", () => end(connection, 0, reason));
  }

  /** The HTTP/2 connection; a new one once the server has said that it takes no more requests on the old one. */
  async #open(): Promise<Session> {
    this.#opening ??= this.#connect();
    this.#session = await this.#opening;
    return this.#session;
  }

  async #connect(): Promise<Session> {
    const http2 = connect(`http://127.0.0.1:${this.port}`);
    this.#sessions.push(http2);
    http2.on("error", () => undefined); // Each of its streams says so too.
    await once(http2, "connect");
    const session = { http2, connection: `h2:${http2.socket.localPort}` };
    for (const event of ["goaway", "close"]) http2.on(event, () => this.#forget(session));
    return session;
  }

  #forget(session: Session): void {
    if (this.#session === session) this.#opening = this.#session = undefined;
  }

  /** Runs a request; only the first end that it reports counts. */
  #answer({ kind }: LoadRequest, send: (end: End) => void | Promise<void>): Promise<void> {
    const sentAt = performance.now();
    return new Promise((resolve) => {
      let ended = false;
      const end: End = (connection, status, body) => {
        if (!ended) this.answers.push({ kind, sentAt, endedAt: performance.now(), connection, status, body });
        ended = true;
        resolve();
      };
      Promise.resolve(send(end)).catch((error: Error) => end("", 0, error.message));
    });
  }
}
