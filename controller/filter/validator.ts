// Asks the filter about configuration piece by piece, so that a refusal can be laid at the door of the resource it came from.
import { createHash } from "node:crypto";
import { canonicalJson } from "../translate/canonical.js";
import { digestOf, textOf } from "../translate/configuration.js";
import type { AuthorizationConfiguration, PluginConfiguration, ProviderConfiguration } from "../translate/snapshot.js";
import type { Refusal, Validator } from "../translate/validator.js";
import { CAPABILITIES } from "../xds/capabilities.js";
import { assertCapabilities } from "./capabilities.js";
import { FilterVm, loadFilter } from "./host.js";

/** Answers are kept, so that a change among thousands of policies asks only about what changed; beyond this many, all are forgotten. */
const MAX_ANSWERS = 100_000;

/** What the filter says of a set whose only key it does not take (assembly/jose/jwks.ts). */
const ONLY_KEY = /^Jwks doesn't have any valid public key \(keys\[0\]: (.*)\)$/;

export class FilterValidator implements Validator {
  private readonly module: WebAssembly.Module;
  private vm: FilterVm;
  private readonly answers = new Map<string, Refusal | null>();

  /** `wasmPath`: the compiled filter that Envoy will run. Throws if Envoy would not run all of it. */
  constructor(wasmPath: string) {
    this.module = loadFilter(wasmPath);
    assertCapabilities(this.module, CAPABILITIES);
    this.vm = new FilterVm(this.module);
  }

  key(jwk: Record<string, unknown>): Refusal | null {
    const refusal = this.provider({ jwks: { keys: [jwk] } });
    return refusal === null ? null : { path: "", message: refusal.message.replace(ONLY_KEY, "$1") };
  }

  provider(provider: ProviderConfiguration): Refusal | null {
    const policies = { open: { checks: [] } };
    return this.ask({ version: 1, providers: { p: provider }, policies, defaultPolicy: "open" }, "providers.p.");
  }

  authorization(authorization: AuthorizationConfiguration): Refusal | null {
    // Which providers authenticate is only known where the policy is attached; whether a name fits is decided there.
    const unbound = Object.entries(authorization.policies).map(([name, policy]) => [
      name,
      { ...policy, principals: policy.principals.map(({ provider: _provider, ...principal }) => principal) },
    ]);
    const checks = [{ authorization: { policies: Object.fromEntries(unbound) } }];
    return this.ask(
      { version: 1, policies: { p: { checks } }, defaultPolicy: "p" },
      "policies.p.checks[0].authorization.",
    );
  }

  configuration(configuration: PluginConfiguration): Refusal | null {
    return this.answer(digestOf(configuration), () => textOf(configuration), "");
  }

  private ask(configuration: PluginConfiguration, prefix: string): Refusal | null {
    const text = canonicalJson(configuration);
    return this.answer(createHash("sha256").update(text).digest("hex"), () => text, prefix);
  }

  /** @param key hash of the text */
  private answer(key: string, text: () => string, prefix: string): Refusal | null {
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    const refusal = this.configure(text(), prefix);
    if (this.answers.size >= MAX_ANSWERS) this.answers.clear();
    this.answers.set(key, refusal);
    return refusal;
  }

  private configure(text: string, prefix: string): Refusal | null {
    try {
      const answer = this.vm.configure(text);
      return answer === null ? null : parseRefusal(answer, prefix);
    } catch (error) {
      // A trap would take Envoy's worker down; here it only costs this VM.
      this.vm = new FilterVm(this.module);
      return {
        path: "",
        message: `the filter cannot take it: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }
}

/** The filter says `claimgate: PATH: MESSAGE`. */
function parseRefusal(line: string, prefix: string): Refusal {
  const text = line.replace(/^claimgate: /, "");
  const colon = text.indexOf(": ");
  const path = colon < 0 ? "" : text.slice(0, colon);
  const message = colon < 0 ? text : text.slice(colon + 2);
  return { path: path.startsWith(prefix) ? path.slice(prefix.length) : path, message };
}
