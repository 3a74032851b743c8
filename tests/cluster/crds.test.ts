// The schemas of our CRDs in a real API server: what they refuse and in which words, and what they let in.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../../controller/api/kinds.js";
import type { Schema } from "../../controller/api/schema/schema.js";
import { validate, withDefaults } from "../../controller/api/validate.js";
import { Cluster } from "../support/cluster.js";
import { installCrds } from "../support/cluster/crds.js";
import { rest } from "../support/cluster/rest.js";
import type { Status } from "../support/cluster/rest.js";
import { ACCEPTED } from "./crds/accepted.js";
import { fieldOf, innermost, UNCHECKED, wordsOf } from "./crds/causes.js";
import { limitOf, limitsOf, rulesOf } from "./crds/coverage.js";
import { API_VERSIONS, collection, policyObject, provider, remoteProvider } from "./crds/policies.js";
import type { PolicyKind, PolicyObject } from "./crds/policies.js";
import { REFUSED } from "./crds/refused.js";

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start();
  await installCrds(cluster);
});
afterAll(() => cluster?.stop());

/** What the API server would say to a new object. */
async function dryRun<T>(object: PolicyObject): Promise<{ code: number; body: T }> {
  return rest<T>(cluster.kubeconfig, "POST", `${collection(object.kind)}?dryRun=All&fieldValidation=Strict`, object);
}

function causesOf(status: Status): string[] {
  const causes = status.details?.causes ?? [];
  return causes
    .filter(({ message }) => !message.includes(UNCHECKED))
    .map(({ field, message }) => `${field}: ${message}`);
}

function fieldsOf(lines: readonly string[]): string[] {
  return [...new Set(innermost(lines).map(fieldOf))].sort();
}

/** What file mode finds wrong with the same object; policies without effect are none of the schema's business. */
function findingsOf(object: PolicyObject): string[] {
  return validate(object)
    .filter(({ message }) => !/would enforce nothing|names no provider/.test(message))
    .map(({ path, message }) => `${path}: ${message}`);
}

const KINDS_OF_POLICIES = Object.keys(REFUSED) as PolicyKind[];

function specOf(kind: PolicyKind): Schema {
  return KINDS.find((info) => info.kind === kind)!.schema.properties!["spec"]!;
}

describe.each(KINDS_OF_POLICIES)("%s", (kind) => {
  const rules = rulesOf(specOf(kind));
  const brokenIn = (lines: readonly string[]): string[] =>
    innermost(lines)
      .filter((line) => rules.has(wordsOf(line)))
      .map((line) => `${fieldOf(line)}: ${wordsOf(line)}`)
      .sort();

  it.each(REFUSED[kind])("refuses %s, as file mode does", async (_, spec, expected) => {
    const object = policyObject(kind, spec);
    const { code, body } = await dryRun<Status>(object);
    expect({ code, causes: causesOf(body).sort() }).toEqual({ code: 422, causes: [...expected].sort() });
    expect(fieldsOf(findingsOf(object))).toEqual(fieldsOf(expected));
    expect(brokenIn(findingsOf(object))).toEqual(brokenIn(expected));
  });

  it.each(ACCEPTED[kind])("accepts %s, as file mode does, with the same defaults", async (_, spec) => {
    const object = policyObject(kind, spec);
    const { code, body } = await dryRun<PolicyObject>(object);
    expect({ code, spec: body.spec }).toEqual({ code: 201, spec: withDefaults(object).spec });
    expect(findingsOf(object)).toEqual([]);
  });

  it("has no rule that no refusal is about", () => {
    const tested = new Set(REFUSED[kind].flatMap(([, , causes]) => causes.map(limitOf)));
    // Gloo's kinds have no limits upstream; of kgateway's every one counts.
    const counts = (limit: string) => API_VERSIONS[kind].includes("kgateway") || rules.has(wordsOf(limit));
    const limits = limitsOf(specOf(kind), "spec").filter(counts);
    expect(limits.length).toBeGreaterThan(2);
    expect(limits.filter((limit) => !tested.has(limit))).toEqual([]);
  });
});

it.each<[PolicyKind, unknown, unknown]>([
  [
    "GatewayExtension",
    remoteProvider({ backendRef: { name: "idp", port: 443 } }),
    remoteProvider({ backendRef: { group: "", kind: "Service", name: "idp", port: 443 } }),
  ],
  [
    "GatewayExtension",
    provider({ jwks: { local: { configMapRef: {} } } }),
    provider({ jwks: { local: { configMapRef: { name: "" } } } }),
  ],
  [
    "TrafficPolicy",
    { rbac: { policy: { matchExpressions: ["true"] } } },
    { rbac: { policy: { matchExpressions: ["true"] }, action: "Allow" } },
  ],
])("fills in upstream's defaults of a %s", async (kind, spec, filled) => {
  expect((await dryRun<PolicyObject>(policyObject(kind, spec))).body.spec).toEqual(filled);
});
