import { beforeEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/storage/settings.ts';
import { createFakeBrowser } from '../fake-browser.ts';

const fake = createFakeBrowser();
vi.mock('../../src/browser.ts', () => ({ browser: fake.browser }));
const { createSettingsStore } = await import('../../src/storage/settings-store.ts');
const { settingsItem } = await import('../../src/storage/settings-item.ts');

const TAUGHT = {
  numbers: [{ host: 'crm.example.com', text: '6175550123', isPhone: true }],
  countries: { 'crm.example.com': 'GB' },
};
const SETTINGS = { ...DEFAULT_SETTINGS, country: 'DE', taught: TAUGHT };

const ignore = () => {};

function createDisk(kept?: object) {
  const disk = { kept, writes: 0, isReadable: true, isFull: false };
  const sealed = {
    async read() {
      if (!disk.isReadable) throw new Error('full');
      return disk.kept;
    },
    async write(value: object | undefined) {
      if (disk.isFull) return false;
      disk.kept = value;
      disk.writes += 1;
      return true;
    },
  };
  return { disk, sealed };
}

function open(): string {
  return JSON.stringify(fake.areas.local.stored);
}

beforeEach(() => {
  for (const { stored } of Object.values(fake.areas)) for (const key of Object.keys(stored)) delete stored[key];
});

test('what was taught is sealed, everything else lies in the settings, and our pages read both', async () => {
  const { disk, sealed } = createDisk();

  await createSettingsStore(ignore, sealed).write(SETTINGS);

  expect(disk.kept).toEqual(TAUGHT);
  expect(open()).toContain('"DE"');
  expect(open()).not.toContain('6175550123');
  expect(await settingsItem.read()).toEqual(SETTINGS);
});

test('after a start of the browser it is there again', async () => {
  fake.areas.local.stored.settings = { country: 'DE' };

  expect(await createSettingsStore(ignore, createDisk(TAUGHT).sealed).read()).toMatchObject({
    country: 'DE',
    taught: TAUGHT,
  });
  expect(await settingsItem.read()).toMatchObject({ taught: TAUGHT });
});

test('what an older version kept open is taken over, sealed, and removed', async () => {
  fake.areas.local.stored.settings = { country: 'DE', taught: TAUGHT };
  const { disk, sealed } = createDisk();

  expect(await createSettingsStore(ignore, sealed).read()).toMatchObject({ country: 'DE', taught: TAUGHT });
  expect(disk.kept).toEqual(TAUGHT);
  expect(open()).not.toContain('6175550123');
});

test('a change of something else writes nothing sealed', async () => {
  const { disk, sealed } = createDisk(TAUGHT);
  const store = createSettingsStore(ignore, sealed);

  await store.write({ ...(await store.read()), country: 'FR' });

  expect(disk).toMatchObject({ kept: TAUGHT, writes: 0 });
});

describe('while what was taught cannot be read', () => {
  const LESSON = { numbers: [], countries: { 'other.example': 'FR' } };

  test('all other settings are there and can be changed, nothing is written over it, and it is said', async () => {
    fake.areas.local.stored.settings = { country: 'DE' };
    const { disk, sealed } = createDisk(TAUGHT);
    disk.isReadable = false;
    const told: boolean[] = [];
    const store = createSettingsStore((isRead) => told.push(isRead), sealed);

    const settings = await store.read();
    await store.write({ ...settings, country: 'FR' });

    expect(settings).toMatchObject({ country: 'DE', taught: { numbers: [] } });
    expect(new Set(told)).toEqual(new Set([false]));
    expect(disk).toMatchObject({ kept: TAUGHT, writes: 0 });
    disk.isReadable = true;
    expect(await store.read()).toMatchObject({ country: 'FR', taught: TAUGHT });
    expect(told.at(-1)).toBe(true);
  });

  test('it is read also by a background that was asleep since', async () => {
    const { disk, sealed } = createDisk(TAUGHT);
    disk.isReadable = false;
    const store = createSettingsStore(ignore, sealed);
    await store.write({ ...(await store.read()), country: 'FR' });
    disk.isReadable = true;

    expect(await createSettingsStore(ignore, sealed).read()).toMatchObject({ country: 'FR', taught: TAUGHT });
  });

  test('a new lesson is refused: it would take the place of all others', async () => {
    const { disk, sealed } = createDisk(TAUGHT);
    disk.isReadable = false;
    const store = createSettingsStore(ignore, sealed);

    await expect(store.write({ ...(await store.read()), taught: LESSON })).rejects.toThrow();

    disk.isReadable = true;
    expect(await store.read()).toMatchObject({ taught: TAUGHT });
    expect(disk).toMatchObject({ kept: TAUGHT, writes: 0 });
  });

  test('what an older version left open stays, and counts', async () => {
    fake.areas.local.stored.settings = { country: 'DE', taught: TAUGHT };
    const { disk, sealed } = createDisk();
    disk.isReadable = false;
    const store = createSettingsStore(ignore, sealed);

    await store.write({ ...(await store.read()), country: 'FR' });

    expect(await store.read()).toMatchObject({ country: 'FR', taught: TAUGHT });
    disk.isReadable = true;
    expect(await createSettingsStore(ignore, sealed).read()).toMatchObject({ country: 'FR', taught: TAUGHT });
    expect(disk.kept).toEqual(TAUGHT);
  });
});

describe('on a full disk', () => {
  test('a lesson, and all that is saved with it, is refused, and everything is as it was', async () => {
    fake.areas.local.stored.settings = { country: 'DE' };
    const { disk, sealed } = createDisk();
    const store = createSettingsStore(ignore, sealed);
    const before = await store.read();
    disk.isFull = true;

    await expect(store.write(SETTINGS)).rejects.toThrow();

    expect(await store.read()).toEqual(before);
    expect(await settingsItem.read()).toEqual(before);
  });

  test('a lesson is forgotten where the settings it is saved with are not kept', async () => {
    const { disk, sealed } = createDisk(TAUGHT);
    const store = createSettingsStore(ignore, sealed);
    const before = await store.read();
    const full = vi.spyOn(fake.areas.local, 'set').mockRejectedValue(new Error('quota'));

    await expect(store.write({ ...before, taught: { numbers: [], countries: {} } })).rejects.toThrow('quota');
    full.mockRestore();

    expect(await store.read()).toEqual(before);
    expect(disk.kept).toEqual(TAUGHT);
  });

  test('what an older version left open stays open: it lies nowhere else', async () => {
    fake.areas.local.stored.settings = { country: 'DE', taught: TAUGHT };
    const { disk, sealed } = createDisk();
    disk.isFull = true;

    expect(await createSettingsStore(ignore, sealed).read()).toMatchObject({ taught: TAUGHT });
    expect(open()).toContain('6175550123');
  });
});

test('the last lesson taken back leaves nothing on the disk', async () => {
  const { disk, sealed } = createDisk(TAUGHT);
  const store = createSettingsStore(ignore, sealed);

  await store.write({ ...(await store.read()), taught: { numbers: [], countries: {} } });

  expect(disk.kept).toBeUndefined();
  expect((await store.read()).taught.numbers).toEqual([]);
});

test('without memory for it all other settings are there, and it is tried again', async () => {
  fake.areas.local.stored.settings = { country: 'DE' };
  const store = createSettingsStore(ignore, createDisk(TAUGHT).sealed);
  const full = vi.spyOn(fake.areas.session, 'set').mockRejectedValueOnce(new Error('quota'));

  expect(await store.read()).toMatchObject({ country: 'DE' });
  full.mockRestore();

  expect(await store.read()).toMatchObject({ taught: TAUGHT });
});

test('is read once for many questions, and anew after each change, whoever makes it', async () => {
  fake.areas.local.stored.settings = { country: 'DE' };
  const store = createSettingsStore(ignore, createDisk(TAUGHT).sealed);
  await store.read();
  const asked = vi.spyOn(fake.areas.local, 'get');

  expect(await store.read()).toMatchObject({ country: 'DE', taught: TAUGHT });
  expect(asked).not.toHaveBeenCalled();

  await store.write({ ...(await store.read()), country: 'FR' });
  expect(await store.read()).toMatchObject({ country: 'FR' });
  await fake.areas.local.set({ settings: { country: 'ES' } });
  await vi.waitFor(async () => expect(await store.read()).toMatchObject({ country: 'ES' }));
});
