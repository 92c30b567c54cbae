import type { Call, EndReason, EpochMs, PbxCall, PbxCallId } from './calls.ts';

/** A call that is over and no longer (or never was) on the list; late words about it must not bring it back. */
export interface FormerCall {
  readonly pbxId: PbxCallId;
  readonly at: EpochMs;
  readonly reason: EndReason;
  /** From a private window: nothing of it is written to a disk. */
  readonly isPrivate?: true;
}

/** News is not later than this; a PBX may give the id to another call after it. */
const LATE_WITHIN_MS = 60_000;
const MOST_FORMER = 50;

/**
 * The former call a report speaks of. Undefined for all others, for a call that is told to be ours and still waits for its id, and for one
 * that lives and has been given the id again.
 */
export function findFormer(
  former: readonly FormerCall[] | undefined,
  calls: readonly Call[],
  report: PbxCall,
  now: EpochMs,
): FormerCall | undefined {
  const found = former?.find(({ pbxId, at }) => pbxId === report.pbxId && isRecent(at, now));
  const isOfAnother = (call: Call) =>
    call.pbxId === undefined ? call.id === report.ref : call.pbxId === report.pbxId && call.state.phase !== 'ended';
  return found && calls.some(isOfAnother) ? undefined : found;
}

/** What is over after a step: what the step took off the list, and what a report ended before we knew of it. */
export function formerAfter(
  before: { readonly former?: readonly FormerCall[]; readonly calls: readonly Call[] },
  after: readonly Call[],
  report: PbxCall | undefined,
  now: EpochMs,
): readonly FormerCall[] | undefined {
  const isListed = (id: PbxCallId) => after.some((call) => call.pbxId === id);
  const privacyOf = (id: PbxCallId): { readonly isPrivate?: true } => {
    const isPrivate =
      before.calls.some((call) => call.pbxId === id && call.origin?.isPrivate) ||
      before.former?.some((call) => call.pbxId === id && call.isPrivate);
    return isPrivate ? { isPrivate: true } : {};
  };
  const dropped = before.calls.flatMap(({ pbxId, confirmed, state }): FormerCall[] =>
    pbxId !== undefined && state.phase === 'ended' && confirmed && !isListed(pbxId)
      ? [{ pbxId, at: now, reason: state.reason, ...privacyOf(pbxId) }]
      : [],
  );
  const unheard: readonly FormerCall[] =
    report?.change.to === 'ended' && !isListed(report.pbxId)
      ? [{ pbxId: report.pbxId, at: now, reason: report.change.reason, ...privacyOf(report.pbxId) }]
      : [];
  const kept = (before.former ?? []).filter(({ at }) => isRecent(at, now));
  const isSame = dropped.length === 0 && unheard.length === 0 && kept.length === (before.former?.length ?? 0);
  if (isSame) return before.former;
  const all = [...kept, ...dropped, ...unheard].slice(-MOST_FORMER);
  return all.length === 0 ? undefined : all;
}

function isRecent(at: EpochMs, now: EpochMs): boolean {
  return Math.abs(now - at) < LATE_WITHIN_MS;
}
