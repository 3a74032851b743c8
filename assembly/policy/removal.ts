// Takes tokens out of a request: the whole header they were in, or their parameters, while the rest of the query stays byte for byte.
import { removeHeader, replaceHeader } from "../host/headers";
import { pointer } from "../host/literal";
import { malloc } from "../host/memory";
import { SourceKind, SourceSet, TokenSource } from "../config/model";
import { PATH, pathLength, pathPointer, setPath } from "./credential";
import { isEncoded } from "./form";
import { beginQuery, nextParameter, parameter, parameterEnd, parameterNameEnd, parameterSeparator } from "./query";

/** Removes the token from the places whose bits are in `from`, where `findCredential` found it; false if the host failed. */
export function removeToken(places: SourceSet, from: u64): bool {
  const sources = places.sources;
  let inQuery = false;
  for (let i = 0, n = sources.length; i < n; i++) {
    if ((from & ((<u64>1) << i)) == 0) continue;
    const source = unchecked(sources[i]);
    if (source.kind == SourceKind.Query) inQuery = true;
    else if (!removeHeader(pointer(source.name), source.name.length)) return false;
  }
  return !inQuery || removeParameters(sources, from);
}

function removeParameters(sources: TokenSource[], from: u64): bool {
  const path = pathPointer;
  const rest = malloc(pathLength);
  if (!beginQuery(path, pathLength)) return true;
  let query: usize = 0;
  let end: usize = 0;
  let removed = false;
  while (nextParameter()) {
    if (query == 0) {
      const before = parameter - 1 - path;
      memory.copy(rest, path, before);
      query = rest + before;
      end = query;
    }
    if (isToken(sources, from)) {
      removed = true;
      continue;
    }
    store<u8>(end, end == query ? 0x3f : parameterSeparator);
    const length = parameterEnd - parameter;
    memory.copy(end + 1, parameter, length);
    end += 1 + length;
  }
  // Taken out already, for another authentication.
  if (!removed) return true;
  if (end == query + 1) end = query;
  setPath(rest, <i32>(end - rest));
  return replaceHeader(PATH, pathPointer, pathLength);
}

/** Whether the parameter at hand is one of the sources whose bits are in `from`. */
function isToken(sources: TokenSource[], from: u64): bool {
  for (let i = 0, n = sources.length; i < n; i++) {
    const source = unchecked(sources[i]);
    if (source.kind != SourceKind.Query || (from & ((<u64>1) << i)) == 0) continue;
    if (isEncoded(parameter, parameterNameEnd, source.name)) return true;
  }
  return false;
}
