import { FilterValidator } from "../filter/validator.js";
import { readDirectory } from "../source/directory.js";
import { translate } from "../translate/translate.js";
import type { PluginConfiguration } from "../translate/snapshot.js";
import { DEFAULT_OPTIONS } from "../controller.js";
import { printComplaints, printProblems } from "./print.js";
import { wasmPath } from "./paths.js";

/**
 * `claimgate render`: prints `{"listeners": {"NS/GATEWAY/LISTENER": …}, "statuses": […]}`. The exit code is 1 if any resource was
 * refused or any file could not be read whole (then nothing is rendered, as at a cold start).
 */
export async function render(directory: string): Promise<number> {
  const snapshot = await readDirectory(directory);
  printProblems(snapshot.problems);
  const listeners: Record<string, PluginConfiguration> = {};
  if (!snapshot.complete) {
    process.stdout.write(`${JSON.stringify({ listeners, statuses: [] }, null, 2)}\n`);
    return 1;
  }
  const translation = translate(snapshot.resources, new FilterValidator(wasmPath()), {
    ...DEFAULT_OPTIONS,
    now: Date.now(),
  });
  for (const { plugins } of translation.snapshots.values()) {
    for (const [name, configuration] of plugins) listeners[name] = configuration;
  }
  process.stdout.write(`${JSON.stringify({ listeners, statuses: translation.statuses }, null, 2)}\n`);
  printComplaints(translation.complaints);
  return translation.complaints.length > 0 ? 1 : 0;
}
