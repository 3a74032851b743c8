// Made from reasons.json by tools/generate-reasons.mjs; change that file and run `make generate`.
import { ascii } from "../host/literal";

/** Why a request is refused. */
export const enum Reason {
  None,
  JwtMissing,
  JwtNotYetValid,
  JwtExpired,
  JwtBadFormat,
  JwtTooLarge,
  JwtHeaderBadBase64,
  JwtHeaderBadJson,
  JwtHeaderBadAlg,
  JwtHeaderAlgUnsupported,
  JwtHeaderBadKid,
  JwtHeaderCritUnsupported,
  JwtPayloadBadBase64,
  JwtPayloadBadJson,
  JwtIssNotString,
  JwtSubNotString,
  JwtIatNotInteger,
  JwtIatOutOfRange,
  JwtNbfNotInteger,
  JwtNbfOutOfRange,
  JwtExpNotInteger,
  JwtExpOutOfRange,
  JwtJtiNotString,
  JwtAudNotString,
  JwtSignatureBadBase64,
  JwtEd25519SignatureWrongLength,
  JwtUnknownIssuer,
  JwtAudienceNotAllowed,
  JwtVerificationFailed,
  JwtMultipleTokens,
  JwksKidAlgMismatch,
  JwksFetchFailed,
  RbacDenied,
  PolicyUnknown,
  PolicyUnenforceable,
  HostFailure,
}

const STATUS: StaticArray<u16> = [
  200, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401,
  401, 401, 401, 401, 403, 401, 401, 401, 401, 403, 500, 500, 500,
];

const DETAILS: StaticArray<StaticArray<u8>> = [
  ascii(""),
  ascii("claimgate_jwt_missing"),
  ascii("claimgate_jwt_not_yet_valid"),
  ascii("claimgate_jwt_expired"),
  ascii("claimgate_jwt_bad_format"),
  ascii("claimgate_jwt_too_large"),
  ascii("claimgate_jwt_header_bad_base64"),
  ascii("claimgate_jwt_header_bad_json"),
  ascii("claimgate_jwt_header_bad_alg"),
  ascii("claimgate_jwt_header_alg_unsupported"),
  ascii("claimgate_jwt_header_bad_kid"),
  ascii("claimgate_jwt_header_crit_unsupported"),
  ascii("claimgate_jwt_payload_bad_base64"),
  ascii("claimgate_jwt_payload_bad_json"),
  ascii("claimgate_jwt_iss_not_string"),
  ascii("claimgate_jwt_sub_not_string"),
  ascii("claimgate_jwt_iat_not_integer"),
  ascii("claimgate_jwt_iat_out_of_range"),
  ascii("claimgate_jwt_nbf_not_integer"),
  ascii("claimgate_jwt_nbf_out_of_range"),
  ascii("claimgate_jwt_exp_not_integer"),
  ascii("claimgate_jwt_exp_out_of_range"),
  ascii("claimgate_jwt_jti_not_string"),
  ascii("claimgate_jwt_aud_not_string"),
  ascii("claimgate_jwt_signature_bad_base64"),
  ascii("claimgate_jwt_ed25519_signature_wrong_length"),
  ascii("claimgate_jwt_unknown_issuer"),
  ascii("claimgate_jwt_audience_not_allowed"),
  ascii("claimgate_jwt_verification_failed"),
  ascii("claimgate_jwt_multiple_tokens"),
  ascii("claimgate_jwks_kid_alg_mismatch"),
  ascii("claimgate_jwks_fetch_failed"),
  ascii("claimgate_rbac_denied"),
  ascii("claimgate_policy_unknown"),
  ascii("claimgate_policy_unenforceable"),
  ascii("claimgate_host_failure"),
];

const TEXT: StaticArray<StaticArray<u8>> = [
  ascii(""),
  ascii("Jwt is missing"),
  ascii("Jwt not yet valid"),
  ascii("Jwt is expired"),
  ascii("Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"),
  ascii("Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"),
  ascii("Jwt header is an invalid Base64url encoded"),
  ascii("Jwt header is an invalid JSON"),
  ascii("Jwt header [alg] field is required and must be a string"),
  ascii("Jwt header [alg] is not supported"),
  ascii("Jwt header [kid] field is not a string"),
  ascii("Jwt header [crit] is not supported"),
  ascii("Jwt payload is an invalid Base64url encoded"),
  ascii("Jwt payload is an invalid JSON"),
  ascii("Jwt payload [iss] field is not a string"),
  ascii("Jwt payload [sub] field is not a string"),
  ascii("Jwt payload [iat] field is not an integer"),
  ascii("Jwt payload [iat] field is not a positive 64 bit integer"),
  ascii("Jwt payload [nbf] field is not an integer"),
  ascii("Jwt payload [nbf] field is not a positive 64 bit integer"),
  ascii("Jwt payload [exp] field is not an integer"),
  ascii("Jwt payload [exp] field is not a positive 64 bit integer"),
  ascii("Jwt payload [jti] field is not a string"),
  ascii("Jwt payload [aud] field is not a string or string list"),
  ascii("Jwt signature is an invalid Base64url encoded"),
  ascii("Jwt ED25519 signature is wrong length"),
  ascii("Jwt issuer is not configured"),
  ascii("Audiences in Jwt are not allowed"),
  ascii("Jwt verification fails"),
  ascii("Found multiple Jwt tokens"),
  ascii("Jwks doesn't have key to match kid or alg from Jwt"),
  ascii("Jwks remote fetch is failed"),
  ascii("RBAC: access denied"),
  ascii("Policy of the route is not known"),
  ascii("Policy of the route cannot be enforced"),
  ascii("Request cannot be judged"),
];

/** HTTP status of the reply. */
export function statusOf(reason: Reason): u32 {
  return unchecked(STATUS[reason]);
}

/** Response code details of the reply, `claimgate_` and the reason's code. */
export function detailsOf(reason: Reason): StaticArray<u8> {
  return unchecked(DETAILS[reason]);
}

/** Body of the reply: Envoy's status string where Envoy has one (source/common/jwt/status.cc). */
export function textOf(reason: Reason): StaticArray<u8> {
  return unchecked(TEXT[reason]);
}
