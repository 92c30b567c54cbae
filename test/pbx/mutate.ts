/** Numbers in [0, 1), the same for the same seed: a fuzz run that fails can be run again. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NONSENSE: readonly unknown[] = [
  ...[
    '',
    ' ',
    '__proto__',
    'constructor',
    'toString',
    '\u202e',
    '\ud800',
    '<img onerror=x>',
    'x'.repeat(5_000),
    '0',
    '-1',
  ],
  ...[
    0,
    -1,
    1e308,
    0.5,
    2 ** 53,
    true,
    false,
    null,
    [],
    {},
    [[[]]],
    [null],
    { length: 1e9 },
    { toString: 1 },
    { id: {} },
  ],
];
const SPLINTERS = ['"', '{', '}', ']', '[', ',,', '\\u0000', '\ud800', ':', '\n', 'null', '1e999', '\\'];

/** A frame with some of its parts changed, removed, doubled or broken; one in four is no JSON any more, as a rule. */
export function mutate(frame: unknown, random: () => number): string {
  const text = JSON.stringify(change(frame, random));
  if (random() >= 0.25) return text;
  const at = Math.floor(random() * text.length);
  return text.slice(0, at) + pick(SPLINTERS, random) + text.slice(at + Math.floor(random() * 12));
}

/** One of the list. */
export function pick<T>(list: readonly T[], random: () => number): T {
  const picked = list[Math.floor(random() * list.length)];
  if (picked === undefined) throw new Error('an empty list');
  return picked;
}

function change(value: unknown, random: () => number): unknown {
  const dice = random();
  if (dice < 0.07) return pick(NONSENSE, random);
  if (Array.isArray(value)) {
    const items = value.map((item) => change(item, random));
    return dice < 0.15 ? [...items, ...items] : items;
  }
  if (typeof value === 'string') return dice < 0.12 ? value.slice(0, Math.floor(random() * value.length)) : value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): readonly (readonly [string, unknown])[] =>
    random() < 0.06 ? [] : [[key, change(inner, random)]],
  );
  if (random() < 0.1)
    entries.push([pick(['__proto__', 'id', 'data', 'constructor', 'length'], random), pick(NONSENSE, random)]);
  return Object.fromEntries(entries);
}
