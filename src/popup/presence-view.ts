import type { Connection } from '../core/connection.ts';
import type { Presence } from '../core/presence.ts';
import type { MessageKey } from '../ui/say.ts';

/** How somebody is, as far as the PBX has said; the first that holds. */
export type HowIs = 'in-call' | 'do-not-disturb' | 'absent' | 'ready' | 'unknown';

const WORDS: Readonly<Record<HowIs, MessageKey | undefined>> = {
  'in-call': 'presence_in_call',
  'do-not-disturb': 'presence_dnd',
  absent: 'presence_no_phone',
  ready: 'presence_ready',
  unknown: undefined,
};

/** The colour of the mark beside the name; the words say the same. */
export const MOOD_OF: Readonly<Record<HowIs, 'good' | 'warn' | 'bad' | 'none'>> = {
  'in-call': 'warn',
  'do-not-disturb': 'bad',
  absent: 'none',
  ready: 'good',
  unknown: 'none',
};

/** The same people, without how they are where the line is down: what the PBX said then may be long past. */
export function asKnownNow(people: readonly Presence[], { status }: Connection): readonly Presence[] {
  if (status === 'online') return people;
  return people.map(({ extension, isOwn, name }) => ({ extension, isOwn, ...(name === undefined ? {} : { name }) }));
}

export function howIs({ registered, doNotDisturb, inCall }: Presence): HowIs {
  if (inCall) return 'in-call';
  if (doNotDisturb) return 'do-not-disturb';
  if (registered === false) return 'absent';
  return registered ? 'ready' : 'unknown';
}

/** All that the PBX has said of somebody, as message keys, the weightiest first; nothing where it said nothing. */
export function presenceWords(person: Presence): readonly MessageKey[] {
  const { doNotDisturb, inCall, registered, chat } = person;
  const first = WORDS[howIs(person)];
  return [
    ...(first ? [first] : []),
    ...(inCall && doNotDisturb ? (['presence_dnd'] as const) : []),
    ...((inCall || doNotDisturb) && registered === false ? (['presence_no_phone'] as const) : []),
    ...(chat === undefined ? [] : [chat === 'online' ? ('presence_chat_on' as const) : ('presence_chat_off' as const)]),
  ];
}

/** The colleagues whose name or extension holds the text, by name, those without one last, by extension. */
export function colleaguesOf(people: readonly Presence[], wanted: string): readonly Presence[] {
  const asked = wanted.trim().toLowerCase();
  const isMeant = ({ name = '', extension }: Presence) =>
    asked === '' || name.toLowerCase().includes(asked) || extension.includes(asked);
  return people
    .filter((person) => !person.isOwn && isMeant(person))
    .sort((a, b) => compareNames(a, b) || a.extension.localeCompare(b.extension, undefined, { numeric: true }));
}

function compareNames({ name: a }: Presence, { name: b }: Presence): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a.localeCompare(b, undefined, { numeric: true });
}
