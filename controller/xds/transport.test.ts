import { expect, test } from "vitest";
import { describeTlsEvent, tlsOfFlags } from "./transport.js";

const never = () => {
  throw new Error("no event was expected");
};

test("without flags there is no TLS; with some of them, nothing", async () => {
  expect(await tlsOfFlags({}, never)).toBeUndefined();
  const message = "--xds-tls-cert, --xds-tls-key and --xds-client-ca go together";
  await expect(tlsOfFlags({ xdsTlsCert: "a", xdsTlsKey: "b" }, never)).rejects.toThrow(message);
  await expect(tlsOfFlags({ xdsClientCa: "a" }, never)).rejects.toThrow(message);
});

test("files that cannot be read are named", async () => {
  const flags = { xdsTlsCert: "/nonexistent/a", xdsTlsKey: "/nonexistent/b", xdsClientCa: "/nonexistent/c" };
  await expect(tlsOfFlags(flags, never)).rejects.toThrow(/^\/nonexistent\/[abc]: ENOENT$/);
});

test("an event is one line", () => {
  expect(describeTlsEvent({ type: "rotated", notAfter: new Date(0) })).toBe(
    "xDS has a new certificate, valid until 1970-01-01T00:00:00.000Z",
  );
  expect(describeTlsEvent({ type: "refused", peer: "192.0.2.1:5", reason: "ECONNRESET", more: 2 })).toBe(
    "xDS refused a connection from 192.0.2.1:5: ECONNRESET (and 2 more before)",
  );
});
