// Leaves word of a failed authentication for access logs and later filters: Wasm cannot write dynamic metadata (envoy#15148), so
// it is the filter state `wasm.NAME.code` and `wasm.NAME.message`.
import { ascii, pointer } from "../host/literal";
import { setProperty } from "../host/properties";
import { Authentication, Provider } from "../config/model";
import { detailsOf, Reason, textOf } from "./reasons";

const PREFIX = ascii("claimgate_");

/** For each of the providers that asks for it; false if the host failed. */
export function leaveFailure(all: Provider[], by: Authentication, reason: Reason): bool {
  const providers = by.providers;
  for (let i = 0, n = providers.length; i < n; i++) {
    const status = unchecked(all[providers[i]]).failureStatus;
    if (status === null) continue;
    const details = detailsOf(reason);
    const text = textOf(reason);
    if (!setProperty(status.code, pointer(details) + PREFIX.length, details.length - PREFIX.length)) return false;
    if (!setProperty(status.message, pointer(text), text.length)) return false;
  }
  return true;
}
