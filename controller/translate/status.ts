/** What is to stand in one resource's `status`. Times of transition are put in by whoever keeps statuses, not by translation. */
export interface ResourceStatus {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  status: Record<string, unknown>;
}

export { condition, CONTROLLER_NAME, type Condition } from "./routing/status.js";
