import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { Random } from "../../tests/support/random.js";
import { FilterValidator } from "../filter/validator.js";
import { packageRoot } from "../xds/package-root.js";
import { policyHash } from "./policy/compose.js";
import type { PluginConfiguration, PolicyConfiguration, ProviderConfiguration } from "./snapshot.js";
import { transition } from "./transition.js";

let validator: FilterValidator;
beforeAll(() => {
  validator = new FilterValidator(join(packageRoot(), "build", "claimgate.wasm"));
});

/** What an Envoy that holds a generation's route table has, and how it is to be judged. */
interface Generation {
  /** Policy by route name, the name of requests without a route among them. */
  routes: Map<string, PolicyConfiguration>;
  configuration: PluginConfiguration;
}

const NAMES = ["a", "b", "c", "d"];
const KEY = {
  kty: "RSA",
  kid: "k",
  e: "AQAB",
  n: Buffer.alloc(256, 0xc3).toString("base64url"),
};

function randomPolicy(random: Random, providers: Record<string, ProviderConfiguration>): PolicyConfiguration {
  if (random.below(4) === 0) return { checks: [] };
  if (random.below(6) === 0) return { unenforceable: `reason ${random.below(3)}` };
  const name = random.pick(NAMES);
  // Each generation has its own idea of a provider: an issuer changes, a header is added.
  providers[name] ??= {
    jwks: { keys: [KEY] },
    issuer: `issuer ${random.below(2)}`,
    ...(random.below(2) === 0 && { claimsToHeaders: [{ claim: "team", header: `x-${name}` }] }),
  };
  const team = random.below(3);
  const authorization = { policies: { p: { principals: [{ claims: { team: `${team}` } }] } } };
  return { checks: [{ authentication: { providers: [name] }, ...(team > 0 && { authorization }) }] };
}

function randomGeneration(random: Random): Generation {
  const providers: Record<string, ProviderConfiguration> = {};
  const routes = new Map<string, PolicyConfiguration>();
  const policies: Record<string, PolicyConfiguration> = {};
  const add = (name: string, policy: PolicyConfiguration): string => {
    const hash = policyHash(policy);
    policies[hash] = policy;
    routes.set(`${name}#${hash}`, policy);
    return hash;
  };
  const common = randomPolicy(random, providers);
  const defaultPolicy = add("claimgate/not-found", common);
  // Often one policy for all: then the route's name is not read.
  const uniform = random.below(3) === 0;
  for (let i = random.below(5); i > 0; i--) {
    const name = `httproute/default/${random.pick(NAMES)}/${random.below(2)}/0`;
    add(name, uniform ? common : randomPolicy(random, providers));
  }
  const headers = Object.values(providers).flatMap(({ claimsToHeaders = [] }) => claimsToHeaders);
  return {
    routes,
    configuration: {
      version: 1,
      identityHeaders: headers.map(({ header }) => header),
      providers,
      policies,
      defaultPolicy,
      policyFromRouteName: Object.keys(policies).some((hash) => hash !== defaultPolicy),
    },
  };
}

/** As the schema says: the part behind the last #, if route names are read; undefined answers 500. */
function judge(configuration: PluginConfiguration, routeName: string): PolicyConfiguration | undefined {
  const name = routeName.slice(routeName.lastIndexOf("#") + 1);
  return configuration.policies[configuration.policyFromRouteName === true ? name : configuration.defaultPolicy];
}

test("every route name of every generation finds its own policy, in whatever order they follow one another", () => {
  const random = new Random(7);
  for (let run = 0; run < 400; run++) {
    const generations = Array.from({ length: 1 + random.below(4) }, () => randomGeneration(random));
    const next = random.pick(generations);
    const configuration = transition(
      generations.map((generation) => generation.configuration),
      next.configuration,
    );
    for (const { routes, configuration: own } of generations) {
      for (const [name, policy] of routes) expect(judge(configuration, name), `run ${run}: ${name}`).toEqual(policy);
      for (const header of own.identityHeaders ?? []) expect(configuration.identityHeaders).toContain(header);
    }
    // A request without a route is judged by what is in force now, by the providers that are in force now.
    expect(configuration.policies[configuration.defaultPolicy]).toEqual(
      next.configuration.policies[next.configuration.defaultPolicy],
    );
    expect(configuration.providers).toMatchObject(next.configuration.providers ?? {});
    // No policy is left without one of its providers.
    expect(validator.configuration(configuration)).toBeNull();
  }
});

test("with nothing older, and with itself, it is the next configuration and nothing else", () => {
  const { configuration } = randomGeneration(new Random(1));
  expect(transition([], configuration)).toBe(configuration);
  expect(transition([configuration], configuration)).toBe(configuration);
});

test("a policy that could not be enforced is closed in every generation that names it so", () => {
  const open = { checks: [] };
  const hash = policyHash(open);
  const sound: PluginConfiguration = { version: 1, policies: { [hash]: open }, defaultPolicy: hash };
  const closed: PluginConfiguration = { ...sound, policies: { [hash]: { unenforceable: "refused" } } };
  expect(transition([sound], closed).policies[hash]).toEqual({ unenforceable: "refused" });
});
