// What a policy names as its targets. A policy that failed validation still closes what it names, so it is read as kindly as it
// can be: a misspelt `targetRefs` must not open a route.
import { closest } from "../../api/closest.js";
import { isObject } from "../../api/defaults.js";
import type { KubernetesObject, PolicyTargetReference } from "../../api/types.js";
import { Kept } from "../kept.js";
import { append, GATEWAY_GROUP, namespaceOf, type ResourceIndex, type RoutingResources } from "../resources.js";

const TARGET_FIELDS = ["targetRefs", "targetSelectors"];
const KINDS = ["Gateway", "HTTPRoute"] as const;

/** Objects that selectors choose from, by "Kind NAMESPACE". */
export type Selectable = ReadonlyMap<string, readonly KubernetesObject[]>;

/** The resources that can be selected; built once per translation. */
export function selectable({ resources }: ResourceIndex): Selectable {
  return kept.get(resources.httpRoutes, [resources.gateways], () => byNamespaceIn(resources));
}

const kept = new Kept<object, Selectable>();

function byNamespaceIn(resources: Pick<RoutingResources, "gateways" | "httpRoutes">): Selectable {
  const byNamespace = new Map<string, KubernetesObject[]>();
  for (const object of [...resources.gateways, ...resources.httpRoutes]) {
    append(byNamespace, `${object.kind} ${namespaceOf(object)}`, object);
  }
  return byNamespace;
}

/**
 * What targetRefs and targetSelectors of a policy come to.
 * @param sound whether validation found no fault; if it did, single references, misspelt fields and selectors without
 *   readable labels count as well
 */
export function targetRefsOf(object: KubernetesObject, sound: boolean, objects: Selectable): PolicyTargetReference[] {
  const { spec } = object as KubernetesObject & { spec?: unknown };
  if (!isObject(spec)) return [];
  const fields = Object.keys(spec).filter((field) =>
    sound ? TARGET_FIELDS.includes(field) : /^targets?(?:ref|sel|$)/i.test(field) || closest(field, TARGET_FIELDS),
  );
  return fields.flatMap((field) => {
    const items: unknown[] = Array.isArray(spec[field]) ? spec[field] : [spec[field]];
    return items.flatMap((item) => {
      if (!isObject(item)) return [];
      const reference = referenceOf(item);
      return reference === undefined ? selected(item, namespaceOf(object), sound, objects) : [reference];
    });
  });
}

function referenceOf({ group, kind, name, namespace, sectionName }: Record<string, unknown>) {
  if (typeof kind !== "string" || typeof name !== "string") return undefined;
  return {
    group: typeof group === "string" ? group : GATEWAY_GROUP,
    kind,
    name,
    ...(typeof namespace === "string" ? { namespace } : {}),
    ...(typeof sectionName === "string" ? { sectionName } : {}),
  };
}

/** What one selector chooses in a namespace: everything of its kind if it cannot be told by which labels. */
function selected(
  { group = GATEWAY_GROUP, kind, matchLabels, sectionName }: Record<string, unknown>,
  namespace: string,
  sound: boolean,
  objects: Selectable,
): PolicyTargetReference[] {
  if (group !== GATEWAY_GROUP || (sound && !isObject(matchLabels))) return [];
  const wanted = Object.entries(isObject(matchLabels) ? matchLabels : {});
  return KINDS.filter((known) => known === kind).flatMap((known) =>
    (objects.get(`${known} ${namespace}`) ?? [])
      .filter(({ metadata }) => wanted.every(([label, value]) => metadata.labels?.[label] === value))
      .map(({ metadata }) => ({
        group: GATEWAY_GROUP,
        kind: known,
        name: metadata.name,
        ...(typeof sectionName === "string" ? { sectionName } : {}),
      })),
  );
}
