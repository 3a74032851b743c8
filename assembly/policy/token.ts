// One token of one request, read once whatever number of providers and checks look at it. The checks of form and claim types come
// in Envoy's order (source/common/jwt/jwt.cc), so that a token with several faults gets the same answer.
import { ascii, pointer } from "../host/literal";
import { addKeySet, isVerifiedBy, JudgedClaims, recall, remember } from "../cache/verified";
import { Alg, algorithmByName } from "../jose/algorithms";
import { decodeBase64Url } from "../jose/base64url";
import { CompactJws } from "../jose/compact";
import { JsonDocument, JsonError, Kind } from "../json/document";
import { integerStatus, IntegerStatus, integerValue } from "../json/number";
import { MAX_TOKEN } from "./credential";
import { Reason } from "./reasons";

const ALG = ascii("alg");
const KID = ascii("kid");
const CRIT = ascii("crit");
const B64 = ascii("b64");
const ISS = ascii("iss");
const SUB = ascii("sub");
const IAT = ascii("iat");
const NBF = ascii("nbf");
const EXP = ascii("exp");
const JTI = ascii("jti");
const AUD = ascii("aud");

const MAX_JSON_TOKENS: i32 = 4096;
const MAX_JSON_DEPTH: i32 = 32;
// A decoded segment is shorter than the token; the slack is base64url's.
const SEGMENT: i32 = 8192 + 16;

export class Token extends JudgedClaims {
  readonly jws: CompactJws = new CompactJws();
  readonly header: JsonDocument = new JsonDocument(MAX_JSON_TOKENS, MAX_JSON_DEPTH);
  readonly payload: JsonDocument = new JsonDocument(MAX_JSON_TOKENS, MAX_JSON_DEPTH);
  alg: Alg = Alg.None;
  /** The token's `kid`; length 0 if it has none. */
  kid: usize = 0;
  kidLength: i32 = 0;
  signature: usize = heap.alloc(SEGMENT);
  signatureLength: i32 = 0;
  private readonly headerBytes: usize = heap.alloc(SEGMENT);
  private readonly payloadBytes: usize = heap.alloc(SEGMENT);
  private payloadSize: i32 = 0;
  /** Where the token is, valid until the callback ends. */
  private source: usize = 0;
  private sourceLength: i32 = 0;
  /** What the cache knows of it; 0: nothing. */
  private entry: usize = 0;
  /** Header and signature were read: they are not, for a token that the cache knows, until somebody needs them. */
  private isWhole: bool = false;

  /** Reads a compact JWS, or recalls it; None, or the first fault. At most MAX_TOKEN bytes. */
  read(at: usize, length: i32): Reason {
    if (length > MAX_TOKEN) return Reason.JwtTooLarge;
    this.source = at;
    this.sourceLength = length;
    this.entry = recall(at, length, this, this.payload);
    this.isWhole = this.entry == 0;
    return this.isWhole ? this.takeApart() : Reason.None;
  }

  /** Whether the signature is known to be good, for the keys of this name (key_set_id.ts). */
  isVerifiedBy(keySetHigh: u64, keySetLow: u64): bool {
    return this.entry != 0 && isVerifiedBy(this.entry, keySetHigh, keySetLow);
  }

  /** Notes that keys of this name have verified the signature, for requests to come. */
  setVerifiedBy(keySetHigh: u64, keySetLow: u64): void {
    if (this.entry == 0) {
      const text = this.payloadBytes;
      this.entry = remember(this.source, this.sourceLength, this, this.payload, text, this.payloadSize);
    }
    if (this.entry != 0) addKeySet(this.entry, keySetHigh, keySetLow);
  }

  /** Makes header and signature available; None, as for every token that was read. */
  complete(): Reason {
    if (this.isWhole) return Reason.None;
    this.isWhole = true;
    return this.takeApart();
  }

  private takeApart(): Reason {
    if (!this.jws.split(this.source, this.sourceLength)) return Reason.JwtBadFormat;
    const fault = this.readHeader();
    if (fault != Reason.None) return fault;
    return this.readPayload();
  }

  /** Reads `alg` and `kid` of the JOSE header that `jws` has found, of at most MAX_TOKEN characters; None, or the first fault. */
  readHeader(): Reason {
    const size = decodeBase64Url(this.jws.header, this.jws.headerLength, this.headerBytes);
    if (size < 0) return Reason.JwtHeaderBadBase64;
    const header = this.header;
    if (header.parse(this.headerBytes, size) != JsonError.None) return Reason.JwtHeaderBadJson;
    if (header.kind(0) != Kind.Object) return Reason.JwtHeaderBadJson;
    const alg = member(header, ALG);
    if (alg < 0 || header.kind(alg) != Kind.String) return Reason.JwtHeaderBadAlg;
    this.alg = algorithmByName(header.pointer(alg), header.length(alg));
    if (this.alg == Alg.None) return Reason.JwtHeaderAlgUnsupported;
    const kid = member(header, KID);
    this.kidLength = 0;
    if (kid >= 0) {
      if (header.kind(kid) != Kind.String) return Reason.JwtHeaderBadKid;
      this.kid = header.pointer(kid);
      this.kidLength = header.length(kid);
    }
    // RFC 7515 §4.1.11: who does not understand an extension that is critical must refuse the token. Envoy ignores it.
    if (member(header, CRIT) >= 0) return Reason.JwtHeaderCritUnsupported;
    // RFC 7797 §6: never without `crit`, but who writes it all the same signs something else than we would check.
    const b64 = member(header, B64);
    return b64 >= 0 && header.kind(b64) != Kind.True ? Reason.JwtHeaderCritUnsupported : Reason.None;
  }

  private readPayload(): Reason {
    const size = decodeBase64Url(this.jws.payload, this.jws.payloadLength, this.payloadBytes);
    if (size < 0) return Reason.JwtPayloadBadBase64;
    this.payloadSize = size;
    const payload = this.payload;
    if (payload.parse(this.payloadBytes, size) != JsonError.None) return Reason.JwtPayloadBadJson;
    if (payload.kind(0) != Kind.Object) return Reason.JwtPayloadBadJson;
    const fault = this.readClaims(payload);
    if (fault != Reason.None) return fault;
    this.signatureLength = decodeBase64Url(this.jws.signature, this.jws.signatureLength, this.signature);
    return this.signatureLength < 0 ? Reason.JwtSignatureBadBase64 : Reason.None;
  }

  private readClaims(payload: JsonDocument): Reason {
    this.issuer = member(payload, ISS);
    if (this.issuer >= 0 && payload.kind(this.issuer) != Kind.String) return Reason.JwtIssNotString;
    if (!absentOrString(payload, SUB)) return Reason.JwtSubNotString;
    let status = numericDate(payload, IAT);
    if (status == IntegerStatus.NotNumber) return Reason.JwtIatNotInteger;
    if (status == IntegerStatus.OutOfRange) return Reason.JwtIatOutOfRange;
    status = numericDate(payload, NBF);
    if (status == IntegerStatus.NotNumber) return Reason.JwtNbfNotInteger;
    if (status == IntegerStatus.OutOfRange) return Reason.JwtNbfOutOfRange;
    this.hasNotBefore = status == IntegerStatus.Ok;
    this.notBefore = integerValue;
    status = numericDate(payload, EXP);
    if (status == IntegerStatus.NotNumber) return Reason.JwtExpNotInteger;
    if (status == IntegerStatus.OutOfRange) return Reason.JwtExpOutOfRange;
    this.hasExpiry = status == IntegerStatus.Ok;
    this.expiry = integerValue;
    if (!absentOrString(payload, JTI)) return Reason.JwtJtiNotString;
    this.audience = member(payload, AUD);
    return isAudience(payload, this.audience) ? Reason.None : Reason.JwtAudNotString;
  }
}

// @ts-ignore: decorator
@inline
function member(doc: JsonDocument, name: StaticArray<u8>): i32 {
  return doc.member(0, pointer(name), name.length);
}

/** What `numericDate` answers when the claim is not there. */
const ABSENT: i32 = -1;

/** The status of a NumericDate claim (RFC 7519 §2), its value in `integerValue`; ABSENT if there is none. */
function numericDate(payload: JsonDocument, name: StaticArray<u8>): i32 {
  const token = member(payload, name);
  return token < 0 ? ABSENT : integerStatus(payload, token);
}

function absentOrString(payload: JsonDocument, name: StaticArray<u8>): bool {
  const token = member(payload, name);
  return token < 0 || payload.kind(token) == Kind.String;
}

/** `aud` is a string or a list of strings (RFC 7519 §4.1.3), if it is there. */
function isAudience(payload: JsonDocument, token: i32): bool {
  if (token < 0 || payload.kind(token) == Kind.String) return true;
  if (payload.kind(token) != Kind.Array) return false;
  for (let i = 0, at = token + 1, n = payload.count(token); i < n; i++, at = payload.next(at)) {
    if (payload.kind(at) != Kind.String) return false;
  }
  return true;
}
