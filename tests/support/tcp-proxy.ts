import { connect, createServer, type Server, type Socket } from "node:net";

/** A way to some server that can be cut: connections to it go to the first of its targets that takes them. */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  /** Ports of 127.0.0.1, tried in order. */
  targets: readonly number[];
  /** false: connections are accepted and ended at once. */
  open = true;
  #cuts = 0;

  private constructor(targets: readonly number[]) {
    this.targets = targets;
    this.#server = createServer((client) => void this.#serve(client));
  }

  static async start(...targets: readonly number[]): Promise<TcpProxy> {
    const proxy = new TcpProxy(targets);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Connections that were cut. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Breaks every connection off, wherever in the stream it is. */
  cut(): void {
    for (const pair of this.#pairs) {
      this.#cuts++;
      for (const socket of pair) socket.destroy();
    }
    this.#pairs.clear();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(client: Socket): Promise<void> {
    client.on("error", () => undefined);
    for (const port of this.open ? this.targets : []) {
      const server = await connected(port);
      if (server === undefined) continue;
      const pair = [client, server] as const;
      this.#pairs.add(pair);
      for (const [from, to] of [pair, [server, client] as const]) {
        from.pipe(to);
        from.on("close", () => {
          to.destroy();
          this.#pairs.delete(pair);
        });
      }
      return;
    }
    client.destroy();
  }
}

function connected(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => resolve(undefined));
    socket.on("connect", () => resolve(socket));
  });
}
