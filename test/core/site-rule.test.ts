import { describe, expect, test } from 'vitest';
import {
  EVERYWHERE,
  isClickToCall,
  leavesOwnButtons,
  withClickToCall,
  withOwnButtons,
  withSite,
} from '../../src/core/site-rule.ts';

describe('call buttons that a site brings along', () => {
  test('are ours until the user leaves them to the site, for this site alone', () => {
    const rule = withOwnButtons(EVERYWHERE, 'crm.example.com', true);

    expect(leavesOwnButtons(EVERYWHERE, 'crm.example.com')).toBe(false);
    expect(leavesOwnButtons(rule, 'crm.example.com')).toBe(true);
    expect(leavesOwnButtons(rule, 'desk.example.com')).toBe(false);
    expect(leavesOwnButtons(withOwnButtons(rule, 'crm.example.com', false), 'crm.example.com')).toBe(false);
  });

  test('taking one host back from a whole domain takes the domain back', () => {
    const rule = { ...EVERYWHERE, ownButtons: ['*.example.com', 'other.example'] };

    expect(withOwnButtons(rule, 'crm.example.com', false).ownButtons).toEqual(['other.example']);
  });

  test('stay as they are when the site is switched off or on', () => {
    const rule = withOwnButtons(EVERYWHERE, 'crm.example.com', true);

    expect(withSite(withSite(rule, 'crm.example.com', false), 'crm.example.com', true).ownButtons).toEqual([
      'crm.example.com',
    ]);
  });
});

describe('a plain click on a number', () => {
  test('calls nowhere until the user says so, for this site alone', () => {
    const rule = withClickToCall(EVERYWHERE, 'crm.example.com', true);

    expect(isClickToCall(EVERYWHERE, 'crm.example.com')).toBe(false);
    expect(isClickToCall(rule, 'crm.example.com')).toBe(true);
    expect(isClickToCall(rule, 'desk.example.com')).toBe(false);
    expect(isClickToCall(withClickToCall(rule, 'crm.example.com', false), 'crm.example.com')).toBe(false);
  });

  test('stays as chosen when the site is switched off and on', () => {
    const rule = withClickToCall(EVERYWHERE, 'crm.example.com', true);

    expect(withSite(withSite(rule, 'crm.example.com', false), 'crm.example.com', true).clickHosts).toEqual([
      'crm.example.com',
    ]);
  });
});
