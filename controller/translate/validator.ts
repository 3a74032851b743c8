import type { AuthorizationConfiguration, PluginConfiguration, ProviderConfiguration } from "./snapshot.js";

/** One thing the filter would refuse: where in the value handed in (empty: the value itself), and why. */
export interface Refusal {
  path: string;
  message: string;
}

/**
 * The filter's own judgement of configuration, before Envoy sees it; controller/filter/ asks the compiled wasm. Envoy's NACK says
 * only "Unable to create Wasm plugin", so what it would refuse must be known, and named, earlier.
 */
export interface Validator {
  /** A key of a JWKS on its own; `path` is empty. */
  key(jwk: Record<string, unknown>): Refusal | null;
  provider(provider: ProviderConfiguration): Refusal | null;
  authorization(authorization: AuthorizationConfiguration): Refusal | null;
  configuration(configuration: PluginConfiguration): Refusal | null;
}
