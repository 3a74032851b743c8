import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { KubeClient } from "./client.js";
import { ApiError, reasonOf } from "./errors.js";

let server: Server;
let client: KubeClient;
let connections: number;
let answer: (path: string, response: ServerResponse) => void;

beforeEach(async () => {
  connections = 0;
  server = createServer((request, response) => answer(request.url!, response));
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const config = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  // Behind a path of its own, as some are.
  const cluster = { name: "c", server: `http://127.0.0.1:${port}/k8s/cluster/`, skipTLSVerify: true };
  config.loadFromClusterAndUser(cluster, { name: "u" });
  client = new KubeClient(config);
});

afterEach(async () => {
  client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("one connection serves many requests", async () => {
  answer = (path, response) => response.end(JSON.stringify({ path }));
  for (let i = 0; i < 5; i++) {
    expect(await client.request({ path: "/api", query: { a: "b c" } })).toEqual({ path: "/k8s/cluster/api?a=b+c" });
  }
  expect(connections).toBe(1);
});

test("a connection that the server closed while it was idle is no error", async () => {
  answer = (_, response) => response.end("{}");
  await client.request({ path: "/a" });
  // Closed just as the next request is on its way.
  answer = (path, response) =>
    path.endsWith("/b") && connections === 1 ? response.socket!.destroy() : response.end("{}");
  expect(await client.request({ path: "/b" })).toEqual({});
  expect(connections).toBe(2);
});

test("a refusal has the server's words and how long to wait; what is no Status as well", async () => {
  answer = (_, response) =>
    response.writeHead(429, { "retry-after": "3" }).end(JSON.stringify({ message: "too many" }));
  await expect(client.request({ path: "/" })).rejects.toEqual(
    expect.objectContaining({ status: 429, message: "too many", retryAfterMs: 3000 }),
  );
  answer = (_, response) => response.writeHead(502, "Bad Gateway").end("<html>");
  const error = await client.request({ path: "/" }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(reasonOf(error)).toBe("502: 502 Bad Gateway");
});

test("no answer in time", async () => {
  answer = () => undefined;
  await expect(client.request({ path: "/", timeoutMs: 50 })).rejects.toThrow("no answer in time");
  const { signal } = new AbortController();
  const streamed = client.stream(
    { path: "/", timeoutMs: 50, signal },
    () => undefined,
    () => undefined,
  );
  await expect(streamed).rejects.toThrow("no answer in time");
});

test("a stream: whole lines, however they are cut; one that was cut off is not delivered", async () => {
  answer = (_, response) => {
    const bytes = Buffer.from('{"a":"é"}\n{"b":1}\n{"c');
    for (const byte of bytes) response.write(Buffer.of(byte));
    setTimeout(() => response.destroy(), 20);
  };
  const lines: string[] = [];
  let opened = 0;
  const { signal } = new AbortController();
  await client.stream(
    { path: "/", signal },
    (line) => lines.push(line),
    () => opened++,
  );
  expect([lines, opened]).toEqual([['{"a":"é"}', '{"b":1}'], 1]);
});

test("aborted while its last line is read: it ends, and so does no process", async () => {
  answer = (_, response) => {
    response.flushHeaders();
    setTimeout(() => response.end("x\n"), 20);
  };
  for (let i = 0; i < 3; i++) {
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal]);
    await client.stream(
      { path: "/", signal },
      () => abort.abort(),
      () => undefined,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

test("what a line's reader throws ends the stream and is thrown", async () => {
  answer = (_, response) => response.write("x\n");
  const { signal } = new AbortController();
  const reader = () => {
    throw new Error("no more");
  };
  await expect(client.stream({ path: "/", signal }, reader, () => undefined)).rejects.toThrow("no more");
});

test("an answer that is no JSON is not quoted: it may be a Secret", async () => {
  answer = (_, response) => response.end('{"tls.key": c2VjcmV0');
  await expect(client.request({ path: "/" })).rejects.toThrow(/^the answer is not JSON$/);
});
