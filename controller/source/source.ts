// The contract between where resources come from (a directory, an API server) and the controller.
import type { Finding } from "../api/finding.js";
import type { KubernetesObject } from "../api/types.js";

/** One consistent view of all resources. Nothing may be rendered from a view that is not complete. */
export interface SourceSnapshot {
  /** false until everything was read whole once; true ever after. */
  complete: boolean;
  resources: readonly LoadedResource[];
  problems: readonly Problem[];
  /**
   * Secrets and ConfigMaps, "Kind NS/NAME", that a resource names and that could not be read, and why, as in "cannot be read:
   * 403 …". They are none of `resources`, which does not say that they are not there.
   */
  unread?: ReadonlyMap<string, string>;
}

export interface LoadedResource {
  /** The resource with the defaults of its kind filled in. Its shape is only as its types say if there are no findings. */
  object: KubernetesObject;
  /** Where it is defined: "file.yaml:12". */
  origin: string;
  /**
   * What is wrong with it. A resource with findings is never dropped: whatever it protects must be closed, not opened. One
   * of a kind nobody knows has a finding at "kind" and may still name targets.
   */
  findings: readonly Finding[];
}

/** Something about the source itself rather than about one resource. */
export interface Problem {
  /** The file, perhaps with a line, or the directory. */
  origin: string;
  /** One clear sentence. */
  message: string;
  /** Something could not be read whole: with this, a start ends in `complete: false`; later, the last good content is used. */
  fatalAtStart: boolean;
}
