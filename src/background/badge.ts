import { browser } from '../browser.ts';
import { type Call, type EpochMs, isLive } from '../core/calls.ts';
import { unreachable } from '../core/result.ts';
import type { Trouble } from '../core/trouble.ts';
import type { AppState } from '../core/update.ts';

/** What the toolbar button shows. The text says it all; the colour only helps. */
export interface Badge {
  /** Message key, or minutes of a call. */
  readonly text: { readonly key: string } | { readonly minutes: number } | undefined;
  readonly color: string;
  readonly title: string;
}

const GREY = '#5f6368';
const GREEN = '#1e7b34';
const AMBER = '#8a5a00';
const RED = '#b3261e';
/** One lost connection is an everyday thing; the second try in vain is worth a word. */
const WORRY_AFTER_ATTEMPTS = 2;

/** The badge for a state: a live call first, then what needs the user, then what is under way. Pure. */
export function badgeOf({ calls, connection }: AppState, troubles: readonly Trouble[], now: EpochMs): Badge {
  const call = calls.find((candidate) => isLive(candidate) && candidate.direction === 'incoming') ?? calls.find(isLive);
  if (call) return badgeOfCall(call, now);
  if (troubles.length > 0) return problem('badge_title_trouble');
  switch (connection.status) {
    case 'blocked':
      return problem(connection.error.kind === 'permission-missing' ? 'badge_title_access' : 'badge_title_blocked');
    case 'waiting':
      return connection.attempt >= WORRY_AFTER_ATTEMPTS
        ? problem('badge_title_offline')
        : { text: { key: 'badge_connecting' }, color: GREY, title: 'badge_title_connecting' };
    case 'connecting':
      return { text: { key: 'badge_connecting' }, color: GREY, title: 'badge_title_connecting' };
    case 'off':
      return { text: undefined, color: GREY, title: 'badge_title_off' };
    case 'online':
      return { text: undefined, color: GREY, title: 'badge_title_ready' };
    default:
      return unreachable(connection);
  }
}

/** Draws the badge. Never rejects: a toolbar that cannot be drawn on harms no call. */
export async function drawBadge({ text, color, title }: Badge): Promise<void> {
  const say = (key: string, ...values: string[]) => browser.i18n.getMessage(key, values);
  const written = text === undefined ? '' : 'key' in text ? say(text.key) : say('badge_minutes', String(text.minutes));
  try {
    await browser.action.setBadgeBackgroundColor({ color });
    await browser.action.setBadgeText({ text: written });
    await browser.action.setTitle({ title: say(title) });
  } catch {
    // See above.
  }
}

function badgeOfCall(call: Call, now: EpochMs): Badge {
  switch (call.state.phase) {
    case 'requested':
      return { text: { key: 'badge_connecting' }, color: AMBER, title: 'badge_title_calling' };
    case 'ringing':
      return call.direction === 'incoming'
        ? { text: { key: 'badge_incoming' }, color: GREEN, title: 'badge_title_incoming' }
        : { text: { key: 'badge_ringing' }, color: AMBER, title: 'badge_title_ringing' };
    case 'talking':
      return {
        text: { minutes: Math.max(0, Math.floor((now - call.state.since) / 60_000)) },
        color: GREEN,
        title: 'badge_title_talking',
      };
    case 'held':
      return { text: { key: 'badge_held' }, color: AMBER, title: 'badge_title_held' };
    case 'ended':
      return { text: undefined, color: GREY, title: 'badge_title_ready' };
    default:
      return unreachable(call.state);
  }
}

function problem(title: string): Badge {
  return { text: { key: 'badge_problem' }, color: RED, title };
}
