/** One key of a text, before the filter has judged it. */
export type Candidate = {
  /** Where it is, for people: `keys[1] (kid "x")`, `PEM block 2`. Never holds a part of the key. */
  name: string;
  /** Something to know about a key that is used all the same. */
  note?: string;
} & ({ jwk: Record<string, unknown> } | { problem: string });

/** Where a text of keys comes from; symmetric keys are taken inline only: everything else is read by more people. */
export type Origin = "inline" | "configMap" | "remote";
