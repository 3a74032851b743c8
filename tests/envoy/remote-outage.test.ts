// An identity provider that is down while requests come: no good token is refused, and it is not asked more often for that. TIME=seconds.
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { type Behaviour, Idp } from "../support/idp.js";
import { remoteConfiguration, startRemoteEnvoy } from "../support/remote-envoy.js";
import { SteadyLoad } from "../support/steady-load.js";
import { waitFor } from "../support/wait.js";

const SECONDS = Number(process.env["TIME"] || 30);
const OUTAGES: Behaviour[] = [
  { kind: "answer", status: 503 },
  { kind: "stall" },
  { kind: "reset" },
  { kind: "answer", status: 200, body: '{"keys":[]}' },
  { kind: "answer", status: 200, body: "<html>" },
];

it(`${SECONDS} seconds without an identity provider`, { timeout: (SECONDS + 120) * 1000 }, async () => {
  const idp = await Idp.start();
  const times = { cacheDurationMs: 2_000, failedRefetchMs: 500, timeoutMs: 1_000 };
  const { envoy, port, stop } = await startRemoteEnvoy(idp, remoteConfiguration(times));
  try {
    await waitFor("keys", () => idp.requests[0]);
    const headers = { authorization: `Bearer ${idp.token()}` };
    const load = await SteadyLoad.start(port, [{ kind: "good", path: "/", headers }], 50);
    const before = idp.requests.length;
    for (const behaviour of OUTAGES) {
      idp.behaviour = behaviour;
      await delay((SECONDS * 1000) / OUTAGES.length);
    }
    // 250 ms at least, then twice as long each time, up to half a minute at least.
    expect(idp.requests.length - before).toBeLessThan(12 + SECONDS / 30);
    expect(idp.requests.length).toBeGreaterThan(before + 2);
    expect(envoy.log().match(/keys cannot be fetched/g)).toHaveLength(1);
    // It comes back with another key, whose first token has the set fetched.
    idp.behaviour = { kind: "serve" };
    const rotated = { authorization: `Bearer ${idp.token({}, idp.rotate(true))}` };
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: rotated });
    expect([answer.status, await answer.text()]).toEqual([200, "received 0"]);
    await load.stop();
    expect(load.answers.length).toBeGreaterThan(SECONDS * 25);
    expect(load.answers.filter(({ status }) => status !== 200)).toEqual([]);
  } finally {
    await stop();
    await idp.stop();
  }
});
