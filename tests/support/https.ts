import { type ClientHttp2Session, connect } from "node:http2";
import { Agent, request } from "node:https";
import type { TLSSocket } from "node:tls";

export interface HttpsRequest {
  /** Server name in the TLS handshake; empty for none. */
  readonly sni: string;
  /** What the request itself names; the server name unless given. */
  readonly host?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpsResponse {
  readonly status: number;
  readonly challenge: string | undefined;
  readonly body: string;
  /** SHA-256 of the certificate that was shown, as node writes it. */
  readonly certificate: string;
  /** The client's port: tells connections apart. */
  readonly connection: number;
}

/** One HTTP/1.1 request to 127.0.0.1, over a connection of its own unless there is an agent. The certificate is not judged. */
export function https1(port: number, { sni, host = sni, path = "/", headers = {} }: HttpsRequest, agent?: Agent) {
  return new Promise<HttpsResponse>((resolve, reject) => {
    const options = {
      ...{ host: "127.0.0.1", port, servername: sni, path, rejectUnauthorized: false, timeout: 20_000 },
      headers: { host, ...headers },
      agent: agent ?? new Agent({ maxCachedSessions: 0 }),
    };
    const outgoing = request(options, (response) => {
      const socket = response.socket as TLSSocket;
      const connection = socket.localPort ?? 0;
      const certificate = socket.getPeerX509Certificate()?.fingerprint256 ?? "";
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("error", reject);
      response.on("end", () => {
        const challenge = response.headers["www-authenticate"];
        resolve({ status: response.statusCode ?? 0, challenge, body, certificate, connection });
      });
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer")));
    outgoing.on("error", reject);
    outgoing.end();
  });
}

/** An HTTP/2 connection, chosen by ALPN, that its user must close. */
export class Https2 {
  readonly session: ClientHttp2Session;
  /** It has ended, or the server said that it takes no more requests. */
  ended = false;

  constructor(
    port: number,
    private readonly sni: string,
  ) {
    const options = { servername: sni, rejectUnauthorized: false, ALPNProtocols: ["h2"] };
    this.session = connect(`https://127.0.0.1:${port}`, options);
    for (const event of ["goaway", "close", "error"]) this.session.on(event, () => (this.ended = true));
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const stream = this.session.request({ ":path": path, ":authority": this.sni, ...headers });
      let status = 0;
      let body = "";
      stream.setTimeout(20_000, () => stream.destroy(new Error("no answer")));
      stream.on("response", (answer) => (status = Number(answer[":status"])));
      stream.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      stream.on("error", reject);
      stream.on("end", () => resolve({ status, body }));
    });
  }

  close(): void {
    this.session.destroy();
  }
}
