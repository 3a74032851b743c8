/** What is wrong with one field of a resource. */
export interface Finding {
  /** The field in Kubernetes notation: spec.jwt.providers[0].jwks; "" is the whole resource. */
  path: string;
  /** One clear sentence; never a value of the resource, which may be a key. */
  message: string;
  /** Something is not there that should be, as in a copy that broke off. */
  incomplete?: true;
}

/** "spec.jwt: is required", as shown to people. */
export function describeFinding(finding: Finding): string {
  return finding.path === "" ? finding.message : `${finding.path}: ${finding.message}`;
}

/** The index of the HTTPRoute rule a finding is in; undefined if it concerns the route as a whole. */
export function ruleIndexOf(finding: Finding): number | undefined {
  const match = /^spec\.rules\[([0-9]+)\]/.exec(finding.path);
  return match === null ? undefined : Number(match[1]);
}

/** The path of a field or map entry of the object at `parent`; entries with unusual names are quoted. */
export function fieldPath(parent: string, name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return `${parent}[${JSON.stringify(name)}]`;
  return parent === "" ? name : `${parent}.${name}`;
}

/** The path of an element of the array at `parent`. */
export function itemPath(parent: string, index: number): string {
  return `${parent}[${index}]`;
}
