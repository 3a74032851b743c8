// Kubernetes label selectors (apimachinery, LabelSelectorAsSelector).
import type { LabelSelector } from "../../api/types.js";

/**
 * Whether labels satisfy every term of a selector. An empty selector selects everything, an absent one nothing; so does
 * one with an operator this version does not know.
 */
export function selects(selector: LabelSelector | undefined, labels: Readonly<Record<string, string>>): boolean {
  if (selector === undefined) return false;
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return (
    equal &&
    (selector.matchExpressions ?? []).every(({ key, operator, values }) => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
      switch (operator) {
        case "In":
          return value !== undefined && (values ?? []).includes(value);
        case "NotIn":
          return value === undefined || !(values ?? []).includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return false;
      }
    })
  );
}
