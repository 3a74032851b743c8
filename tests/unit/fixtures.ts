// What the specs of config and policy share: a key set, tokens, and configurations around a part that matters.

/** A public RSA-2048 key with a leading zero byte in `n`, as in the kgateway and Gloo guides. */
export const RSA_N: string =
  "AOfIaJMUm7564sWWNHaXt_hS8H0O1Ew59-nRqruMQosfQqa7tWne5lL3m9sMAkfa3Twx0LMN_7QqRDoztvV3Wa_JwbMzb9afWE-IfKIuDqkvog6s-xGIFNhtDGBTuL8YAQYtwCF7l49SMv-GqyLe-nO9yJW-6wIGoOqImZrCxjxXFzF6mTMOBpIODFj0LUZ54QQuDcD1Nue2LMLsUvGa7V1ZHsYuGvUqzvXFBXMmMS2OzGir9ckpUhrUeHDCGFpEM4IQnu-9U8TbAJxKE5Zp8Nikefr2ISIG2Hk1K2rBAc_HwoPeWAcAWUAR5tWHAxx-UXClSZQ9TMFK850gQGenUp8";

/** A key set of one RS256 key. */
export function jwks(kid: string = "k1"): string {
  return '{"keys":[{"kty":"RSA","alg":"RS256","e":"AQAB","kid":"' + kid + '","n":"' + RSA_N + '"}]}';
}

/** The header of a token that the key of `jwks()` may have signed. */
export const HEADER: string = '{"alg":"RS256","kid":"k1"}';

/** Results of verify_signature (Envoy's VerifySignatureResult): `result: true`, and an empty message, which means false. */
export const SIGNED: string = "\x08\x01";
export const NOT_SIGNED: string = "";

const ALPHABET: string = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** base64url without padding (RFC 7515 §2) of the text's UTF-8. */
export function base64url(text: string): string {
  const bytes = Uint8Array.wrap(String.UTF8.encode(text));
  let encoded = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group =
      ((<u32>bytes[i]) << 16) | (left > 1 ? (<u32>bytes[i + 1]) << 8 : 0) | (left > 2 ? <u32>bytes[i + 2] : 0);
    for (let j = 0; j < min(left, 3) + 1; j++) encoded += ALPHABET.charAt((group >> (18 - 6 * j)) & 63);
  }
  return encoded;
}

/** A compact JWS with a signature of 256 zero bytes; whether that counts is the mock host's word. */
export function tokenOf(header: string, payload: string): string {
  return base64url(header) + "." + base64url(payload) + "." + "A".repeat(342);
}

/** A configuration of one provider `p` (its own members in `provider`) and one policy `only`, which is the default. */
export function configuration(policy: string, provider: string = "", rest: string = ""): string {
  return (
    '{"version":1,"providers":{"p":{"jwks":' +
    jwks() +
    (provider.length > 0 ? "," : "") +
    provider +
    "}}," +
    '"policies":{"only":' +
    policy +
    '},"defaultPolicy":"only"' +
    (rest.length > 0 ? "," : "") +
    rest +
    "}"
  );
}

/** A policy of one check that accepts tokens of `p`. */
export const AUTHENTICATED: string = '{"checks":[{"authentication":{"providers":["p"]}}]}';

/** The same, with authorization by these principals. */
export function authorized(principals: string, more: string = ""): string {
  return (
    '{"checks":[{"authentication":{"providers":["p"]},"authorization":{"policies":{"a":{"principals":[' +
    principals +
    "]" +
    (more.length > 0 ? "," : "") +
    more +
    "}}}}]}"
  );
}
