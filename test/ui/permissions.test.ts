import { beforeEach, describe, expect, test, vi } from 'vitest';
import { isGranted, missingOf, requestAccess, siteNeeds } from '../../src/ui/permissions.ts';

const fake = vi.hoisted(() => ({
  origin: 'chrome-extension://abc/',
  asked: [] as unknown[],
  answer: async (): Promise<boolean> => true,
}));
vi.mock('../../src/browser.ts', () => ({
  browser: {
    runtime: { getURL: () => fake.origin },
    permissions: {
      request: (wanted: unknown) => {
        fake.asked.push(wanted);
        return fake.answer();
      },
    },
  },
}));

const NEEDS = { origins: ['https://pbx.example.com/*'], permissions: ['cookies'] } as const;
const NOTHING = { origins: [], permissions: [] } as const;

beforeEach(() => {
  fake.origin = 'chrome-extension://abc/';
  fake.asked.length = 0;
  fake.answer = async () => true;
});

describe('what is granted', () => {
  test.each([
    ['https://*/*', 'https://pbx.example.com/*', true],
    ['<all_urls>', 'http://pbx.example.com/*', true],
    ['*://*.example.com/*', 'https://pbx.example.com/*', true],
    ['*://*.example.com/*', 'https://example.com/*', true],
    ['https://pbx.example.com:8443/*', 'https://pbx.example.com/*', true],
    ['https://*/*', 'http://pbx.example.com/*', false],
    ['https://*.example.com/*', 'https://badexample.com/*', false],
    ['https://pbx.example.com/*', 'https://*.example.com/*', false],
    ['nonsense', 'https://pbx.example.com/*', false],
  ])('%s covers %s: %s', (pattern, wanted, isCovered) => {
    expect(isGranted([pattern], wanted)).toBe(isCovered);
  });

  test('chosen sites need both schemes, without their ports', () => {
    const needs = siteNeeds({ mode: 'only', hosts: ['crm.example.com:8080', '*.tickets.example'] });

    expect(needs.origins).toEqual([
      'https://crm.example.com/*',
      'http://crm.example.com/*',
      'https://*.tickets.example/*',
      'http://*.tickets.example/*',
    ]);
  });

  test('Firefox is not asked for cookies, which it sends by itself', () => {
    expect(missingOf(NEEDS, NOTHING)).toEqual(NEEDS);
    fake.origin = 'moz-extension://abc/';
    expect(missingOf(NEEDS, NOTHING)).toEqual({ ...NEEDS, permissions: [] });
  });
});

describe('asking', () => {
  test('the browser is asked before anything is waited for, for what is missing', () => {
    void requestAccess(NEEDS, { origins: ['https://*/*'], permissions: [] });

    expect(fake.asked).toEqual([{ origins: [], permissions: ['cookies'] }]);
  });

  test('nothing is asked where nothing is missing', async () => {
    expect(await requestAccess(NEEDS, NEEDS)).toBe(true);
    expect(fake.asked).toEqual([]);
  });

  test('a browser that refuses to ask counts as a no', async () => {
    fake.answer = () => Promise.reject(new Error('not a user gesture'));

    expect(await requestAccess(NEEDS, NOTHING)).toBe(false);
  });
});
