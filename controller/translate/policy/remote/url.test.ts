import { describe, expect, it } from "vitest";
import { isHost, parseJwksUrl } from "./url.js";

describe("takes", () => {
  it.each([
    ["https://idp.example.com/jwks", "https", "idp.example.com", "idp.example.com", "/jwks"],
    ["https://idp.example.com", "https", "idp.example.com", "idp.example.com", "/"],
    ["https://idp.example.com?x=1", "https", "idp.example.com", "idp.example.com", "/?x=1"],
    ["HTTPS://IdP.Example.COM:443/A?b=/?c", "https", "idp.example.com", "idp.example.com", "/A?b=/?c"],
    ["https://idp:8443/", "https", "idp", "idp:8443", "/"],
    ["http://idp.ns.svc.cluster.local:80/.well-known/jwks.json", "http", "idp.ns.svc.cluster.local"].concat([
      "idp.ns.svc.cluster.local",
      "/.well-known/jwks.json",
    ]),
    ["http://idp:443/", "http", "idp", "idp:443", "/"],
    ["http://10.0.0.1/k", "http", "10.0.0.1", "10.0.0.1", "/k"],
    ["https://127.0.0.1:1/k", "https", "127.0.0.1", "127.0.0.1:1", "/k"],
    ["https://[2001:DB8::1]:8443/k", "https", "2001:db8::1", "[2001:db8::1]:8443", "/k"],
    ["https://xn--bcher-kva.example/a%20b;c=@:!$&'()*+,", "https", "xn--bcher-kva.example"].concat([
      "xn--bcher-kva.example",
      "/a%20b;c=@:!$&'()*+,",
    ]),
  ])("%s", (url, scheme, host, authority, path) => {
    expect(parseJwksUrl(url!)).toEqual({ scheme, host, authority, path });
  });
});

describe("refuses", () => {
  it.each([
    ["", /begin/],
    ["idp.example.com/jwks", /begin/],
    ["ftp://idp.example.com/", /begin/],
    ["https:/idp.example.com/", /begin/],
    [" https://idp.example.com/", /begin/],
    ["https://user:hunter2@idp.example.com/", /credentials/],
    ["https://hunter2@idp.example.com/", /credentials/],
    ["https://idp.example.com/jwks#hunter2", /fragment/],
    ["https://idp.example.com/#", /fragment/],
    ["https://", /host/],
    ["https:///jwks", /host/],
    ["https://idp.example.com:/", /host/],
    ["https://idp.example.com:1:2/", /host/],
    ["https://idp.example.com:0/", /port/],
    ["https://idp.example.com:65536/", /port/],
    ["https://idp.example.com./", /host/],
    ["https://idp..example.com/", /host/],
    ["https://-idp.example.com/", /host/],
    ["https://idp_1.example.com/", /host/],
    ["https://b\u00fccher.example/", /host/],
    ["https://idp.example.com\\@evil.example/", /credentials/],
    ["https://idp.example.com\\evil.example/", /host/],
    ["https://idp.example.com%2f/", /host/],
    ["https://127.1/", /host/],
    ["https://2130706433/", /host/],
    ["https://0x7f000001/", /host/],
    ["https://256.1.1.1/", /host/],
    ["https://[::1/", /host/],
    ["https://[fe80::1%25eth0]/", /host/],
    ["https://idp.example.com/a b", /percent/],
    ["https://idp.example.com/a\r\nx: hunter2", /percent/],
    ["https://idp.example.com/\u00e4", /percent/],
    ["https://idp.example.com/%zz", /percent/],
    ["https://idp.example.com/%4", /percent/],
    ["https://idp.example.com/a\\b", /percent/],
    ["https://idp.example.com/{x}", /percent/],
    [`https://idp.example.com/${"a".repeat(2048)}`, /2048/],
    [`https://${"a.".repeat(130)}b/`, /host/],
    [`https://${"a".repeat(64)}.example/`, /host/],
  ])("%j, without quoting it", (url, message) => {
    const made = parseJwksUrl(url);
    expect(made).toEqual({ problem: expect.stringMatching(message) as string });
    expect(JSON.stringify(made)).not.toContain("hunter2");
  });
});

it.each([
  ["idp", true],
  ["IdP.example.com", true],
  ["10.0.0.1", true],
  ["2001:db8::1", true],
  ["[2001:db8::1]", false],
  ["idp:443", false],
  ["10.1", false],
  ["", false],
  ["a b", false],
])("%j is a host: %j", (text, is) => expect(isHost(text)).toBe(is));
