import { expect, test } from 'vitest';
import { inMemory } from '../../src/storage/in-memory.ts';

/** A store whose reads and writes end when the test says so. */
function createStore(value: string) {
  const store = { value, reads: 0, readEnds: Promise.resolve(), writeFails: false, tell: (_value: string) => {} };
  const item = {
    async read() {
      store.reads += 1;
      const read = store.value;
      await store.readEnds;
      return read;
    },
    async write(next: string) {
      if (store.writeFails) throw new Error('full');
      store.value = next;
    },
    watch(onChanged: (value: string) => void) {
      store.tell = onChanged;
    },
  };
  return { store, item };
}

test('it is read once', async () => {
  const { store, item } = createStore('a');
  const quick = inMemory(item);

  expect([await quick.read(), await quick.read()]).toEqual(['a', 'a']);
  expect(store.reads).toBe(1);
});

test('after a write, here or elsewhere, it is read anew', async () => {
  const { store, item } = createStore('a');
  const quick = inMemory(item);
  await quick.read();

  await quick.write('b');
  expect(await quick.read()).toBe('b');

  store.value = 'c';
  store.tell('c');
  expect(await quick.read()).toBe('c');
});

test('a write that failed leaves what is stored, whatever that is', async () => {
  const { store, item } = createStore('a');
  const quick = inMemory(item);
  await quick.read();
  store.writeFails = true;

  await expect(quick.write('b')).rejects.toThrow('full');
  store.value = 'half';

  expect(await quick.read()).toBe('half');
});

test('what was read before a write is not kept after it', async () => {
  const { store, item } = createStore('a');
  const quick = inMemory(item);
  let end = () => {};
  store.readEnds = new Promise((resolve) => {
    end = resolve;
  });

  const early = quick.read();
  await quick.write('b');
  end();

  expect(await early).toBe('a');
  expect(await quick.read()).toBe('b');
});
