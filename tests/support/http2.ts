import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http2";

export interface Http2Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty unless the response has trailers. */
  readonly trailers: IncomingHttpHeaders;
  readonly body: string;
}

/** One HTTP/2 request (prior knowledge, no TLS) over a connection of its own to 127.0.0.1; a list sends a header several times. */
export function http2(port: number, headers: OutgoingHttpHeaders, body = ""): Promise<Http2Response> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    session.on("error", reject);
    const stream = session.request({ ":authority": `localhost:${port}`, ...headers }, { endStream: body === "" });
    let received: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    let text = "";
    stream.setEncoding("utf8");
    stream.setTimeout(20_000, () => stream.destroy(new Error(`no answer to ${String(headers[":path"])}`)));
    stream.on("response", (answer) => (received = answer));
    stream.on("trailers", (answer) => (trailers = answer));
    stream.on("data", (chunk: string) => (text += chunk));
    stream.on("error", (error) => {
      session.destroy();
      reject(error);
    });
    stream.on("end", () => {
      session.close();
      resolve({ status: Number(received[":status"]), headers: received, trailers, body: text });
    });
    if (body !== "") stream.end(body);
  });
}
