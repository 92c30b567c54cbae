import type { CallOrigin, EpochMs } from './calls.ts';
import type { NumberType, RiskReason } from './risk.ts';

/** One number that could be called, with what a person should know before saying yes. */
export interface Choice {
  /** E.164, a short number or a SIP address: exactly what is asked for is what is called. */
  readonly number: string;
  readonly type: NumberType;
  /** ISO 3166-1 alpha-2; absent for numbers of no country. */
  readonly country?: string;
  /** Empty for an ordinary number among the alternatives. */
  readonly reasons: readonly RiskReason[];
}

/** What a page would have dialled, were it not risky. */
export interface Wish {
  /** The number that was clicked first, then its other readings. */
  readonly choices: readonly [Choice, ...Choice[]];
  readonly ext?: string;
  readonly name?: string;
  /** The frame's site, by the browser's record; empty for a file. */
  readonly host: string;
  /** The site of the tab, by the browser's record, where the number stands in a frame of a page of another site. */
  readonly top?: string;
  /** The page's address, where the account tells its PBX something about it. */
  readonly pageUrl?: string;
  readonly requestId: string;
  readonly origin: CallOrigin;
  /** Chosen in the browser's own menu or by a key, which works on every site. */
  readonly isPicked?: true;
}

/** A wish that waits for the user's answer outside the page. Plain JSON: it outlives the background's sleep. */
export interface Proposal extends Wish {
  /** Known to our own window alone. */
  readonly id: string;
  readonly askedAt: EpochMs;
  /** Absent while the window is being opened. */
  readonly windowId?: number;
}

/** A question that nobody answers for so long is over: what is dialled later than this is no answer to a click. */
export const ANSWER_WITHIN_MS = 60_000;

/** True while an answer to the proposal still counts. A clock that went backwards ends it as well. */
export function isOpen(proposal: Proposal, now: EpochMs): boolean {
  return now >= proposal.askedAt && now - proposal.askedAt < ANSWER_WITHIN_MS;
}

/**
 * What becomes of a risky wish. Only one question is asked at a time: questions in a row would teach people to click them away.
 * `open`: ask. `same`: it is asked already. `other`: something else is being asked.
 */
export function admit(pending: Proposal | undefined, wish: Wish, now: EpochMs): 'open' | 'same' | 'other' {
  if (!pending || !isOpen(pending, now)) return 'open';
  return isOf(pending, wish) ? 'same' : 'other';
}

/** True when the proposal was begun by this request of this frame. */
export function isOf(proposal: Proposal, asked: { readonly requestId: string; readonly origin: CallOrigin }): boolean {
  return (
    proposal.requestId === asked.requestId &&
    proposal.origin.tabId === asked.origin.tabId &&
    proposal.origin.frameId === asked.origin.frameId
  );
}
