// Examples of remote keys, good and bad, for the test of the schema.
const top = (members: object) => ({ version: 1, policies: { a: { checks: [] } }, defaultPolicy: "a", ...members });
const remoteJwks = { cluster: "c", authority: "idp.example.com", path: "/" };
const remoteWith = (members: object) => top({ providers: { p: { remoteJwks, ...members } } });
const remote = (members: object) => remoteWith({ remoteJwks: { ...remoteJwks, ...members } });
const without = (name: string) => remote({ [name]: undefined });

export const REMOTE_EXAMPLES: [string, () => unknown][] = [
  [
    "remote keys",
    () =>
      remote({
        path: "/jwks.json?a=1&b=%20",
        authority: "[2001:db8::1]:8443",
        scheme: "http",
        timeoutMs: 60_000,
        cacheDurationMs: 1,
        staleIfErrorMs: 0,
        failedRefetchMs: 3_600_000,
        retries: 10,
        retryBaseMs: 1,
        retryMaxMs: 600_000,
      }),
  ],
  ["remote keys by default, and reports of them", () => ({ ...remote({}), keyHealth: { cluster: "xds" } })],
];

/** Each with the part of the filter's message that names the field. */
export const REMOTE_COUNTER_EXAMPLES: [string, unknown][] = [
  ["providers.p.remoteJwks", remoteWith({ jwks: { keys: [] } })],
  ["providers.p.remoteJwks", top({ providers: { p: { remoteJwks: [] } } })],
  ["unknown field", remote({ url: "https://idp.example.com/" })],
  ["providers.p.remoteJwks.cluster", without("cluster")],
  ["providers.p.remoteJwks.cluster", remote({ cluster: "" })],
  ["providers.p.remoteJwks.cluster", remote({ cluster: 1 })],
  ["providers.p.remoteJwks.cluster", remote({ cluster: "c".repeat(1025) })],
  ["providers.p.remoteJwks.authority", without("authority")],
  ["providers.p.remoteJwks.authority", remote({ authority: 1 })],
  ["providers.p.remoteJwks.authority", remote({ authority: "" })],
  ["providers.p.remoteJwks.authority", remote({ authority: "user:secret@idp.example.com" })],
  ["providers.p.remoteJwks.authority", remote({ authority: "idp.example.com\r\nx: y" })],
  ["providers.p.remoteJwks.path", without("path")],
  ["providers.p.remoteJwks.path", remote({ path: 1 })],
  ["providers.p.remoteJwks.path", remote({ path: "jwks.json" })],
  ["providers.p.remoteJwks.path", remote({ path: "/jwks.json#keys" })],
  ["providers.p.remoteJwks.path", remote({ path: "/jwks json" })],
  ["providers.p.remoteJwks.path", remote({ path: `/${"x".repeat(2048)}` })],
  ["providers.p.remoteJwks.scheme", remote({ scheme: "ftp" })],
  ...(
    [
      ["timeoutMs", 1, 60_000],
      ["cacheDurationMs", 1, 2_592_000_000],
      ["staleIfErrorMs", 0, 2_592_000_000],
      ["failedRefetchMs", 1, 3_600_000],
      ["retries", 0, 10],
      ["retryBaseMs", 1, 60_000],
      ["retryMaxMs", 1, 600_000],
    ] as const
  ).flatMap(([name, least, most]) =>
    [least - 1, most + 1, "1", least + 0.5].map((value): [string, unknown] => [
      `providers.p.remoteJwks.${name}`,
      remote({ [name]: value }),
    ]),
  ),
  ["keyHealth", top({ keyHealth: "xds" })],
  ["keyHealth.cluster", top({ keyHealth: {} })],
  ["keyHealth.cluster", top({ keyHealth: { cluster: "" } })],
  ["unknown field", top({ keyHealth: { cluster: "xds", path: "/" } })],
];
