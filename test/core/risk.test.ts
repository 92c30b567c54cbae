import { describe, expect, test } from 'vitest';
import { type NumberType, type RiskFacts, riskReasons } from '../../src/core/risk.ts';
import { classify } from '../../src/phone/classify.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

const ORDINARY: RiskFacts = {
  type: 'fixed-or-mobile',
  country: 'US',
  userCountry: 'US',
  knownCountries: [],
  recentPageDials: 0,
  doubts: [],
};

const { country: _none, ...NOWHERE } = ORDINARY;

describe('what a page may dial on one click', () => {
  test.each<[NumberType, string]>([
    ['premium', 'premium'],
    ['shared-cost', 'shared-cost'],
    ['satellite', 'satellite'],
    ['unknown', 'unknown-type'],
    ['pager', 'unknown-type'],
    ['other', 'unknown-type'],
    ['emergency', 'emergency'],
    ['internet', 'sip-uri'],
  ])('a %s number is risky: %s', (type, reason) => {
    expect(riskReasons({ ...ORDINARY, type })).toEqual([reason]);
  });

  test.each<NumberType>(['fixed', 'mobile', 'fixed-or-mobile', 'voip', 'toll-free'])(
    'a %s number is ordinary',
    (type) => {
      expect(riskReasons({ ...ORDINARY, type })).toEqual([]);
    },
  );

  test('another country is risky until the user has called it from our own surface', () => {
    expect(riskReasons({ ...ORDINARY, country: 'GB' })).toEqual(['foreign-first-time']);
    expect(riskReasons({ ...ORDINARY, country: 'GB', knownCountries: ['GB'] })).toEqual([]);
  });

  test('an extension is ordinary, a SIP address and an emergency number are asked about for what they are alone', () => {
    expect(riskReasons({ ...NOWHERE, type: 'extension' })).toEqual([]);
    expect(riskReasons({ ...NOWHERE, type: 'internet' })).toEqual(['sip-uri']);
    expect(riskReasons({ ...NOWHERE, type: 'emergency' })).toEqual(['emergency']);
  });

  test('what the page hides or twists is risky, and the gravest reason comes first', () => {
    expect(riskReasons({ ...ORDINARY, doubts: ['text-differs'] })).toEqual(['text-differs']);
    expect(
      riskReasons({ ...ORDINARY, type: 'premium', country: 'GB', recentPageDials: 9, doubts: ['page-doubtful'] }),
    ).toEqual(['premium', 'page-doubtful', 'foreign-first-time', 'too-many']);
  });

  test('toll-free numbers are ordinary in every country and in none', () => {
    expect(riskReasons({ ...ORDINARY, type: 'toll-free', country: 'GB' })).toEqual([]);
    expect(riskReasons({ ...NOWHERE, type: 'toll-free' })).toEqual([]);
  });

  test('the fourth call from pages within a minute is too many', () => {
    expect(riskReasons({ ...ORDINARY, recentPageDials: 2 })).toEqual([]);
    expect(riskReasons({ ...ORDINARY, recentPageDials: 3 })).toEqual(['too-many']);
  });
});

describe('what numbers of the world are to somebody in the US', () => {
  test.each([
    ['+16175550123', []],
    ['+18005550100', []],
    ['+80012345678', []],
    ['+19005550100', ['premium']],
    ['+442079460123', ['foreign-first-time']],
    ['+881612345678', ['satellite', 'foreign-first-time']],
  ])('%s: %j', (number, reasons) => {
    expect(riskReasons({ ...NOWHERE, ...classify(number, WHOLE_ATLAS) })).toEqual(reasons);
  });
});
