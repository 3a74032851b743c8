// How far the Envoys of a Gateway are, from what all replicas know of them.
import type { GatewayStatus } from "../xds/server.js";
import { type Acks, shortVersion } from "./acks.js";
import { type Progress, PROGRAMMED } from "./programmed.js";

/**
 * @param wanted version of the newest snapshot
 * @param envoys those that are connected to us
 * @param peers what the other replicas say of theirs
 */
export function progressOf(
  wanted: string | undefined,
  envoys: GatewayStatus["envoys"],
  peers: readonly Acks[],
): Progress {
  const elsewhere = peers.flatMap((acks) => Object.keys(acks));
  if (envoys.length + elsewhere.length === 0)
    return { programmed: false, reason: "NoEnvoy", message: "no Envoy is connected", versions: [] };
  const behind = envoys.filter(({ acknowledged }) => acknowledged !== wanted);
  const late = elsewhere.filter((version) => version !== shortVersion(wanted));
  if (behind.length + late.length === 0) return PROGRAMMED;
  const versions = [...new Set([...behind.map(({ acknowledged }) => shortVersion(acknowledged)), ...late])];
  const refusal = behind.flatMap(({ refused }) => refused)[0];
  const why = refusal === undefined ? "has not acknowledged the newest configuration" : `refused ${refusal.name}`;
  const whose = behind[0] === undefined ? "an Envoy connected to another replica" : `Envoy ${behind[0].envoy}`;
  return { programmed: false, reason: "Pending", message: `${whose} ${why}`, versions };
}
