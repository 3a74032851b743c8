// An identity provider to put to the test whoever fetches its keys: rotates them, fails, stalls, lies, and counts who asks.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { rsaKey, type SigningKey } from "./tokens.js";

/** What the server does with the requests to come. */
export type Behaviour =
  /** The current keys. */
  | { readonly kind: "serve"; readonly delayMs?: number }
  /** A status other than 200, or a body that is no key set. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    }
  /** Takes the request, and never answers. */
  | { readonly kind: "stall" }
  /** Ends the connection. */
  | { readonly kind: "reset" };

export interface IdpRequest {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
}

export class Idp {
  behaviour: Behaviour = { kind: "serve" };
  /** In the key set, in order; tokens are signed with the last one. */
  keys: SigningKey[] = [rsaKey("key-1")];
  /** All requests since the start, the oldest first. */
  readonly requests: IdpRequest[] = [];
  #made = 1;

  private constructor(
    readonly port: number,
    private readonly end: () => Promise<void>,
  ) {}

  /** On 127.0.0.1, on a free port; over TLS with `tls`, PEM both. */
  static async start(tls?: { key: string; cert: string }): Promise<Idp> {
    const handle = (request: IncomingMessage, response: ServerResponse) => idp.#handle(request, response);
    const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const idp = new Idp((server.address() as AddressInfo).port, async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    });
    return idp;
  }

  get signer(): SigningKey {
    return this.keys.at(-1) as SigningKey;
  }

  /** A new signing key; the old ones stay in the set with `overlap`, else they are gone. */
  rotate(overlap: boolean): SigningKey {
    const key = rsaKey(`key-${++this.#made}`);
    this.keys = overlap ? [...this.keys, key] : [key];
    return key;
  }

  /** A token of the current key (or another) that is good for an hour. */
  token(claims: Record<string, string> = {}, key = this.signer): string {
    return key.sign({ iss: "https://idp.test/", sub: "alice", exp: Math.floor(Date.now() / 1000) + 3600, ...claims });
  }

  stop(): Promise<void> {
    return this.end();
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url = "", headers } = request;
    this.requests.push({ at: Date.now(), method, path: url, headers });
    request.resume();
    const behaviour = this.behaviour;
    if (behaviour.kind === "stall") return;
    if (behaviour.kind === "reset") {
      request.socket.destroy();
      return;
    }
    if (behaviour.kind === "answer") {
      response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body ?? "");
      return;
    }
    const body = JSON.stringify({ keys: this.keys.map(({ jwk }) => jwk) });
    setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end(body), behaviour.delayMs ?? 0);
  }
}
