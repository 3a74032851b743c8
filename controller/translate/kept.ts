// What was made before, used again while all that it was made of is the same. Only for what is a function of its inputs: one that is not
// named would leave an old policy in force. For whoever keeps something more (docs/decisions/0012):
// - Name as inputs whatever `make` reads and the key does not determine: parameters, what closures reach, options, the time. A list of lists
//   needs the length of each; texts go in one by one, not joined.
// - Give `make` no more than it may read (ResourceIndex.restrictedTo), so that what is not named cannot be seen.
// - Neither what goes in nor what comes out is changed afterwards, by anybody: who wants another list copies it.
// - What is kept lives as long as its key. Of an object in several places, as a route on its listeners, it hangs on Pairs, which forget those
//   that it is in no more; nothing else may grow with the number of changes (held.test.ts).
// - Take each new input out once: inputs.test.ts or incremental.test.ts must go red. If they do not, teach them to change that input alone.

/**
 * Of each object, what was last made of it. `inputs` name everything else that it is made of: objects, which are never changed in
 * place, by identity, all else by value.
 */
export class Kept<K extends object, V> {
  private readonly entries = new WeakMap<K, { inputs: readonly unknown[]; value: V }>();

  /** @param keep whether what was made now may be used again */
  get(key: K, inputs: readonly unknown[], make: () => V, keep: (value: V) => boolean = () => true): V {
    const known = this.entries.get(key);
    if (known !== undefined && sameItems(known.inputs, inputs)) return known.value;
    const value = make();
    if (keep(value)) this.entries.set(key, { inputs, value });
    else this.entries.delete(key);
    return value;
  }
}

/** Translations so far. */
let turn = 0;
/** Places that so many translations did not ask for are forgotten. More than one: attempts of one view alternate (isolation.ts). */
const LASTING = 8;

/** To be said at the beginning of each translation. */
export function nextTurn(): void {
  turn++;
}

/**
 * Objects that stand for one object in some place each, for something to be kept of it there. Places of one object are few; those
 * it is in no more go when it comes to another, lest all that it ever was in be held for as long as it lives.
 */
export class Pairs<K extends object> {
  private readonly pairs = new WeakMap<K, Pair>();

  of(object: K, place: string): object {
    const first = this.pairs.get(object);
    for (let pair = first; pair !== undefined; pair = pair.next) {
      if (pair.place !== place) continue;
      pair.turn = turn;
      return pair;
    }
    const pair = { place, turn, next: lasting(first) };
    this.pairs.set(object, pair);
    return pair;
  }
}

interface Pair {
  readonly place: string;
  /** When it was asked for last. */
  turn: number;
  next: Pair | undefined;
}

function lasting(first: Pair | undefined): Pair | undefined {
  let left: Pair | undefined;
  for (let pair = first; pair !== undefined;) {
    const { next } = pair;
    if (turn - pair.turn < LASTING) {
      pair.next = left;
      left = pair;
    }
    pair = next;
  }
  return left;
}

/** Lists of one translation for the next: the same list again, by identity, as long as it has the same items. */
export class Memory {
  private readonly lists = new Map<string, readonly unknown[]>();

  list<T>(name: string, items: readonly T[]): readonly T[] {
    const last = this.lists.get(name);
    if (last !== undefined && sameItems(last, items)) return last as readonly T[];
    this.lists.set(name, items);
    return items;
  }
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
