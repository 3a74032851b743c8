import { connect } from "node:net";

export interface Http1Request {
  readonly method?: string;
  /** Sent as it is, nothing is escaped or normalised. */
  readonly path?: string;
  /** Sent in this order, repeated names and all; `host` is added unless it is here. Latin-1. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

export interface Http1Response {
  readonly status: number;
  /** Values by lower-cased name, in the order they came. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** One HTTP/1.1 request over a connection of its own to 127.0.0.1, written byte by byte: no client library corrects it. */
export function http1(port: number, request: Http1Request = {}): Promise<Http1Response> {
  const { method = "GET", path = "/", headers = [], body = "" } = request;
  const host = headers.some(([name]) => name.toLowerCase() === "host") ? [] : [["host", `localhost:${port}`] as const];
  const length = body === "" ? [] : [["content-length", String(Buffer.byteLength(body))] as const];
  const lines = [...host, ...headers, ...length, ["connection", "close"] as const].map(
    ([name, value]) => `${name}: ${value}`,
  );
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(20_000, () => socket.destroy(new Error(`no answer to ${method} ${path}`)));
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      const response = parse(received, method === "HEAD");
      // Envoy closes a second after a refusal; whoever waits for that is slow.
      if (response !== undefined) socket.destroy();
      if (response !== undefined) resolve(response);
    });
    // A server that refuses a request early may reset the connection while we still write.
    socket.on("error", (error) => reject(error));
    socket.on("close", () => reject(new Error(`cut off: ${JSON.stringify(received.slice(0, 200))}`)));
    socket.write(Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`, "latin1"));
  });
}

/** The response in `text`; undefined if it is not complete. */
function parse(text: string, bodiless: boolean): Http1Response | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const status = Number(/^HTTP\/1\.[01] ([0-9]{3})/.exec(statusLine)?.[1]);
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const rest = text.slice(end + 4);
  const length = Number(headers.get("content-length")?.[0] ?? 0);
  let body: string | undefined = rest.length < length ? undefined : rest;
  if (bodiless || status === 204 || status === 304) body = "";
  else if (headers.get("transfer-encoding")?.[0] === "chunked") body = joinChunks(rest);
  return body === undefined ? undefined : { status, headers, body };
}

/** The body; undefined if chunks are missing. */
function joinChunks(text: string): string | undefined {
  let body = "";
  for (let at = 0; ;) {
    const end = text.indexOf("\r\n", at);
    const size = Number.parseInt(text.slice(at, end), 16);
    const next = end + 2 + size + 2;
    if (end < 0 || Number.isNaN(size) || next > text.length) return undefined;
    if (size === 0) return body;
    body += text.slice(end + 2, end + 2 + size);
    at = next;
  }
}
