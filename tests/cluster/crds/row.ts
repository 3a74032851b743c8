// What the tables of refusals have in common.
import { required } from "./causes.js";

/** [what, spec, the API server's causes]. */
export type Row = readonly [string, unknown, readonly string[]];

/** gateway-api apis/v1/shared_types.go. */
export const LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
export const SUBDOMAIN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
export const GROUP = `^$|${SUBDOMAIN}`;
export const KIND = "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$";
export const DURATION = "^([0-9]{1,5}(h|m|s|ms)){1,4}$";

export const NO_SPEC: Row = ["no spec", undefined, [required("spec")]];
