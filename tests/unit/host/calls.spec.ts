// Every host call: what a good answer becomes, and that each other status is told apart from it.
import { callForeign, foreignResult, foreignResultLength } from "../../../assembly/host/foreign";
import { configurationLength, configurationPointer, readConfiguration } from "../../../assembly/host/configuration";
import * as headers from "../../../assembly/host/headers";
import { Lookup } from "../../../assembly/host/headers";
import { ascii, copyBytes, pointer, sameBytes } from "../../../assembly/host/literal";
import { logError } from "../../../assembly/host/log";
import { nowSeconds } from "../../../assembly/host/clock";
import { propertyLength, propertyPointer, readRouteName } from "../../../assembly/host/properties";
import { sendReply } from "../../../assembly/host/response";
import { beginCallback } from "../../../assembly/host/memory";
import { toHex, toText } from "../json/bytes";
import * as mock from "../mock";

export { malloc } from "../../../assembly/host/memory";

/** WasmResult has 0 Ok … 12 Unimplemented; beyond them a host of tomorrow. */
const LAST_STATUS: u32 = 13;
const NAME = ascii("x-a");

beforeEach(() => {
  mock.reset();
  beginCallback();
});

describe("getHeader", () => {
  it("finds, misses and fails", () => {
    expect(headers.getHeader(NAME)).toBe(Lookup.Absent);
    mock.addHeader("x-a", "one\x00two\xff");
    expect(headers.getHeader(NAME)).toBe(Lookup.Found);
    expect(toHex(headers.valuePointer, headers.valueLength)).toBe("6f6e650074776fff");
    for (let status: u32 = 2; status <= LAST_STATUS; status++) {
      mock.failCall("proxy_get_header_map_value", status);
      expect(headers.getHeader(NAME)).toBe(Lookup.Failed, "status " + status.toString());
    }
  });

  it("finds an empty value, which is not an absent one", () => {
    mock.addHeader("x-a", "");
    expect(headers.getHeader(NAME)).toBe(Lookup.Found);
    expect(headers.valueLength).toBe(0);
  });
});

describe("loadHeaders", () => {
  it("gets all at once, from which getHeader answers until one changes", () => {
    mock.addHeader("x-a", "1");
    mock.addHeader("x-b", "");
    mock.addHeader("x-a", "2");
    expect(headers.loadHeaders()).toBe(true);
    expect(headers.loadHeaders()).toBe(true);
    expect(mock.hostCalls()).toBe(1);
    expect(headers.getHeader(NAME)).toBe(Lookup.Found);
    expect(toText(headers.valuePointer, headers.valueLength)).toBe("1", "the first of several");
    expect(headers.getHeader(ascii("x-b"))).toBe(Lookup.Found);
    expect(headers.valueLength).toBe(0);
    expect(headers.getHeader(ascii("x-"))).toBe(Lookup.Absent);
    expect(headers.getHeader(ascii("x-ab"))).toBe(Lookup.Absent);
    expect(mock.hostCalls()).toBe(1);
    headers.removeHeader(pointer(NAME), NAME.length);
    expect(headers.getHeader(NAME)).toBe(Lookup.Absent);
    expect(headers.addHeader(NAME, pointer(NAME), 3)).toBe(true);
    expect(headers.getHeader(NAME)).toBe(Lookup.Found);
    expect(mock.callsOf("proxy_get_header_map_value")).toBe(2);
    expect(headers.loadHeaders()).toBe(true);
    beginCallback();
    mock.reset();
    expect(headers.getHeader(NAME)).toBe(Lookup.Absent);
  });

  it("fails with the host, and believes nothing that ends inside a header", () => {
    for (let status: u32 = 1; status <= LAST_STATUS; status++) {
      mock.failCall("proxy_get_header_map_pairs", status);
      expect(headers.loadHeaders()).toBe(false, "status " + status.toString());
    }
    const bad: string[] = [
      "",
      "010000",
      "01000000",
      "0100000001000000",
      "01000000010000000100000061006200ff".slice(0, 30),
    ];
    for (let i = 0; i < bad.length; i++) {
      mock.reset();
      mock.setPairs(bad[i]);
      expect(headers.loadHeaders()).toBe(false, bad[i]);
    }
    const huge: string[] = ["ffffffff", "01000000ffffffff01000000610062", "0100000001000000ffffffff610062"];
    for (let i = 0; i < huge.length; i++) {
      mock.reset();
      mock.setPairs(huge[i]);
      expect(headers.loadHeaders()).toBe(false, huge[i]);
    }
  });
});

describe("addHeader and removeHeader", () => {
  it("add and remove", () => {
    const value = ascii("v\x01w");
    expect(headers.addHeader(NAME, pointer(value), value.length)).toBe(true);
    expect(mock.headerIs("x-a", "v\x01w")).toBe(true);
    expect(headers.addHeader(NAME, pointer(value), value.length)).toBe(true);
    expect(mock.headerCount("x-a")).toBe(2);
    expect(headers.removeHeader(pointer(NAME), NAME.length)).toBe(true);
    expect(mock.headerCount("x-a")).toBe(0);
  });

  it("tell failures; that there was nothing to remove is none", () => {
    for (let status: u32 = 1; status <= LAST_STATUS; status++) {
      mock.failCall("proxy_add_header_map_value", status);
      mock.failCall("proxy_remove_header_map_value", status);
      expect(headers.addHeader(NAME, pointer(NAME), 1)).toBe(false, "add, status " + status.toString());
      expect(headers.removeHeader(pointer(NAME), NAME.length)).toBe(status == 1, "remove, status " + status.toString());
    }
  });
});

describe("readRouteName", () => {
  it("finds, misses and fails", () => {
    expect(readRouteName()).toBe(Lookup.Absent);
    mock.setProperty("xds\0route_name", "httproute/ns/r/0/0#h");
    expect(readRouteName()).toBe(Lookup.Found);
    expect(toText(propertyPointer, propertyLength)).toBe("httproute/ns/r/0/0#h");
    mock.setProperty("xds\0route_name", "");
    expect(readRouteName()).toBe(Lookup.Found, "a route without a name");
    expect(propertyLength).toBe(0);
    for (let status: u32 = 2; status <= LAST_STATUS; status++) {
      mock.failCall("proxy_get_property", status);
      expect(readRouteName()).toBe(Lookup.Failed, "status " + status.toString());
    }
  });
});

describe("nowSeconds", () => {
  it("is in seconds, and 0 without a clock", () => {
    mock.setClock(1_900_000_000);
    expect(nowSeconds()).toBe(1_900_000_000);
    for (let status: u32 = 1; status <= LAST_STATUS; status++) {
      mock.failCall("proxy_get_current_time_nanoseconds", status);
      expect(nowSeconds()).toBe(0, "status " + status.toString());
    }
  });
});

describe("readConfiguration", () => {
  it("wants all of it", () => {
    mock.setConfiguration('{"a":"é"}');
    expect(readConfiguration(10)).toBe(true);
    expect(toText(configurationPointer, configurationLength)).toBe('{"a":"é"}');
    expect(readConfiguration(11)).toBe(false, "less than announced");
    expect(readConfiguration(0)).toBe(false, "none");
    expect(readConfiguration(-1)).toBe(false, "a negative size");
    for (let status: u32 = 1; status <= LAST_STATUS; status++) {
      mock.failCall("proxy_get_buffer_bytes", status);
      expect(readConfiguration(10)).toBe(false, "status " + status.toString());
    }
  });
});

describe("callForeign", () => {
  it("answers status and result", () => {
    mock.setForeign(0, "\x08\x01");
    expect(callForeign(pointer(NAME), 3, pointer(NAME), 3)).toBe(0);
    expect(toHex(foreignResult, foreignResultLength)).toBe("0801");
    mock.setForeign(0, "");
    expect(callForeign(pointer(NAME), 3, pointer(NAME), 3)).toBe(0);
    expect(foreignResultLength).toBe(0, "the result of the call before is gone");
    for (let status: u32 = 1; status <= LAST_STATUS; status++) {
      mock.setForeign(status, "\x08\x01");
      expect(callForeign(pointer(NAME), 3, pointer(NAME), 3)).toBe(status);
      expect(foreignResultLength).toBe(0, "no result with status " + status.toString());
      expect(foreignResult).toBe(0);
    }
  });
});

describe("sendReply", () => {
  it("sends status, details, body and one header, and leaves grpc-status to Envoy", () => {
    const value = ascii('Bearer realm="x"');
    expect(sendReply(401, ascii("d"), ascii("body"), ascii("www-authenticate"), pointer(value), value.length)).toBe(
      true,
    );
    expect(mock.localStatus()).toBe(401);
    expect(mock.localDetailsAre("d")).toBe(true);
    expect(mock.localBodyIs("body")).toBe(true);
    expect(mock.localHeaderIs("www-authenticate", 'Bearer realm="x"')).toBe(true);
    // -1: outside of 0..16, so that Envoy takes the one that belongs to the HTTP status.
    expect(<i32>mock.localGrpcStatus()).toBe(-1);
  });

  it("sends no header without a name, nor one that is too large", () => {
    expect(sendReply(403, ascii(""), ascii(""), null, 0, 0)).toBe(true);
    expect(mock.localHeaderIs("", "")).toBe(true);
    // Count, two lengths and two NULs are 14 bytes, the name is one.
    const large = new StaticArray<u8>(4096 - 14);
    expect(sendReply(401, ascii(""), ascii(""), ascii("n"), pointer(large), large.length)).toBe(true);
    expect(mock.localStatus()).toBe(401);
    expect(mock.localHeaderIs("", "")).toBe(true);
    const fits = new StaticArray<u8>(4096 - 15);
    fits.fill(0x61);
    expect(sendReply(401, ascii(""), ascii(""), ascii("n"), pointer(fits), fits.length)).toBe(true);
    expect(mock.localHeaderIs("n", "a".repeat(4096 - 15))).toBe(true);
  });

  it("tells that the host refused", () => {
    for (let status: u32 = 1; status <= LAST_STATUS; status++) {
      mock.failCall("proxy_send_local_response", status);
      expect(sendReply(401, ascii(""), ascii(""), null, 0, 0)).toBe(false, "status " + status.toString());
    }
  });
});

describe("bytes and log", () => {
  it("compares lengths and bytes", () => {
    const a = ascii("abc");
    expect(sameBytes(pointer(a), 3, pointer(copyBytes(pointer(a), 3)), 3)).toBe(true);
    expect(sameBytes(pointer(a), 3, pointer(ascii("abd")), 3)).toBe(false);
    expect(sameBytes(pointer(a), 3, pointer(a), 2)).toBe(false);
    expect(sameBytes(pointer(a), 0, pointer(ascii("x")), 0)).toBe(true);
  });

  it("logs, whatever the host answers", () => {
    logError("line");
    expect(mock.logHas("line")).toBe(true);
    mock.failCall("proxy_log", 10);
    logError("more");
  });
});
