// One filter with one provider and one policy, as the tests of the compiled module share it.
import { join } from "node:path";
import { expect } from "vitest";
import { packageRoot } from "../../controller/xds/package-root.js";
import { rsaKey } from "../support/tokens.js";
import { FilterHost, type Header, type Outcome } from "./host.js";

export const NOW = 1_900_000_000;
export const key = rsaKey("k1");
export const HEADER = { alg: "RS256", kid: "k1", typ: "JWT" };
export const CLAIMS = { iss: "issuer", sub: "alice", team: "dev", exp: NOW + 600, nbf: NOW - 600, iat: NOW - 600 };
/** A token that passes. */
export const GOOD = key.sign(CLAIMS, HEADER);

const CONFIGURATION = {
  version: 1,
  providers: {
    p: { issuer: "issuer", jwks: { keys: [key.jwk] }, claimsToHeaders: [{ claim: "team", header: "x-team" }] },
  },
  policies: {
    only: {
      checks: [
        {
          authentication: { providers: ["p"] },
          authorization: { policies: { dev: { principals: [{ claims: { team: "dev" } }] } } },
        },
      ],
    },
  },
  defaultPolicy: "only",
};

/** The compiled filter, judging by CONFIGURATION at NOW. */
export class Guard {
  readonly host: FilterHost;

  constructor() {
    this.host = FilterHost.load(join(packageRoot(), "build", "claimgate.wasm"));
    this.host.now = NOW;
    expect(this.host.configure(CONFIGURATION), this.host.log.join("\n")).toBe(true);
  }

  /** A GET with this `authorization` (null: none) and more headers. */
  ask(authorization: string | null, more: readonly Header[] = []): Outcome {
    const headers: Header[] = [
      [":authority", "localhost:8080"],
      [":path", "/get?a=1"],
      [":method", "GET"],
      [":scheme", "http"],
      ["user-agent", "test"],
      ...more,
    ];
    return this.host.request(authorization === null ? headers : [...headers, ["authorization", authorization]]);
  }

  /** A good token passes, is taken away, and its claim arrives. */
  expectAlive(): void {
    const { verdict, headers } = this.ask(`Bearer ${GOOD}`);
    expect(verdict).toBe("continue");
    expect(headers.filter(([name]) => name === "x-team" || name === "authorization")).toEqual([["x-team", "dev"]]);
  }
}
