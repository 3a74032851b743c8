// A plugin configuration as the text that the filter is given, and a hash of it. Many are remembered, for Envoys that still hold them;
// the text of a thousand policies is half a megabyte, and wanted only while it is new.
import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical.js";
import type { PluginConfiguration } from "./snapshot.js";

/** Texts that are kept: of the newest configurations. */
const TEXTS = 8;

const texts = new Map<PluginConfiguration, string>();
const digests = new WeakMap<PluginConfiguration, string>();

/** Canonical JSON of a configuration, which must not be changed any more. */
export function textOf(configuration: PluginConfiguration): string {
  let text = texts.get(configuration);
  if (text === undefined) {
    texts.set(configuration, (text = canonicalJson(configuration)));
    if (texts.size > TEXTS) texts.delete(texts.keys().next().value!);
  }
  return text;
}

/** SHA-256 of its text (UTF-8), in hex: equal for equal content. */
export function digestOf(configuration: PluginConfiguration): string {
  let digest = digests.get(configuration);
  if (digest === undefined) {
    digest = createHash("sha256").update(textOf(configuration)).digest("hex");
    digests.set(configuration, digest);
  }
  return digest;
}
