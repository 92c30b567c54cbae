import type { AccountNote, AccountValues } from '../../core/account.ts';

/**
 * How calls are placed. `session`: signed in, by socket. `portal`: the same with the browser's own sign-in at the PBX. `basic`: by REST
 * with an account that may use the API. The rest: the vendor's links, for a PBX that has neither socket nor REST for us.
 */
export const WAYS = ['session', 'portal', 'basic', 'link-challenge', 'link-hash', 'link-login'] as const;
export type VodiaWay = (typeof WAYS)[number];
export type LinkWay = Extract<VodiaWay, `link-${string}`>;

/** The account's way; a helper always signs in. */
export function wayOf(account: AccountValues): VodiaWay {
  if ((account.loginHelper ?? '').trim() !== '') return 'session';
  return WAYS.find((way) => way === account.way) ?? 'session';
}

export function isLinkWay(way: VodiaWay): way is LinkWay {
  return way.startsWith('link-');
}

/**
 * Firefox sends a GET again, by itself and below everything an extension can see, when the connection breaks before the answer (153,
 * measured: one click, up to ten requests, as long as each is cut off). Chromium does not on a connection of its own. To go when Firefox leaves that to the extension.
 */
const ASKED_TWICE: AccountNote = { mood: 'warn', text: 'pbx_asked_twice_warning' };

/** What is risky about a way, or has to be known. */
export function wayNotes(account: AccountValues): readonly AccountNote[] {
  switch (wayOf(account)) {
    case 'session':
      return [];
    case 'portal':
      return [{ mood: 'info', text: 'pbx_vodia_way_portal_note' }];
    case 'basic':
      return [{ mood: 'warn', text: 'pbx_vodia_way_basic_warning' }];
    case 'link-challenge':
      return [{ mood: 'info', text: 'pbx_vodia_way_link_note' }, ASKED_TWICE];
    case 'link-hash':
      return [{ mood: 'warn', text: 'pbx_vodia_way_hash_warning' }, ASKED_TWICE];
    case 'link-login':
      return [{ mood: 'warn', text: 'pbx_vodia_way_login_warning' }, ASKED_TWICE];
  }
}
