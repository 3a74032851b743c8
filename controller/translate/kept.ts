// What was made before, used again while all that it was made of is the same. Only for what is a function of its inputs: one that is not
// named would leave an old policy in force.

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

/** Objects that stand for one object in some place each, for something to be kept of it there. Places of one object are few. */
export class Pairs<K extends object> {
  private readonly pairs = new WeakMap<K, Pair>();

  of(object: K, place: string): object {
    const first = this.pairs.get(object);
    for (let pair = first; pair !== undefined; pair = pair.next) if (pair.place === place) return pair;
    const pair = { place, next: first };
    this.pairs.set(object, pair);
    return pair;
  }
}

interface Pair {
  readonly place: string;
  readonly next: Pair | undefined;
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
