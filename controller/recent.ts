/** A map that forgets what was not asked for lately: never more than twice `size` entries. */
export class Recent<V> {
  private young = new Map<string, V>();
  private old: ReadonlyMap<string, V> = new Map();

  constructor(private readonly size: number) {}

  /** What is known under a key; what `make` gives, if nothing is. */
  get(key: string, make: () => V): V {
    let value = this.young.get(key);
    if (value !== undefined) return value;
    value = this.old.get(key) ?? make();
    if (this.young.size >= this.size) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
    return value;
  }
}
