/** Values by key, where most keys have one. */
export interface Few<Key, Value> {
  has(key: Key): boolean;
  /** In the order in which they were added. */
  of(key: Key): readonly Value[];
  add(key: Key, value: Value): void;
  delete(key: Key, value: Value): void;
}

/** Keeps values for as long as their keys live. A list for each key would be most of what is kept. */
export function createFew<Key extends WeakKey, Value extends object>(): Few<Key, Value> {
  const kept = new WeakMap<Key, Value | Set<Value>>();
  return {
    has: (key) => kept.has(key),
    of(key) {
      const there = kept.get(key);
      if (there instanceof Set) return [...there];
      return there ? [there] : [];
    },
    add(key, value) {
      const there = kept.get(key);
      if (there instanceof Set) there.add(value);
      else if (there !== value) kept.set(key, there ? new Set([there, value]) : value);
    },
    delete(key, value) {
      const there = kept.get(key);
      if (there instanceof Set) there.delete(value);
      if (there === value || (there instanceof Set && there.size === 0)) kept.delete(key);
    },
  };
}
