// What the policies of a configuration have in common. Ten thousand of them mostly say the same: it is decoded once, and is one object.
import { JsonDocument } from "../json/document";
import { MadeOf } from "../json/equal";
import { Regex } from "../regex/regex";
import { ByteMap } from "./byte_map";
import { Authentication, AuthorizationPolicy, Configuration, Policy } from "./model";

/** What policies refer to, and what has been made of parts of the document already. Of no use for another document. */
export class Common {
  policies: MadeOf<Policy>;
  authentications: MadeOf<Authentication>;
  authorizations: MadeOf<StaticArray<AuthorizationPolicy>>;
  /** By pattern. */
  regexes: MadeOf<Regex>;
  /** Paths of one member, by its name. */
  paths: MadeOf<StaticArray<u8>[]>;

  constructor(
    doc: JsonDocument,
    public configuration: Configuration,
    /** Indices into the configuration's providers. */
    public providerNames: ByteMap,
  ) {
    this.policies = new MadeOf<Policy>(doc);
    this.authentications = new MadeOf<Authentication>(doc);
    this.authorizations = new MadeOf<StaticArray<AuthorizationPolicy>>(doc);
    this.regexes = new MadeOf<Regex>(doc);
    this.paths = new MadeOf<StaticArray<u8>[]>(doc);
  }
}
