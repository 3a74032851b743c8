// Contexts: a root context for each listener and generation, all in one VM, and a stream context for each request. A request is
// judged by the configuration of the root it began under, even if a newer one arrives meanwhile.
import { configurationError, decodeConfiguration } from "./config/decode";
import { Configuration } from "./config/model";
import { configurationLength, configurationPointer, readConfiguration } from "./host/configuration";
import { logError } from "./host/log";
import { reserveTokens } from "./policy/verified";
import { forgetTick, tickSoon } from "./remote/schedule";
import { attachSources, detachSources, forgetWaiting } from "./remote/sources";
import { StreamTable } from "./stream_table";

const roots = new Map<u32, Configuration | null>();
const rootOfStream = new StreamTable();

/** A root context (`parentId` 0), or a stream of one. */
export function createContext(id: u32, parentId: u32): void {
  if (parentId != 0) rootOfStream.set(id, parentId);
  else if (!roots.has(id)) roots.set(id, null);
}

/** Decodes the plugin configuration for a root; false refuses it, and Envoy keeps the previous root. */
export function configureContext(rootId: u32, size: i32): bool {
  if (!readConfiguration(size)) {
    logError("claimgate: configuration: is empty or cannot be read");
    return false;
  }
  const configuration = decodeConfiguration(configurationPointer, configurationLength);
  if (configuration === null) {
    logError("claimgate: " + configurationError());
    return false;
  }
  if (attachSources(rootId, configuration) && !tickSoon(rootId)) {
    logError("claimgate: remoteJwks: the host has no timer, without which keys are not fetched");
    return false;
  }
  reserveTokens(configuration);
  roots.set(rootId, configuration);
  return true;
}

/** The root of a stream; 0 if it is not known. */
export function rootOf(streamId: u32): u32 {
  return rootOfStream.get(streamId);
}

/** What a stream is judged by; null if its root has none, and then it must be refused. */
export function configurationOf(streamId: u32): Configuration | null {
  const root = rootOfStream.get(streamId);
  return root != 0 && roots.has(root) ? roots.get(root) : null;
}

/** Forgets a context; true if it was a root, whose configuration is garbage then. */
export function deleteContext(id: u32): bool {
  if (rootOfStream.delete(id)) {
    forgetWaiting(id);
    return false;
  }
  detachSources(id);
  forgetTick(id);
  return roots.delete(id);
}
