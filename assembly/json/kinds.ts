/** What a token is. The order is part of the tape: everything from Array on is a container. */
export const enum Kind {
  Null = 0,
  False = 1,
  True = 2,
  Number = 3,
  String = 4,
  Array = 5,
  Object = 6,
}

/** Why a document was refused. */
export const enum JsonError {
  None = 0,
  /** Not RFC 8259 JSON, or bytes behind the value. */
  Syntax = 1,
  /** Nested deeper than the document's limit. */
  Depth = 2,
  /** More values and names than the document's limit, or names chosen to collide in the name index. */
  Tokens = 3,
  /** A string is not UTF-8 (RFC 3629), or has a lone surrogate escape. */
  Utf8 = 4,
  /** An object has two members of the same name. */
  Duplicate = 5,
}
