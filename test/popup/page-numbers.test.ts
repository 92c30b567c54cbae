import { describe, expect, test, vi } from 'vitest';
import { siteOf } from '../../src/popup/active-tab.ts';
import { addFrame, dialText, NONE_YET, readFramePost } from '../../src/popup/page-numbers.ts';
import { pageNumber } from '../ui/states.ts';

vi.mock('../../src/browser.ts', () => ({ browser: {} }));

describe('numbers of a page', () => {
  test('a number is listed once, however often and in however many frames it stands', () => {
    const one = addFrame(NONE_YET, { complete: true, numbers: [pageNumber(), pageNumber({ text: '617-555-0147' })] });
    const two = addFrame(one, { complete: true, numbers: [pageNumber(), pageNumber({ ext: '45' })] });

    expect(two.numbers.map(({ ext }) => ext)).toEqual([undefined, '45']);
  });

  test('a fax never hides the phone of the same number', () => {
    const found = addFrame(NONE_YET, { complete: true, numbers: [pageNumber({ kind: 'fax' }), pageNumber()] });

    expect(found.numbers.map(({ kind }) => kind)).toEqual(['fax', 'phone']);
  });

  test('one frame that keeps changing makes a page that does', () => {
    const still = addFrame(NONE_YET, { complete: true, numbers: [] });

    expect(still.isRestless).toBeUndefined();
    expect(
      addFrame(addFrame(still, { complete: true, numbers: [], restless: true }), { complete: true, numbers: [] }),
    ).toMatchObject({
      isRestless: true,
    });
  });

  test('one frame that is not done leaves the list open', () => {
    const found = addFrame(addFrame(NONE_YET, { complete: false, numbers: [] }), { complete: true, numbers: [] });

    expect(found.isComplete).toBe(false);
  });

  test('an extension goes with its number', () => {
    expect(dialText(pageNumber({ ext: '45' }))).toBe('+16175550147 x45');
    expect(dialText(pageNumber({ ext: '45' }), '+442079460123')).toBe('+442079460123 x45');
  });

  test.each([[undefined], [null], ['frame'], [{}], [{ frame: {} }], [{ frame: { numbers: 'many' } }]])(
    'the post %j is none',
    (post) => {
      expect(readFramePost(post)).toBeUndefined();
    },
  );
});

describe('the page below', () => {
  test.each([
    ['https://crm.example.com/a?b#c', { host: 'crm.example.com', pattern: 'https://crm.example.com/*' }],
    ['http://127.0.0.1:8080/', { host: '127.0.0.1:8080', pattern: 'http://127.0.0.1/*' }],
    ['chrome://extensions/', undefined],
    ['about:blank', undefined],
    ['file:///pages/a.html', undefined],
    [undefined, undefined],
  ])('%s', (url, site) => {
    expect(siteOf(url)).toEqual(site);
  });
});
