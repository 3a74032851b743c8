// GatewayClasses: made if absent, and accepted if they are ours (Gateway API, GatewayClass.spec.controllerName).
import type { KubeClient } from "../kube/client.js";
import { ApiError, reasonOf } from "../kube/errors.js";
import { apiPath, type StoredObject } from "../kube/objects.js";
import { type Backoff, backoff, sleep } from "../kube/wait.js";
import { condition, CONTROLLER_NAME, type ResourceStatus } from "../translate/status.js";

const CLASSES = { apiVersion: "gateway.networking.k8s.io/v1", plural: "gatewayclasses" } as const;

function isOurs(object: StoredObject): boolean {
  return (object["spec"] as { controllerName?: unknown } | undefined)?.controllerName === CONTROLLER_NAME;
}

/** The status of every class that names our controller and is one of `names`. */
export function classStatuses(classes: readonly StoredObject[], names: readonly string[]): ResourceStatus[] {
  return classes
    .filter((object) => names.includes(object.metadata.name) && isOurs(object))
    .map(({ apiVersion, kind, metadata: { name, generation } }) => {
      const accepted = condition("Accepted", true, "Accepted", "claimgate serves Gateways of this class", generation);
      return { apiVersion, kind, namespace: "", name, status: { conditions: [accepted] } };
    });
}

/** A line for each of the names whose class belongs to another controller. */
export function foreignClasses(classes: readonly StoredObject[], names: readonly string[]): string[] {
  return classes
    .filter((object) => names.includes(object.metadata.name) && !isOurs(object))
    .map(({ metadata }) => `GatewayClass ${metadata.name} names another controller than ${CONTROLLER_NAME}`);
}

export interface MakeClassesOptions {
  client: KubeClient;
  names: readonly string[];
  onNotice: (line: string) => void;
  /** Ends the attempts. */
  signal: AbortSignal;
  backoff?: Backoff;
}

/** Makes the classes that are absent; one that is there is left as it is. Tries until it has worked; never rejects. */
export async function makeClasses(options: MakeClassesOptions): Promise<void> {
  const { client, names, onNotice, signal } = options;
  for (const name of names) {
    const object = {
      apiVersion: CLASSES.apiVersion,
      kind: "GatewayClass",
      metadata: { name },
      spec: { controllerName: CONTROLLER_NAME, description: "Gateways whose Envoys check JWTs with claimgate" },
    };
    for (let failures = 0; !signal.aborted;) {
      try {
        await client.request({ path: apiPath(CLASSES, { name }), signal }).catch((error: unknown) => {
          if (!(error instanceof ApiError && error.status === 404)) throw error;
          return client.request({ method: "POST", path: apiPath(CLASSES), body: object, signal });
        });
        break;
      } catch (error) {
        if (error instanceof ApiError && error.status === 409) break;
        // Absent CRDs are the source's to report.
        const silent = signal.aborted || (error instanceof ApiError && error.status === 404);
        if (!silent && failures === 0) onNotice(`GatewayClass ${name} could not be made: ${reasonOf(error)}`);
        await sleep(backoff(options.backoff ?? { firstMs: 1000, lastMs: 10_000 }, ++failures), signal);
      }
    }
  }
}
