// Reports of the health of remote keys to whoever wants to know (docs/remote-keys.md): a unary gRPC call, and nobody waits for what becomes
// of it. Names and algorithms of public keys, times and error codes; nothing else of what a server has said.
import { readNodeId } from "../host/properties";
import { headerBlob, startCall } from "../host/http_call";
import { ascii, pointer, sameContent } from "../host/literal";
import { addLitter } from "../host/memory";
import { fieldSize, writeField } from "../crypto/protobuf";
import { Alg, ALGORITHMS } from "../jose/algorithms";
import { writeJsonString } from "../json/write";
import { errorName } from "./fetch_error";
import { KeySource, KeyUser } from "./key_source";

const METHOD = ascii(":method");
const POST = ascii("POST");
const PATH = ascii(":path");
const REPORT = ascii("/claimgate.v1.KeyHealth/Report");
const AUTHORITY = ascii(":authority");
const SCHEME = ascii(":scheme");
const HTTP = ascii("http");
const CONTENT_TYPE = ascii("content-type");
const GRPC = ascii("application/grpc");
const TE = ascii("te");
const TRAILERS = ascii("trailers");
const NODE = ascii("x-claimgate-node");
const NONE = ascii("");

/** Milliseconds between reports while nothing changes. */
const INTERVAL: u64 = 60_000;
const TIMEOUT: u32 = 5_000;
const CAPACITY: i32 = 64 * 1024;
/** gRPC over HTTP/2: a byte for compression, four for the length. */
const PREFIX: usize = 5;

let out: usize = 0;
let end: usize = 0;

/** Reports if nobody has for a minute, or not since somebody came to use the keys; `look` was called just now. */
export function reportIfDue(source: KeySource, now: u64): void {
  const state = source.state;
  let due = state.reportedAt + INTERVAL <= now || state.reportedAt > now;
  let wanted = false;
  for (let i = 0; i < source.users.length; i++) {
    const user = unchecked(source.users[i]);
    if (user.health === null) continue;
    wanted = true;
    if (user.since > state.reportedAt) due = true;
  }
  if (!wanted || !due) return;
  state.reportedAt = now;
  // Who is outrun leaves it to the other one.
  if (state.write() && state.read()) reportHealth(source);
}

/** Reports to each cluster under each provider's name, once. */
export function reportHealth(source: KeySource): void {
  const users = source.users;
  for (let i = 0; i < users.length; i++) if (isFirst(users, i)) report(source, users[i]);
}

function isFirst(users: KeyUser[], index: i32): bool {
  const health = users[index].health;
  for (let i = 0; i < index; i++) {
    const other = users[i].health;
    if (users[i].name == users[index].name && other !== null && health !== null && sameContent(other, health))
      return false;
  }
  return true;
}

function report(source: KeySource, user: KeyUser): void {
  const cluster = user.health;
  if (cluster === null) return;
  const json = heap.alloc(CAPACITY);
  const length = writeReport(source, user.name, json);
  const size = fieldSize(length);
  const body = heap.alloc(PREFIX + <usize>size);
  store<u8>(body, 0);
  store<u32>(body, bswap<u32>(size), 1);
  writeField(1, json, length, body + PREFIX);
  const headers = headerBlob([
    METHOD,
    POST,
    PATH,
    REPORT,
    AUTHORITY,
    cluster,
    SCHEME,
    HTTP,
    CONTENT_TYPE,
    GRPC,
    TE,
    TRAILERS,
    NODE,
    readNodeId(),
  ]);
  startCall(cluster, headers, body, <i32>PREFIX + size, TIMEOUT);
  addLitter(1 << 12);
  heap.free(body);
  heap.free(json);
}

function writeReport(source: KeySource, name: string, at: usize): i32 {
  out = at;
  // Room for what comes behind the keys.
  end = at + <usize>CAPACITY - 256;
  put('{"provider":');
  const bytes = String.UTF8.encode(name);
  putString(changetype<usize>(bytes), bytes.byteLength);
  put(',"keys":[');
  for (let i = 0; i < source.keys.length; i++) {
    const key = source.keys[i];
    const before = out;
    put(i > 0 ? ',{"kid":' : '{"kid":');
    const kid = key.kid === null ? NONE : key.kid!;
    const fits = putString(pointer(kid), kid.length);
    put(',"alg":"' + (key.alg == Alg.None ? "" : ALGORITHMS[key.alg].name) + '"}');
    if (fits) continue;
    out = before;
    break;
  }
  const state = source.state;
  put('],"fetched":' + (state.fetchedAt / 1000).toString());
  put(',"error":"' + errorName(state.error) + '","errorSince":' + (state.errorSince / 1000).toString() + "}");
  return <i32>(out - at);
}

/** ASCII. */
function put(text: string): void {
  for (let i = 0; i < text.length; i++) store<u8>(out++, <u8>text.charCodeAt(i));
}

function putString(text: usize, length: i32): bool {
  const written = writeJsonString(text, length, out, <i32>(end - out));
  if (written < 0) {
    put('""');
    return false;
  }
  out += written;
  return true;
}
