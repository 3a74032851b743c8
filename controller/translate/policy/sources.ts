// Where tokens are looked for, as both APIs say it, and what cannot work there.
import type { ProviderConfiguration, TokenSourceConfiguration } from "../snapshot.js";
import type { Refusal } from "../validator.js";

/** A header with a token, as both APIs have it. */
export function headerSource({ header, prefix }: { header: string; prefix?: string }): TokenSourceConfiguration {
  return { kind: "header", name: header.toLowerCase(), ...(prefix ? { prefix } : {}) };
}

/** A place that no request of a listener of ours can have a token in; null if there is none. */
export function unreachableSource({ tokenSources = [] }: ProviderConfiguration): Refusal | null {
  const index = tokenSources.findIndex(({ kind, name }) => kind === "header" && name.includes("_"));
  if (index < 0) return null;
  return {
    path: `tokenSources[${index}].name`,
    message: "headers with an underscore are removed from every request, so no token would be found",
  };
}

/**
 * Providers, with their paths, whose claims go to a header in which another of them looks for its tokens: what a client sends
 * there is removed before any token is looked for.
 */
export function writtenSources(providers: readonly (readonly [path: string, ProviderConfiguration])[]): string[] {
  const read = new Map<string, string>();
  for (const [path, { tokenSources = [] }] of providers) {
    for (const { kind, name } of tokenSources) if (kind === "header") read.set(name, path);
  }
  return providers.flatMap(([path, { claimsToHeaders = [] }]) =>
    claimsToHeaders.flatMap(({ header }, index) => {
      const reader = read.get(header);
      if (reader === undefined) return [];
      return [`${path}.claimsToHeaders[${index}].header: ${header} is where ${reader} has its tokens`];
    }),
  );
}
