// Contexts: a root context for each plugin configuration that is in use, all in one VM. A request is judged by the configuration of
// the root it began under, even if a newer one arrives meanwhile. Envoy would tell the root of every stream when it begins, which
// costs a callback: while there is one root it is that one, else its `root_id` is asked for, which differs in every configuration.
import { configurationError, decodeConfiguration } from "./config/decode";
import { Configuration } from "./config/model";
import { configurationLength, configurationPointer, readConfiguration } from "./host/configuration";
import { Lookup } from "./host/headers";
import { copyBytes, pointer, sameBytes } from "./host/literal";
import { logError } from "./host/log";
import { propertyLength, propertyPointer, readRootId } from "./host/properties";
import { reserveTokens } from "./policy/verified";
import { forgetTick, tickSoon } from "./remote/schedule";
import { attachSources, detachSources, forgetWaiting } from "./remote/sources";

/** A root context that has been configured. */
export class Root {
  constructor(
    readonly id: u32,
    /** `PluginConfig.root_id`. */
    readonly name: StaticArray<u8>,
    readonly configuration: Configuration,
  ) {}
}

const roots: Root[] = [];

/** Decodes the plugin configuration for a root; false refuses it, and Envoy keeps the previous root. */
export function configureContext(id: u32, size: i32): bool {
  if (readRootId() == Lookup.Failed) {
    logError("claimgate: rootId: the host does not say it");
    return false;
  }
  const name = copyBytes(propertyPointer, propertyLength);
  if (!readConfiguration(size)) {
    logError("claimgate: configuration: is empty or cannot be read");
    return false;
  }
  const configuration = decodeConfiguration(configurationPointer, configurationLength);
  if (configuration === null) {
    logError("claimgate: " + configurationError());
    return false;
  }
  if (attachSources(id, configuration) && !tickSoon(id)) {
    logError("claimgate: remoteJwks: the host has no timer, without which keys are not fetched");
    return false;
  }
  reserveTokens(configuration);
  const index = indexOf(id);
  if (index >= 0) roots.splice(index, 1);
  // Nothing that this VM has seen before may be a reason to refuse: Envoy asks a fresh VM whether a configuration is good, and lets
  // requests pass a worker whose own VM then refuses it (seen in 1.40).
  if (rootNamed(pointer(name), name.length) !== null) {
    logError("claimgate: rootId: another configuration in use has the same; requests of both are refused while it is");
  }
  roots.push(new Root(id, name, configuration));
  return true;
}

/** The root of the request that the host's answers are about; null if it is not known, and then the request must be refused. */
export function currentRoot(): Root | null {
  if (roots.length == 1) return unchecked(roots[0]);
  if (roots.length == 0 || readRootId() != Lookup.Found) return null;
  return rootNamed(propertyPointer, propertyLength);
}

/** Forgets a context; true if it was a root, whose configuration is garbage then. */
export function deleteContext(id: u32): bool {
  const index = indexOf(id);
  if (index < 0) {
    forgetWaiting(id);
    return false;
  }
  detachSources(id);
  forgetTick(id);
  roots.splice(index, 1);
  return true;
}

function indexOf(id: u32): i32 {
  for (let i = 0, n = roots.length; i < n; i++) if (unchecked(roots[i]).id == id) return i;
  return -1;
}

/** The root of this name; null if there is none, or more than one. */
function rootNamed(at: usize, length: i32): Root | null {
  let found: Root | null = null;
  for (let i = 0, n = roots.length; i < n; i++) {
    const root = unchecked(roots[i]);
    if (!sameBytes(at, length, pointer(root.name), root.name.length)) continue;
    if (found !== null) return null;
    found = root;
  }
  return found;
}
