import { beforeEach, expect, test, vi } from 'vitest';
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

function createDisk(kept?: object) {
  const disk = { kept, writes: 0 };
  const sealed = {
    read: async () => disk.kept,
    async write(value: object | undefined) {
      disk.kept = value;
      disk.writes += 1;
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

  await createSettingsStore(sealed).write(SETTINGS);

  expect(disk.kept).toEqual(TAUGHT);
  expect(open()).toContain('"DE"');
  expect(open()).not.toContain('6175550123');
  expect(await settingsItem.read()).toEqual(SETTINGS);
});

test('after a start of the browser it is there again', async () => {
  fake.areas.local.stored.settings = { country: 'DE' };

  expect(await createSettingsStore(createDisk(TAUGHT).sealed).read()).toMatchObject({ country: 'DE', taught: TAUGHT });
  expect(await settingsItem.read()).toMatchObject({ taught: TAUGHT });
});

test('what an older version kept open is taken over, sealed, and removed', async () => {
  fake.areas.local.stored.settings = { country: 'DE', taught: TAUGHT };
  const { disk, sealed } = createDisk();

  expect(await createSettingsStore(sealed).read()).toMatchObject({ country: 'DE', taught: TAUGHT });
  expect(disk.kept).toEqual(TAUGHT);
  expect(open()).not.toContain('6175550123');
});

test('a change of something else writes nothing sealed, also where that could not be opened', async () => {
  const { disk, sealed } = createDisk(TAUGHT);
  const store = createSettingsStore({ ...sealed, read: async () => undefined });

  await store.write({ ...(await store.read()), country: 'FR' });

  expect(disk).toEqual({ kept: TAUGHT, writes: 0 });
});

test('the last lesson taken back leaves nothing on the disk', async () => {
  const { disk, sealed } = createDisk(TAUGHT);
  const store = createSettingsStore(sealed);

  await store.write({ ...(await store.read()), taught: { numbers: [], countries: {} } });

  expect(disk.kept).toBeUndefined();
  expect((await store.read()).taught.numbers).toEqual([]);
});

test('without memory for it all other settings are there, and it is tried again', async () => {
  fake.areas.local.stored.settings = { country: 'DE' };
  const store = createSettingsStore(createDisk(TAUGHT).sealed);
  const full = vi.spyOn(fake.areas.session, 'set').mockRejectedValueOnce(new Error('quota'));

  expect(await store.read()).toMatchObject({ country: 'DE' });
  full.mockRestore();

  expect(await store.read()).toMatchObject({ taught: TAUGHT });
});

test('is read once for many questions, and anew after each change, whoever makes it', async () => {
  fake.areas.local.stored.settings = { country: 'DE' };
  const store = createSettingsStore(createDisk(TAUGHT).sealed);
  await store.read();
  const asked = vi.spyOn(fake.areas.local, 'get');

  expect(await store.read()).toMatchObject({ country: 'DE', taught: TAUGHT });
  expect(asked).not.toHaveBeenCalled();

  await store.write({ ...(await store.read()), country: 'FR' });
  expect(await store.read()).toMatchObject({ country: 'FR' });
  await fake.areas.local.set({ settings: { country: 'ES' } });
  await vi.waitFor(async () => expect(await store.read()).toMatchObject({ country: 'ES' }));
});
