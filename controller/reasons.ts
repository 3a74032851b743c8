// Made from reasons.json by tools/generate-reasons.mjs; change that file and run `make generate`.

/** Every reason a request can be refused, with its HTTP status. */
export const REASONS = {
  jwt_missing: { status: 401, text: "Jwt is missing" },
  jwt_not_yet_valid: { status: 401, text: "Jwt not yet valid" },
  jwt_expired: { status: 401, text: "Jwt is expired" },
  jwt_bad_format: {
    status: 401,
    text: "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections",
  },
  jwt_too_large: {
    status: 401,
    text: "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections",
  },
  jwt_header_bad_base64: { status: 401, text: "Jwt header is an invalid Base64url encoded" },
  jwt_header_bad_json: { status: 401, text: "Jwt header is an invalid JSON" },
  jwt_header_bad_alg: { status: 401, text: "Jwt header [alg] field is required and must be a string" },
  jwt_header_alg_unsupported: { status: 401, text: "Jwt header [alg] is not supported" },
  jwt_header_bad_kid: { status: 401, text: "Jwt header [kid] field is not a string" },
  jwt_header_crit_unsupported: { status: 401, text: "Jwt header [crit] is not supported" },
  jwt_payload_bad_base64: { status: 401, text: "Jwt payload is an invalid Base64url encoded" },
  jwt_payload_bad_json: { status: 401, text: "Jwt payload is an invalid JSON" },
  jwt_iss_not_string: { status: 401, text: "Jwt payload [iss] field is not a string" },
  jwt_sub_not_string: { status: 401, text: "Jwt payload [sub] field is not a string" },
  jwt_iat_not_integer: { status: 401, text: "Jwt payload [iat] field is not an integer" },
  jwt_iat_out_of_range: { status: 401, text: "Jwt payload [iat] field is not a positive 64 bit integer" },
  jwt_nbf_not_integer: { status: 401, text: "Jwt payload [nbf] field is not an integer" },
  jwt_nbf_out_of_range: { status: 401, text: "Jwt payload [nbf] field is not a positive 64 bit integer" },
  jwt_exp_not_integer: { status: 401, text: "Jwt payload [exp] field is not an integer" },
  jwt_exp_out_of_range: { status: 401, text: "Jwt payload [exp] field is not a positive 64 bit integer" },
  jwt_jti_not_string: { status: 401, text: "Jwt payload [jti] field is not a string" },
  jwt_aud_not_string: { status: 401, text: "Jwt payload [aud] field is not a string or string list" },
  jwt_signature_bad_base64: { status: 401, text: "Jwt signature is an invalid Base64url encoded" },
  jwt_ed25519_signature_wrong_length: { status: 401, text: "Jwt ED25519 signature is wrong length" },
  jwt_unknown_issuer: { status: 401, text: "Jwt issuer is not configured" },
  jwt_audience_not_allowed: { status: 403, text: "Audiences in Jwt are not allowed" },
  jwt_verification_failed: { status: 401, text: "Jwt verification fails" },
  jwt_multiple_tokens: { status: 401, text: "Found multiple Jwt tokens" },
  jwks_kid_alg_mismatch: { status: 401, text: "Jwks doesn't have key to match kid or alg from Jwt" },
  jwks_fetch_failed: { status: 401, text: "Jwks remote fetch is failed" },
  rbac_denied: { status: 403, text: "RBAC: access denied" },
  policy_unknown: { status: 500, text: "Policy of the route is not known" },
  policy_unenforceable: { status: 500, text: "Policy of the route cannot be enforced" },
  host_failure: { status: 500, text: "Request cannot be judged" },
} as const;

export type ReasonCode = keyof typeof REASONS;
