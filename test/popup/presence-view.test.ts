import { describe, expect, test } from 'vitest';
import type { Presence } from '../../src/core/presence.ts';
import { asKnownNow, colleaguesOf, howIs, presenceWords } from '../../src/popup/presence-view.ts';
import { ONLINE, REFUSED, WAITING } from '../ui/states.ts';

const person = (change: Partial<Presence>): Presence => ({ extension: '47', isOwn: false, ...change });

describe('how somebody is', () => {
  test.each([
    [{}, 'unknown', []],
    [{ registered: true }, 'ready', ['presence_ready']],
    [{ registered: false }, 'absent', ['presence_no_phone']],
    [{ registered: true, inCall: true, doNotDisturb: true }, 'in-call', ['presence_in_call', 'presence_dnd']],
    [{ registered: false, doNotDisturb: true }, 'do-not-disturb', ['presence_dnd', 'presence_no_phone']],
    [{ chat: 'offline' }, 'unknown', ['presence_chat_off']],
  ] as const)('%j is %s, and nothing is said that the PBX has not said', (change, how, words) => {
    expect(howIs(person(change))).toBe(how);
    expect(presenceWords(person(change))).toEqual(words);
  });
});

test('nothing is said of how people are while the line is down', () => {
  const people = [person({ isOwn: true, registered: true, chat: 'online' }), person({ name: 'Cole', inCall: true })];

  expect(asKnownNow(people, ONLINE)).toEqual(people);
  for (const connection of [WAITING, REFUSED]) {
    const known = asKnownNow(people, connection);
    expect(known.flatMap(presenceWords)).toEqual([]);
    expect(known.map(({ name }) => name)).toEqual([undefined, 'Cole']);
  }
});

describe('colleagues', () => {
  const people = [
    person({ extension: '45', isOwn: true, name: 'Ann' }),
    person({ extension: '200' }),
    person({ extension: '48', name: 'Dana' }),
    person({ extension: '47', name: 'Cole' }),
    person({ extension: '99' }),
  ];

  test('are listed by name, the nameless last by extension, ourselves never', () => {
    expect(colleaguesOf(people, '').map(({ extension }) => extension)).toEqual(['47', '48', '99', '200']);
  });

  test('are found by a part of name or extension', () => {
    expect(colleaguesOf(people, ' da').map(({ extension }) => extension)).toEqual(['48']);
    expect(colleaguesOf(people, '20').map(({ extension }) => extension)).toEqual(['200']);
    expect(colleaguesOf(people, 'nobody')).toEqual([]);
  });
});
