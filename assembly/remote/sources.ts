// The key sources of this VM, and who uses them: roots come and go with every configuration, keys stay while any of them needs them.
import { nowMilliseconds } from "../host/clock";
import { Configuration } from "../config/model";
import { abandonFetch } from "./fetch";
import { identityOf } from "./identity";
import { KeySource, KeyUser } from "./key_source";

const sources: KeySource[] = [];

export function sourceCount(): i32 {
  return sources.length;
}

export function sourceAt(index: i32): KeySource {
  return unchecked(sources[index]);
}

/** Gives each provider of a configuration with remote keys its source; whether there are any. */
export function attachSources(root: u32, configuration: Configuration): bool {
  const now = nowMilliseconds();
  let any = false;
  for (let i = 0; i < configuration.providers.length; i++) {
    const provider = unchecked(configuration.providers[i]);
    const remote = provider.remote;
    if (remote === null) continue;
    any = true;
    const identity = identityOf(remote);
    let source = find(identity, configuration.hostCrypto);
    if (source === null) {
      source = new KeySource(identity, remote, configuration.hostCrypto);
      sources.push(source);
    }
    source.users.push(new KeyUser(root, provider.name, remote, configuration.keyHealth, now));
    provider.source = source;
  }
  return any;
}

function find(identity: StaticArray<u8>, hostCrypto: bool): KeySource | null {
  for (let i = 0; i < sources.length; i++) if (sources[i].isOf(identity, hostCrypto)) return sources[i];
  return null;
}

/** A root is gone: so are its calls, and sources that only it used. */
export function detachSources(root: u32): void {
  for (let i = sources.length - 1; i >= 0; i--) {
    const source = unchecked(sources[i]);
    if (source.call != 0 && source.callRoot == root) abandonFetch(source);
    const users = source.users;
    for (let j = users.length - 1; j >= 0; j--) if (users[j].root == root) users.splice(j, 1);
    if (users.length == 0) sources.splice(i, 1);
  }
}

/** Whether a root uses a source. */
export function isUsedBy(source: KeySource, root: u32): bool {
  for (let i = 0; i < source.users.length; i++) if (unchecked(source.users[i]).root == root) return true;
  return false;
}

/** The source whose call has this number, or null. */
export function sourceOfCall(call: u32): KeySource | null {
  for (let i = 0; i < sources.length; i++) if (unchecked(sources[i]).call == call) return unchecked(sources[i]);
  return null;
}

/** A stream is gone: nobody needs to resume it. */
export function forgetWaiting(id: u32): void {
  for (let i = 0; i < sources.length; i++) if (unchecked(sources[i]).waiting.remove(id)) return;
}
