// Plugin configurations: the guides' policy, and many of it that differ in everything but the keys' length.

const provider = (jwk, i) => ({
  issuer: i === 0 ? "solo.io" : `https://idp-${i}.example.com`,
  jwks: { keys: [jwk] },
  claimsToHeaders: [
    { claim: "team", header: "x-team" },
    { claim: "org", header: "x-org" },
  ],
});

const policy = (i, providers) => ({
  checks: [
    {
      authentication: { providers: [`p${i % providers}`] },
      authorization: {
        policies: {
          v: { principals: [{ claims: { team: i === 0 ? "de." : `de.|team-${i}` }, matcher: "REGEX_MATCH" }] },
        },
      },
    },
  ],
});

const named = (prefix, count, make) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, make(i)]));

/** A configuration with so many policies, each with a regular expression of its own, and providers. */
export function configurationOf(jwks, { policies, providers }) {
  return {
    version: 1,
    providers: named("p", providers, (i) => provider(jwks.keys[0], i)),
    policies: named("h", policies, (i) => policy(i, providers)),
    defaultPolicy: "h0",
    removeUnderscoreVariants: false,
  };
}

export const GUIDE = { policies: 1, providers: 1 };
export const MANY = { policies: 10_000, providers: 1000 };
