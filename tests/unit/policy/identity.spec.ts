import { removeIdentityHeaders, writeClaimHeaders } from "../../../assembly/policy/identity";
import { beginCallback } from "../../../assembly/host/memory";
import { Configuration } from "../../../assembly/config/model";
import { JsonDocument, JsonError } from "../../../assembly/json/document";
import { good } from "../config/decode";
import { configuration } from "../fixtures";
import { Bytes } from "../json/bytes";
import * as mock from "../mock";

export { malloc } from "../../../assembly/host/memory";

const payload = new JsonDocument(512, 32);

function begin(): void {
  beginCallback();
  mock.reset();
}

/** A configuration that owns x-team and x-a_b; its policy owns x-own. */
function owning(variants: bool): Configuration {
  const policy = '{"checks":[],"identityHeaders":["x-own"]}';
  return good(
    configuration(policy, "", '"identityHeaders":["X-Team","x-a_b"],"removeUnderscoreVariants":' + variants.toString()),
  );
}

function remove(c: Configuration, withPolicy: bool = true): bool {
  return removeIdentityHeaders(c, withPolicy ? c.policies[0] : null);
}

describe("removeIdentityHeaders", () => {
  beforeEach(begin);

  it("removes every value of its names and nothing else", () => {
    for (let variants = 0; variants < 2; variants++) {
      begin();
      mock.addHeader("x-team", "admin");
      mock.addHeader("x-other", "kept");
      mock.addHeader("x-team", "root");
      mock.addHeader("x-own", "mine");
      mock.addHeader("x-a_b", "1");
      mock.addHeader("x-teams", "kept");
      mock.addHeader("x-tea", "kept");
      expect(remove(owning(variants == 1))).toBe(true);
      expect(mock.totalHeaders()).toBe(3);
      expect(
        mock.headerIs("x-other", "kept") && mock.headerIs("x-teams", "kept") && mock.headerIs("x-tea", "kept"),
      ).toBe(true);
    }
  });

  it("removes names that differ in `_` for `-` unless told not to", () => {
    const names: string[] = ["x_team", "x-a-b", "x_a_b", "x_a-b", "x_own"];
    for (let i = 0; i < names.length; i++) mock.addHeader(names[i], "spoofed");
    expect(remove(owning(true))).toBe(true);
    expect(mock.totalHeaders()).toBe(0);
    for (let i = 0; i < names.length; i++) mock.addHeader(names[i], "left to Envoy");
    expect(remove(owning(false))).toBe(true);
    expect(mock.totalHeaders()).toBe(5);
  });

  it("removes the configuration's names without a policy too", () => {
    for (let variants = 0; variants < 2; variants++) {
      begin();
      mock.addHeader("x-team", "a");
      mock.addHeader("x-own", "b");
      expect(remove(owning(variants == 1), false)).toBe(true);
      expect(mock.headerCount("x-team")).toBe(0);
      expect(mock.headerCount("x-own")).toBe(1);
    }
  });

  it("changes nothing where there is nothing: a change makes Envoy choose the route again", () => {
    mock.addHeader("x-other", "a");
    expect(remove(owning(true))).toBe(true);
    expect(remove(owning(false))).toBe(true);
    expect(mock.callsOf("proxy_remove_header_map_value")).toBe(0);
  });

  it("asks for no headers if it owns none", () => {
    expect(remove(good(configuration('{"checks":[]}')))).toBe(true);
    expect(mock.hostCalls()).toBe(0);
  });

  it("tells when the host failed", () => {
    for (let status: u32 = 1; status < 13; status++) {
      begin();
      mock.addHeader("x-team", "a");
      mock.failCall("proxy_get_header_map_pairs", status);
      expect(remove(owning(true))).toBe(false, "pairs, status " + status.toString());
      mock.failCall("proxy_get_header_map_value", status);
      // NotFound means absent here.
      expect(remove(owning(false))).toBe(status == 1, "value, status " + status.toString());
      begin();
      mock.addHeader("x-team", "a");
      mock.failCall("proxy_remove_header_map_value", status);
      expect(remove(owning(true))).toBe(status == 1, "remove, status " + status.toString());
      expect(remove(owning(false))).toBe(status == 1, "remove exact, status " + status.toString());
    }
    begin();
    mock.addHeader("x-own", "a");
    mock.failCall("proxy_remove_header_map_value", 2);
    expect(remove(owning(false))).toBe(false, "the policy's own names");
  });

  it("does not read beyond a blob that lies about itself", () => {
    const blobs: string[] = [
      "",
      "010000",
      "01000000",
      "ffffffff",
      "01000000" + "06000000" + "01000000",
      "01000000" + "06000000" + "01000000" + "782d7465616d00" + "61",
      "01000000" + "ffffffff" + "ffffffff" + "782d7465616d00" + "6100",
      "01000000" + "ffffffff" + "01000000" + "782d7465616d00" + "6100",
      "01000000" + "00000080" + "01000000" + "782d7465616d00" + "6100",
      "02000000" + "06000000" + "01000000" + "06000000" + "01000000" + "782d7465616d00" + "6100",
    ];
    for (let i = 0; i < blobs.length; i++) {
      begin();
      mock.setPairs(blobs[i]);
      expect(remove(owning(true))).toBe(false, blobs[i]);
    }
    mock.setPairs("00000000");
    expect(remove(owning(true))).toBe(true, "no headers at all");
  });
});

/** Writes `claim` to x-out; what the header is: its value, or "none". */
function expectHeader(claims: string, value: string, encoding: string = "", claim: string = "c"): void {
  const mapping =
    '{"claim":"' + claim + '","header":"x-out"' + (encoding.length > 0 ? ',"encoding":"' + encoding + '"' : "") + "}";
  const provider = good(configuration('{"checks":[]}', '"claimsToHeaders":[' + mapping + "]")).providers[0];
  const bytes = Bytes.text(claims);
  expect(payload.parse(bytes.pointer, bytes.length)).toBe(JsonError.None, claims);
  begin();
  expect(writeClaimHeaders(provider.claimHeaders, payload, false)).toBe(true, claims);
  if (value == "none") expect(mock.totalHeaders()).toBe(0, claims);
  else expect(mock.headerCount("x-out") == 1 && mock.headerIs("x-out", value)).toBe(true, claims + " -> " + value);
}

describe("writeClaimHeaders", () => {
  beforeEach(begin);

  it("renders as Envoy does (addJWTClaimToHeader), with exact integers", () => {
    expectHeader('{"c":"dev"}', "dev");
    expectHeader('{"c":"a \\"b\\" \\\\ ,;="}', 'a "b" \\ ,;=');
    expectHeader('{"c":"é"}', "\u00c3\u00a9");
    expectHeader('{"c":true}', "true");
    expectHeader('{"c":false}', "false");
    expectHeader('{"c":0}', "0");
    expectHeader('{"c":9007199254740993}', "9007199254740993");
    expectHeader('{"c":1.5}', "1.500000");
    expectHeader('{"c":-1}', "-1");
    expectHeader('{"c":1e3}', "1000");
  });

  it("renders lists and objects as base64 of compact JSON, or as that", () => {
    // echo -n '["a",1]' | base64
    expectHeader('{"c":["a", 1]}', "WyJhIiwxXQ==");
    expectHeader('{"c":["a", 1]}', "WyJhIiwxXQ==", "base64");
    expectHeader('{"c":["a", 1]}', '["a",1]', "json");
    expectHeader('{"c":{"b":[ ]}}', "eyJiIjpbXX0=");
    expectHeader('{"c":{"b":[ ]}}', '{"b":[]}', "json");
    expectHeader('{"c":[]}', "W10=");
    expectHeader('{"c":"a"}', "a", "json");
  });

  it("writes nothing for what has no value", () => {
    expectHeader("{}", "none");
    expectHeader('{"c":null}', "none");
    expectHeader('{"c":""}', "none");
    expectHeader('{"c":1e400}', "none");
    expectHeader('{"c":{"d":""}}', "none", "", "c.d");
    expectHeader('{"c":"x"}', "none", "", "c.d");
    expectHeader('{"c":[{"d":"x"}]}', "none", "", "c.d");
  });

  it("walks into members", () => {
    expectHeader('{"c":{"d":{"e":"x"}}}', "x", "", "c.d.e");
    expectHeader('{"c.d":"x"}', "none", "", "c.d");
  });

  it("sends no control character", () => {
    const escapes: string[] = ["\\r\\nx-admin: 1", "\\n", "\\u0000", "a\\u0000b", "\\t", "\\u001f", "\\u007f"];
    for (let i = 0; i < escapes.length; i++) expectHeader('{"c":"' + escapes[i] + '"}', "none");
    // JSON escapes those below a space; DEL stands as it is.
    expectHeader('{"c":["\\n"]}', '["\\n"]', "json");
    expectHeader('{"c":["\\u007f"]}', "none", "json");
  });

  it("sends nothing that is larger than its buffer", () => {
    const longest = "x".repeat(8192 - 4);
    expectHeader('{"c":["' + longest + '"]}', '["' + longest + '"]', "json");
    expectHeader('{"c":["' + longest + 'x"]}', "none", "json");
    expectHeader('{"c":["' + longest + 'x"]}', "none");
  });

  it("lets a later mapping onto the same header win", () => {
    const mappings =
      '"claimsToHeaders":[{"claim":"a","header":"x-out"},{"claim":"b","header":"x-out"},{"claim":"c","header":"x-out"}]';
    const provider = good(configuration('{"checks":[]}', mappings)).providers[0];
    const bytes = Bytes.text('{"a":"1","b":"2"}');
    payload.parse(bytes.pointer, bytes.length);
    mock.addHeader("x-out", "a client's");
    expect(writeClaimHeaders(provider.claimHeaders, payload, false)).toBe(true);
    expect(mock.headerCount("x-out")).toBe(1);
    expect(mock.headerIs("x-out", "2")).toBe(true);
  });

  it("joins what earlier mappings wrote, where a mapping says append", () => {
    const mappings =
      '"claimsToHeaders":[{"claim":"a","header":"x-out","append":true},{"claim":"b","header":"x-out","append":true},' +
      '{"claim":"none","header":"x-out","append":true},{"claim":"c","header":"x-out","append":true,"encoding":"json"}]';
    const provider = good(configuration('{"checks":[]}', mappings)).providers[0];
    const bytes = Bytes.text('{"a":"1","b":2,"c":["3"]}');
    payload.parse(bytes.pointer, bytes.length);
    expect(writeClaimHeaders(provider.claimHeaders, payload, false)).toBe(true);
    expect(mock.headerCount("x-out")).toBe(1);
    expect(mock.headerIs("x-out", '1,2,["3"]')).toBe(true);
  });

  it("does not cut what it joins: too much is a failure", () => {
    let mappings = "";
    for (let i = 0; i < 6; i++) mappings += (i > 0 ? "," : "") + '{"claim":"a","header":"x-out","append":true}';
    const provider = good(configuration('{"checks":[]}', '"claimsToHeaders":[' + mappings + "]")).providers[0];
    const fits = Bytes.text('{"a":"' + "x".repeat(5460) + '"}');
    payload.parse(fits.pointer, fits.length);
    expect(writeClaimHeaders(provider.claimHeaders, payload, false)).toBe(true);
    expect(mock.headerIs("x-out", ("x".repeat(5460) + ",").repeat(5) + "x".repeat(5460))).toBe(true);
    begin();
    const exceeds = Bytes.text('{"a":"' + "x".repeat(5461) + '"}');
    payload.parse(exceeds.pointer, exceeds.length);
    expect(writeClaimHeaders(provider.claimHeaders, payload, false)).toBe(false);
  });

  it("tells when the host failed", () => {
    const provider = good(configuration('{"checks":[]}', '"claimsToHeaders":[{"claim":"a","header":"x-out"}]'))
      .providers[0];
    const bytes = Bytes.text('{"a":"1"}');
    payload.parse(bytes.pointer, bytes.length);
    for (let status: u32 = 1; status < 13; status++) {
      begin();
      mock.failCall("proxy_add_header_map_value", status);
      expect(writeClaimHeaders(provider.claimHeaders, payload, false)).toBe(false, "add");
      begin();
      mock.failCall("proxy_get_header_map_value", status);
      expect(writeClaimHeaders(provider.claimHeaders, payload, false)).toBe(status == 1, "get");
      begin();
      mock.addHeader("x-out", "old");
      mock.failCall("proxy_replace_header_map_value", status);
      expect(writeClaimHeaders(provider.claimHeaders, payload, false)).toBe(false, "replace");
    }
  });
});
