/** A stored value that tells when it changes, as `settingsItem` and the items of `storage.local` are. */
interface Stored<T> {
  read(): Promise<T>;
  write(value: T): Promise<void>;
  watch(onChanged: (value: T) => void): unknown;
}

/**
 * The same value, from memory after its first read: for what every call waits for. A write, here or in another of our pages, has it read
 * anew. It listens for as long as its page or background lives.
 */
export function inMemory<T>(item: Stored<T>): Pick<Stored<T>, 'read' | 'write'> {
  let known: { readonly value: T } | undefined;
  /** Counts the times it was forgotten: what was read before is not kept after. */
  let turn = 0;
  const forget = () => {
    turn += 1;
    known = undefined;
  };
  item.watch(forget);
  return {
    async read() {
      if (known) return known.value;
      const own = turn;
      const value = await item.read();
      if (own === turn) known = { value };
      return value;
    },
    write: (value) => item.write(value).finally(forget),
  };
}
