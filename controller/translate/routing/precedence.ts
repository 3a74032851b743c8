// Order of matches within one hostname (Gateway API, HTTPRouteRule.matches; regular expressions, which it leaves to the
// implementation, stand between exact paths and prefixes).

export interface Rank {
  readonly type: "Exact" | "RegularExpression" | "PathPrefix";
  /** Characters of the path, a trailing slash not counted; 0 for regular expressions. */
  readonly length: number;
  readonly method: boolean;
  readonly headers: number;
  readonly queryParams: number;
}

/** A match, and where it stands. */
export interface Ranked {
  readonly rank: Rank;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** "NS/NAME" of the HTTPRoute. */
  readonly routeKey: string;
  readonly ruleIndex: number;
  readonly matchIndex: number;
}

const TYPES = { Exact: 0, RegularExpression: 1, PathPrefix: 2 } as const;

/** Negative when `a` is to be tried before `b`. A total order: no two matches of one listener are equal. */
export function comparePrecedence(a: Ranked, b: Ranked): number {
  return (
    TYPES[a.rank.type] - TYPES[b.rank.type] ||
    b.rank.length - a.rank.length ||
    Number(b.rank.method) - Number(a.rank.method) ||
    b.rank.headers - a.rank.headers ||
    b.rank.queryParams - a.rank.queryParams ||
    compare(a.createdAt, b.createdAt) ||
    compare(a.routeKey, b.routeKey) ||
    a.ruleIndex - b.ruleIndex ||
    a.matchIndex - b.matchIndex
  );
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
