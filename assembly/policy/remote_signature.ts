// Signatures of providers whose keys are fetched. What all workers know is read only where our own keys do not do.
import { nowMilliseconds } from "../host/clock";
import { RemoteJwks } from "../config/model";
import { demandFetch, mayArrive } from "../remote/demand";
import { KeySource } from "../remote/key_source";
import { expectKeys } from "./expectation";
import { Reason } from "./reasons";
import { judgeSignature } from "./signature";
import { Token } from "./token";

/** None, or why not; where waiting may help, the request expects keys then (expectation.ts). */
export function judgeRemoteSignature(remote: RemoteJwks | null, source: KeySource, token: Token): Reason {
  const now = nowMilliseconds();
  if (now == 0 || remote === null) return Reason.HostFailure;
  const known = source.isUsable(remote, now);
  if (!known) {
    if (!source.look()) return Reason.JwksFetchFailed;
    if (!source.isUsable(remote, now)) {
      if (mayArrive(source, now)) expectKeys(source, now);
      return Reason.JwksFetchFailed;
    }
  }
  const reason = judgeBy(source, token);
  if (!isOfUnknownKey(reason, token)) return reason;
  const version = source.version;
  if (known && !source.look()) return reason;
  if (source.version != version) {
    const renewed = judgeBy(source, token);
    if (!isOfUnknownKey(renewed, token)) return renewed;
  }
  if (demandFetch(source, now)) expectKeys(source, now);
  return reason;
}

function judgeBy(source: KeySource, token: Token): Reason {
  if (token.isVerifiedBy(source.keySetHigh, source.keySetLow)) return Reason.None;
  const fault = token.complete();
  if (fault != Reason.None) return fault;
  const reason = judgeSignature(source.keys, token);
  if (reason == Reason.None) token.setVerifiedBy(source.keySetHigh, source.keySetLow);
  return reason;
}

/** Newer keys may have signed it: no key has its name, or it has none and no key fits. */
function isOfUnknownKey(reason: Reason, token: Token): bool {
  return reason == Reason.JwksKidAlgMismatch || (reason == Reason.JwtVerificationFailed && token.kidLength == 0);
}
