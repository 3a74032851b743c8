// TLS in front of the xDS server. Not grpc-js's own: its createSsl() never reads again; its certificate providers are experimental, drop every
// connection while a file cannot be read and leave the TLS version to command line flags; and neither tells of handshakes that fail.
// So a node:tls server, whose setSecureContext() is the documented way to rotate, hands verified connections to grpc-js
// (Server.createConnectionInjector). Connections that are open keep what they were made with.
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { readTlsFiles, type TlsFiles, type TlsMaterial } from "./tls-files.js";

export type TlsEvent =
  /** Other files are in use from now on. */
  | { readonly type: "rotated"; readonly notAfter: Date }
  /** The files cannot be used; what was in use stays in use. Once for each reason until they can. */
  | { readonly type: "unusable"; readonly message: string }
  /** A handshake failed, as without a client certificate or with one of another CA. At most one a second; `more` were left out since. */
  | { readonly type: "refused"; readonly peer: string; readonly reason: string; readonly more: number };

export interface TlsOptions extends TlsFiles {
  readonly onEvent?: (event: TlsEvent) => void;
  /**
   * How often the files are read, in milliseconds; 5,000 unless given. Polled, because a Secret is replaced through symbolic links, which
   * watches miss, and because it takes the kubelet a minute to do so anyway.
   */
  readonly pollMs?: number;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
const REFUSALS_EVERY_MS = 1_000;

/** A listener that lets in who has a certificate of the client CA, and reads its files again as long as it lives. */
export class TlsListener {
  readonly #options: TlsOptions;
  /** Those in the middle of a handshake too. */
  readonly #connections = new Set<Socket>();
  /** Addresses of peers: a closed socket no longer knows. */
  readonly #peers = new WeakMap<Socket, string>();
  #material: TlsMaterial;
  #server: Server | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reloading: Promise<void> | undefined;
  #complaint: string | undefined;
  #lastRefusal = -Infinity;
  #more = 0;

  private constructor(options: TlsOptions, material: TlsMaterial) {
    this.#options = options;
    this.#material = material;
  }

  /** Rejects with one line, fit for people, if the files cannot be used. */
  static async open(options: TlsOptions): Promise<TlsListener> {
    return new TlsListener(options, await readTlsFiles(options));
  }

  /** End of the validity of the certificate in use. */
  get notAfter(): Date {
    return this.#material.notAfter;
  }

  /** Hands every connection with a verified peer to `accept`. Resolves to the port; rejects if the address cannot be bound. Once. */
  async listen(host: string, port: number, accept: (socket: TLSSocket) => void): Promise<number> {
    const server = createServer({
      ...this.#material.context,
      requestCert: true,
      rejectUnauthorized: true,
      // gRPC is HTTP/2 and nothing else.
      ALPNProtocols: ["h2"],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    server.on("connection", (connection: Socket) => {
      this.#connections.add(connection);
      this.#peers.set(connection, `${connection.remoteAddress}:${connection.remotePort}`);
      connection.once("close", () => this.#connections.delete(connection));
    });
    server.on("secureConnection", (socket) => {
      // HTTP/2 has no handler for some (nodejs/node#35824); its session ends all the same.
      socket.on("error", () => undefined);
      accept(socket);
    });
    server.on("tlsClientError", (error, socket) => this.#refused(error, socket));
    server.listen(port, host);
    await once(server, "listening");
    // A connection that could not be accepted, as without file descriptors, which must not end the process.
    server.on("error", (error) => this.#refused(error));
    this.#server = server;
    this.#timer = setInterval(() => void this.reload(), this.#options.pollMs ?? 5_000).unref();
    return (server.address() as AddressInfo).port;
  }

  /** Reads the files now instead of at the next turn. Resolves when what they say is in force or has been complained about. */
  reload(): Promise<void> {
    this.#reloading ??= this.#read().finally(() => (this.#reloading = undefined));
    return this.#reloading;
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const server = this.#server;
    if (server === undefined) return;
    const closed = once(server, "close");
    server.close();
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }

  async #read(): Promise<void> {
    try {
      const material = await readTlsFiles(this.#options);
      this.#complaint = undefined;
      if (material.content === this.#material.content) return;
      // A new context has new session ticket keys, too: nobody resumes what another CA let in.
      this.#server?.setSecureContext(material.context);
      this.#material = material;
      this.#emit({ type: "rotated", notAfter: material.notAfter });
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#complaint) this.#emit({ type: "unusable", message });
      this.#complaint = message;
    }
  }

  /** Anybody who can connect can fail a handshake: he must not be able to fill a log. */
  #refused(error: Error, socket?: TLSSocket): void {
    const now = performance.now();
    if (now - this.#lastRefusal < REFUSALS_EVERY_MS) {
      this.#more++;
      return;
    }
    this.#lastRefusal = now;
    const more = this.#more;
    this.#more = 0;
    // A certificate that does not verify ends in a reset here; why is noted at the socket. What it wraps is not public.
    const { authorizationError, _parent } = (socket ?? {}) as {
      authorizationError?: Error | string | null;
      _parent?: Socket;
    };
    const reason = authorizationError ?? (error as NodeJS.ErrnoException).code ?? error.message;
    const peer = _parent && this.#peers.get(_parent);
    this.#emit({ type: "refused", peer: peer ?? "an unknown address", reason: String(reason), more });
  }

  #emit(event: TlsEvent): void {
    this.#options.onEvent?.(event);
  }
}
