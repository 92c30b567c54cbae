import { isLive } from '../core/calls.ts';
import type { JournalEntry } from '../core/journal.ts';
import type { Trouble } from '../core/trouble.ts';
import type { AppState } from '../core/update.ts';
import type { Settings } from '../storage/settings.ts';

/** All that the diagnostics page knows. */
export interface Facts {
  readonly version: string;
  readonly browser: string;
  readonly languages: readonly string[];
  readonly permissions: readonly string[];
  readonly origins: readonly string[];
  readonly settings: Settings;
  readonly state: AppState;
  readonly troubles: readonly Trouble[];
  readonly journal: readonly JournalEntry[];
  readonly recentCount: number;
  /** Where the organisation's policy is wrong, as paths. */
  readonly policyFaults: readonly string[];
  readonly lockedKeys: readonly string[];
  readonly now: number;
}

/** One line of the report: what, and how it is. In English, since it is read by support. */
export type Line = readonly [what: string, how: string];

/** How things stand, without anything that names a person: no user, no number, no page. */
export function factLines(facts: Facts): readonly Line[] {
  const { settings, state } = facts;
  return [
    ['PageDial', facts.version],
    ['Browser', facts.browser],
    ['Languages', facts.languages.join(', ')],
    ['Time', new Date(facts.now).toISOString()],
    ['Permissions', facts.permissions.join(', ') || 'none'],
    [
      'Sites granted',
      facts.origins.length > 5 ? `${facts.origins.length} patterns` : facts.origins.join(' ') || 'none',
    ],
    ['PBX', settings.account?.vendor ?? 'none'],
    ['PBX host', hostOf(settings)],
    ['Sites', `${settings.sites.mode}, ${settings.sites.hosts.length} listed`],
    ['Country', settings.country],
    ['Dialing', `${settings.dialing.numberFormat}, outside line ${settings.dialing.outsideLine === '' ? 'no' : 'yes'}`],
    ['Connection', connectionWords(state, facts.now)],
    ['Abilities', abilities(state)],
    ['Calls', `${state.calls.filter(isLive).length} live, ${state.calls.length} known, ${facts.recentCount} kept`],
    ['Troubles', facts.troubles.join(', ') || 'none'],
    ['Policy', facts.lockedKeys.length > 0 ? `locks ${facts.lockedKeys.join(', ')}` : 'locks nothing'],
    ...(facts.policyFaults.length > 0 ? [['Policy faults', facts.policyFaults.join(', ')] as const] : []),
    ['Answers of the PBX', roundTrips(facts.journal)],
  ];
}

/** An entry as one line: `12:03:44.120 dialled accepted (84 ms)`. */
export function entryLine({ at, what, detail = '', tookMs }: JournalEntry): string {
  const time = new Date(at).toISOString().slice(11, 23);
  return [time, what, detail, tookMs === undefined ? '' : `(${tookMs} ms)`].filter(Boolean).join(' ');
}

/** What is copied for support. */
export function reportText(facts: Facts): string {
  const lines = factLines(facts).map(([what, how]) => `${what}: ${how}`);
  return [...lines, '', 'Events (UTC):', ...facts.journal.map(entryLine), ''].join('\n');
}

function hostOf({ account }: Settings): string {
  const server = account?.values.server ?? '';
  return URL.canParse(server) ? new URL(server).host : 'none';
}

function connectionWords({ connection }: AppState, now: number): string {
  switch (connection.status) {
    case 'online':
      return `online for ${Math.round((now - connection.since) / 1000)} s`;
    case 'waiting':
      return `waiting, attempt ${connection.attempt}: ${connection.error.kind}`;
    case 'blocked':
      return `blocked: ${connection.error.kind}`;
    default:
      return connection.status;
  }
}

function abilities({ connection }: AppState): string {
  if (connection.status !== 'online') return 'not known';
  const able = Object.entries(connection.capabilities).filter(([, is]) => is === true);
  return able.map(([name]) => name).join(', ') || 'none';
}

function roundTrips(journal: readonly JournalEntry[]): string {
  const times = journal.flatMap(({ tookMs }) => (tookMs === undefined ? [] : [tookMs])).sort((a, b) => a - b);
  const middle = times[Math.floor(times.length / 2)];
  return middle === undefined ? 'none measured' : `${times.length}, median ${middle} ms, longest ${times.at(-1)} ms`;
}
