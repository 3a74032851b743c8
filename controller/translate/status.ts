// Conditions as Kubernetes has them. Times of transition are put in by whoever keeps statuses (status/), not by translation.

export const CONTROLLER_NAME = "claimgate.dev/gateway-controller";

export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason: string;
  message: string;
  observedGeneration?: number;
  lastTransitionTime?: string;
}

/** What is to stand in one resource's `status`. */
export interface ResourceStatus {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  status: Record<string, unknown>;
}

export function condition(
  type: string,
  holds: boolean,
  reason: string,
  message: string,
  generation: number | undefined,
): Condition {
  const base = { type, status: holds ? "True" : "False", reason, message } as const;
  return generation === undefined ? base : { ...base, observedGeneration: generation };
}
