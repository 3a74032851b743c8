// Groups of listeners that get the same requests, and the rows of the table that come from comparing them. `control` is a second
// native listener: native against native must come out as 1, or the run says nothing.
import { MANY_CLAIMS } from "./tokens.mjs";

/** A group's listeners, besides `bare`; `requests`: "same" token again and again, "new" tokens, or "none". */
const group = (name, alg, requests, listeners, rows, more = {}) => ({ name, alg, requests, listeners, rows, ...more });

/** A row: `over` and `of` are listeners whose overheads over bare are compared, `bar` the ratio not to be exceeded. */
const row = (name, of, over, bar) => ({ name, of, over, bar });

export const GROUPS = [
  group(
    "same",
    "RS256",
    "same",
    ["native", "native-cache", "control", "ours"],
    [
      row("same token again, native default", "ours", "native", 0.4),
      row("same token again, native with jwt_cache", "ours", "native-cache", 0.9),
    ],
  ),
  group(
    "new-rs256",
    "RS256",
    "new",
    ["native", "control", "ours", "ours-own-crypto"],
    [
      row("every request a new token, RS256", "ours", "native", 0.85),
      row("RS256 new tokens with our own crypto only", "ours-own-crypto", "native", 1.3),
    ],
  ),
  group(
    "new-es256",
    "ES256",
    "new",
    ["native", "control", "ours"],
    [row("every request a new token, ES256", "ours", "native", 1.0)],
  ),
  group(
    "new-eddsa",
    "EdDSA",
    "new",
    ["native", "control", "ours"],
    [row("every request a new token, EdDSA", "ours", "native", 4.0)],
  ),
  group("none", "RS256", "none", ["native", "control", "ours"], [row("no token (401)", "ours", "native", 1.0)]),
  group(
    "routes",
    "RS256",
    "same",
    ["ours", "bare-routes", "ours-routes"],
    [row("10,000 routes with policies, over our one-route overhead", "ours-routes", "ours", 1.3)],
    { routes: 10_000 },
  ),
  group(
    "big-same",
    "RS256",
    "same",
    ["native", "control", "ours"],
    [row("64 claims, 3 KB token, same token again", "ours", "native", 0.5)],
    { claims: MANY_CLAIMS },
  ),
  group(
    "big-new",
    "RS256",
    "new",
    ["native", "control", "ours"],
    [row("64 claims, 3 KB token, every request a new one", "ours", "native", 1.0)],
    { claims: MANY_CLAIMS },
  ),
];

/** What a listener is compared with: bare with the same routes. */
export const baseOf = (listener) => (listener === "ours-routes" ? "bare-routes" : "bare");
