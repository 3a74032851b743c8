import { CHALLENGE, writeChallenge } from "../../../assembly/policy/challenge";
import { beginCallback } from "../../../assembly/host/memory";
import { ascii } from "../../../assembly/host/literal";
import { toText } from "../json/bytes";
import * as mock from "../mock";

export { malloc } from "../../../assembly/host/memory";

const INVALID = ', error="invalid_token"';

function challenge(path: string, tokenPresent: bool = false, authority: string = "h", scheme: string = "http"): string {
  beginCallback();
  mock.reset();
  mock.addHeader(":scheme", scheme);
  mock.addHeader(":authority", authority);
  mock.addHeader(":path", path);
  const length = writeChallenge(tokenPresent, []);
  return toText(CHALLENGE, length);
}

function realm(uri: string): string {
  return 'Bearer realm="' + uri + '"';
}

describe("writeChallenge", () => {
  it("names the original URI", () => {
    // The examples of Envoy's tests (jwt_authn filter_integration_test.cc).
    expect(challenge("/foo", false, "localhost")).toBe('Bearer realm="http://localhost/foo"');
    expect(challenge("/a?x=1", true, "api.example.com", "https")).toBe(
      'Bearer realm="https://api.example.com/a?x=1", error="invalid_token"',
    );
  });

  it("cuts the path to 256 bytes, not the authority", () => {
    const path = "/" + "a".repeat(255);
    expect(challenge(path)).toBe(realm("http://h" + path));
    expect(challenge(path + "b")).toBe(realm("http://h" + path));
    const authority = "a".repeat(253) + ":65535";
    expect(challenge("/", true, authority)).toBe(realm("http://" + authority + "/") + INVALID);
  });

  it("bounds what it cannot trust to be short", () => {
    expect(challenge("/", false, "a".repeat(5000))).toBe(realm("http://" + "a".repeat(512) + "/"));
    expect(challenge("/", false, "h", "s".repeat(50))).toBe(realm("s".repeat(16) + "://h/"));
    // The longest there is: every byte of scheme, authority and path becomes three.
    const longest = challenge('"'.repeat(300), true, '"'.repeat(600), '"'.repeat(20));
    expect(longest).toBe(realm("%22".repeat(16) + "://" + "%22".repeat(512) + "%22".repeat(256)) + INVALID);
  });

  it("encodes what would end the realm or the header", () => {
    expect(challenge('/a"b\\c\x7fd\x01e\r\nf\x1f')).toBe(realm("http://h/a%22b%5Cc%7Fd%01e%0D%0Af%1F"));
    expect(challenge("/ \u00c3\u00a9~")).toBe(realm("http://h/ é~"), "bytes beyond ASCII as they are");
    expect(challenge("/", false, 'h"')).toBe(realm("http://h%22/"));
  });

  it("does not repeat a token from the query", () => {
    expect(challenge("/a?access_token=SECRET")).toBe(realm("http://h/a?access_token=REDACTED"));
    expect(challenge("/a?x=1&access_token=SECRET&y=2")).toBe(realm("http://h/a?x=1&access_token=REDACTED&y=2"));
    expect(challenge("/a?access_token=A&access_token=B")).toBe(
      realm("http://h/a?access_token=REDACTED&access_token=REDACTED"),
    );
    expect(challenge("/a?access_token=")).toBe(realm("http://h/a?access_token=REDACTED"));
    expect(challenge("/a?access_token=&b")).toBe(realm("http://h/a?access_token=REDACTED&b"));
    const long = "/a?" + "x".repeat(235) + "&access_token=SECRET";
    expect(challenge(long)).toBe(
      realm("http://h/a?" + "x".repeat(235) + "&access_token=REDACTED"),
      "cut inside of the token",
    );
    expect(challenge("/?access_token" + "&access_token=".repeat(40)).length < 1000).toBe(true);
  });

  it("does not repeat it under a name that is encoded, or configured", () => {
    expect(challenge("/a?access%5Ftoken=SECRET&b=1")).toBe(realm("http://h/a?access%5Ftoken=REDACTED&b=1"));
    expect(challenge("/a?%61ccess_token=SECRET")).toBe(realm("http://h/a?%61ccess_token=REDACTED"));
    expect(challenge("/a?b=1;access_token=SECRET")).toBe(realm("http://h/a?b=1;access_token=REDACTED"));
    beginCallback();
    mock.reset();
    mock.addHeader(":scheme", "http");
    mock.addHeader(":authority", "h");
    mock.addHeader(":path", "/a?jwt=SECRET&j%77t=S&id+token=S&jwt2=kept&access_token=SECRET");
    const length = writeChallenge(false, [ascii("jwt"), ascii("id token")]);
    expect(toText(CHALLENGE, length)).toBe(
      realm("http://h/a?jwt=REDACTED&j%77t=REDACTED&id+token=REDACTED&jwt2=kept&access_token=REDACTED"),
    );
  });

  it("leaves other names alone", () => {
    const paths: string[] = [
      "/access_token=1",
      "/a?my_access_token=1",
      "/a?access_tokens=1",
      "/a?access_toke",
      "/a&access_tokenx=1",
    ];
    for (let i = 0; i < paths.length; i++) expect(challenge(paths[i])).toBe(realm("http://h" + paths[i]));
  });

  it("has an empty realm without a path, as Envoy has", () => {
    mock.reset();
    mock.addHeader(":authority", "h");
    expect(toText(CHALLENGE, writeChallenge(true, []))).toBe('Bearer realm=""' + INVALID);
    mock.addHeader(":path", "/");
    expect(toText(CHALLENGE, writeChallenge(false, []))).toBe(realm("://h/"), "without a scheme");
  });

  it("does not believe x-envoy-original-path", () => {
    beginCallback();
    mock.reset();
    mock.addHeader(":scheme", "http");
    mock.addHeader(":authority", "h");
    mock.addHeader(":path", "/real");
    mock.addHeader("x-envoy-original-path", "/forged");
    expect(toText(CHALLENGE, writeChallenge(false, []))).toBe(realm("http://h/real"));
  });

  it("writes what it has if the host fails", () => {
    mock.reset();
    mock.failCall("proxy_get_header_map_value", 10);
    expect(toText(CHALLENGE, writeChallenge(false, []))).toBe(realm(""));
  });
});
