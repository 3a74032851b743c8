// Tokens in other places than `Authorization: Bearer`: found once, and taken away without a trace.
import { findCredential, foundIn, tokenLength, tokenPointer } from "../../../assembly/policy/credential";
import { removeToken } from "../../../assembly/policy/removal";
import { beginCallback } from "../../../assembly/host/memory";
import { SourceSet } from "../../../assembly/config/model";
import { Reason } from "../../../assembly/policy/reasons";
import { good } from "../config/decode";
import { AUTHENTICATED, configuration } from "../fixtures";
import { toText } from "../json/bytes";
import * as mock from "../mock";

export { malloc } from "../../../assembly/host/memory";

function placesOf(sources: string): SourceSet {
  const c = good(configuration(AUTHENTICATED, sources.length > 0 ? '"tokenSources":[' + sources + "]" : ""));
  return c.policies[0].authentications[0].places;
}

const DEFAULT = placesOf("");
const HEADER = '{"kind":"header","name":"X-Jwt"}';
const PREFIXED = '{"kind":"header","name":"X-Jwt","prefix":"Token "}';
const BEARER = '{"kind":"header","name":"X-Jwt","prefix":"bearer"}';
const QUERY = '{"kind":"query","name":"jwt"}';

function begin(path: string): void {
  beginCallback();
  mock.reset();
  mock.addHeader(":path", path);
}

/** The token in brackets, or what is wrong. */
function find(places: SourceSet): string {
  const reason = findCredential(places);
  if (reason == Reason.None) return "[" + toText(tokenPointer, tokenLength) + "]";
  if (reason == Reason.JwtMissing) return foundIn == 0 ? "missing" : "missing, yet found";
  if (reason == Reason.JwtBadFormat) return "bad format";
  if (reason == Reason.JwtMultipleTokens) return "multiple";
  return reason == Reason.JwtTooLarge ? "too large" : "reason " + (<i32>reason).toString();
}

function inHeader(places: SourceSet, first: string, second: string = "-"): string {
  begin("/");
  mock.addHeader("x-other", "other");
  mock.addHeader("x-jwt", first);
  if (second != "-") mock.addHeader("x-jwt", second);
  return find(places);
}

describe("a header of its own", () => {
  it("is the token, whole", () => {
    const places = placesOf(HEADER);
    expect(inHeader(places, "a.b.c")).toBe("[a.b.c]");
    expect(inHeader(places, " \ta.b.c \t")).toBe("[a.b.c]");
    expect(inHeader(places, "Bearer a")).toBe("[Bearer a]");
    expect(inHeader(places, "")).toBe("bad format", "present and empty");
    expect(inHeader(places, "a,b")).toBe("multiple");
    expect(inHeader(places, "a", "a")).toBe("[a]", "the same twice");
    expect(inHeader(places, "a", "b")).toBe("multiple");
    expect(inHeader(places, "", "a")).toBe("multiple");
    expect(inHeader(places, "a", "")).toBe("multiple");
    expect(inHeader(places, "x".repeat(8193))).toBe("too large");
    begin("/");
    mock.addHeader("x-jwts", "a");
    expect(find(places)).toBe("missing");
  });

  it("has a prefix, at its beginning, in its own case", () => {
    const places = placesOf(PREFIXED);
    expect(inHeader(places, "Token a")).toBe("[a]");
    expect(inHeader(places, "Token    a")).toBe("[a]");
    expect(inHeader(places, "Token")).toBe("bad format");
    expect(inHeader(places, "Token ")).toBe("bad format");
    expect(inHeader(places, "token a")).toBe("missing");
    expect(inHeader(places, "Tokens")).toBe("missing");
    expect(inHeader(places, "Toke")).toBe("missing");
    expect(inHeader(places, "")).toBe("missing");
    expect(inHeader(places, "a Token b")).toBe("missing");
    expect(inHeader(places, "Basic a", "Token b")).toBe("[b]");
    expect(inHeader(places, "Basic a,Token b")).toBe("multiple");
    expect(inHeader(places, "Token a,Token a")).toBe("multiple");
    expect(inHeader(places, "Token a", "Token a")).toBe("[a]");
    expect(inHeader(places, "Token a", "Token b")).toBe("multiple");
  });

  it("takes Bearer for the scheme that it is", () => {
    const places = placesOf(BEARER);
    expect(inHeader(places, "bEARER a")).toBe("[a]");
    expect(inHeader(places, "Bearera")).toBe("missing");
    expect(inHeader(places, "Bearer")).toBe("bad format");
  });

  it("does not read `authorization`, nor the query, unless it is told to", () => {
    begin("/?access_token=b");
    mock.addHeader("authorization", "Bearer a");
    mock.addHeader("x-jwt", "c");
    expect(find(placesOf(HEADER))).toBe("[c]");
    expect(find(DEFAULT)).toBe("multiple");
    expect(find(placesOf(HEADER + ',{"kind":"header","name":"authorization","prefix":"Bearer "}'))).toBe("multiple");
  });

  it("costs one host call, whatever the number of places", () => {
    begin("/?jwt=a");
    find(placesOf(HEADER + "," + PREFIXED + "," + QUERY));
    expect(mock.hostCalls()).toBe(1);
    begin("/?jwt=a");
    find(DEFAULT);
    expect(mock.hostCalls()).toBe(2);
    begin("/?jwt=a");
    find(placesOf(QUERY));
    expect(mock.hostCalls()).toBe(1);
  });

  it("is not guessed if the host gives half of the headers", () => {
    begin("/");
    mock.setPairs("02000000" + "05000000" + "01000000" + "05000000" + "ff000000" + "782d6a777400" + "6100");
    expect(<i32>findCredential(placesOf(HEADER))).toBe(<i32>Reason.HostFailure);
  });
});

function inQuery(path: string, sources: string = QUERY): string {
  begin(path);
  return find(placesOf(sources));
}

describe("a parameter", () => {
  it("is found by its decoded name, and decoded", () => {
    const rows: string[][] = [
      ["/?jwt=a.b", "[a.b]"],
      ["/?x=1&jwt=a.b&y=2", "[a.b]"],
      ["/?j%77t=a", "[a]"],
      ["/?%6A%77%74=%61%2Eb", "[a.b]"],
      ["/?jwt=a%2Bb", "[a+b]"],
      ["/?jwt=a+b", "[a b]"],
      ["/?jwt=a=", "[a=]"],
      ["/?jwt=%zz", "[%zz]"],
      ["/?&&jwt=a&&", "[a]"],
      ["/?x=a%26jwt=b", "missing"],
      ["/?x=%3Fjwt=b", "missing"],
      ["/?jwt%3Da", "missing"],
      ["/?JWT=a", "missing"],
      ["/?jwts=a&ajwt=b", "missing"],
      ["/jwt=a", "missing"],
      ["/?a?jwt=b", "missing"],
      ["/?", "missing"],
      ["/", "missing"],
      ["/?jwt=a#jwt=b", "[a#jwt=b]"],
    ];
    for (let i = 0; i < rows.length; i++) expect(inQuery(rows[i][0])).toBe(rows[i][1], rows[i][0]);
  });

  it("is bad when it is empty, a second one when it differs", () => {
    const rows: string[][] = [
      ["/?jwt", "bad format"],
      ["/?jwt=", "bad format"],
      ["/?jwt&x=1", "bad format"],
      ["/?jwt=a&jwt=a", "[a]"],
      ["/?jwt=a&jwt=%61", "[a]"],
      ["/?jwt=a&jwt=b", "multiple"],
      ["/?jwt=a&jwt=", "multiple"],
      ["/?jwt=&jwt=a", "multiple"],
    ];
    for (let i = 0; i < rows.length; i++) expect(inQuery(rows[i][0])).toBe(rows[i][1], rows[i][0]);
    expect(inQuery("/?jwt=" + "x".repeat(8193))).toBe("too large");
    expect(inQuery("/?jwt=" + "%78".repeat(8192))).toBe("[" + "x".repeat(8192) + "]");
  });

  it("is bad where backends disagree on what separates parameters", () => {
    const rows: string[][] = [
      ["/?x=1;jwt=a", "bad format"],
      ["/?jwt=a;x=1", "bad format"],
      ["/?;jwt=a", "bad format"],
      ["/?jwt=a;", "bad format"],
      ["/?jwt=a&x=1;jwt=a", "multiple"],
      ["/?x=1;y=2&jwt=a", "[a]"],
    ];
    for (let i = 0; i < rows.length; i++) expect(inQuery(rows[i][0])).toBe(rows[i][1], rows[i][0]);
  });

  it("and a header with the same token are one", () => {
    begin("/?access_token=a%2Eb");
    mock.addHeader("authorization", "Bearer a.b");
    expect(find(DEFAULT)).toBe("[a.b]");
    expect(foundIn).toBe(3);
    begin("/?access_token=a.b");
    expect(find(DEFAULT)).toBe("[a.b]");
    expect(foundIn).toBe(2);
    begin("/?access_token=a");
    mock.addHeader("authorization", "Basic a");
    expect(find(DEFAULT)).toBe("[a]");
  });

  it("is not there if there is no path", () => {
    beginCallback();
    mock.reset();
    expect(find(DEFAULT)).toBe("missing");
  });
});

describe("removal", () => {
  it("takes the parameter and leaves every other byte", () => {
    const rows: string[][] = [
      ["/a?jwt=t", "/a"],
      ["/a?jwt=t&x=1", "/a?x=1"],
      ["/a?x=1&jwt=t", "/a?x=1"],
      ["/a?x=1&jwt=t&y=2", "/a?x=1&y=2"],
      ["/a?jwt=t&x=1&j%77t=t", "/a?x=1"],
      ["/a?x=%41+%2b&jwt=t&y=%zz&&z", "/a?x=%41+%2b&y=%zz&&z"],
      ["/a?x=1;y=2&jwt=t&u;v", "/a?x=1;y=2&u;v"],
      ["/a?&jwt=t", "/a"],
      ["/a?&&jwt=t&", "/a?&&"],
      ["/a?jwt=t&&x", "/a?&x"],
      ["/a?x?y=1&jwt=t", "/a?x?y=1"],
      ["/%3F?jwt=t&x", "/%3F?x"],
    ];
    for (let i = 0; i < rows.length; i++) {
      begin(rows[i][0]);
      const places = placesOf(QUERY);
      expect(find(places)).toBe("[t]", rows[i][0]);
      expect(removeToken(places, foundIn)).toBe(true);
      expect(mock.headerIs(":path", rows[i][1])).toBe(true, rows[i][0] + " -> " + rows[i][1]);
      const calls = mock.hostCalls();
      expect(removeToken(places, foundIn) && mock.hostCalls() == calls).toBe(true, "nothing is left to remove");
    }
  });

  it("takes it from where it was and from nowhere else", () => {
    begin("/?access_token=t&jwt=u");
    mock.addHeader("x-jwt", "t");
    mock.addHeader("authorization", "Basic x");
    const places = placesOf(
      HEADER +
        ',{"kind":"header","name":"authorization","prefix":"Bearer "},{"kind":"query","name":"access_token"},' +
        '{"kind":"query","name":"id"}',
    );
    expect(find(places)).toBe("[t]");
    expect(removeToken(places, foundIn)).toBe(true);
    expect(mock.headerCount("x-jwt")).toBe(0);
    expect(mock.headerIs("authorization", "Basic x")).toBe(true);
    expect(mock.headerIs(":path", "/?jwt=u")).toBe(true);
  });
});
