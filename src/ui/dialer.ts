import type { CallId, EpochMs } from '../core/calls.ts';
import type { Result } from '../core/result.ts';
import type { DialRefusal } from '../messaging/protocol.ts';

/** How a request to dial stands. `repeated`: taken for the second half of a double click or a double Enter, nothing was asked. */
export type DialOutcome =
  | { readonly type: 'accepted' }
  | { readonly type: 'repeated' }
  | { readonly type: 'refused'; readonly refusal: DialRefusal }
  /** No answer came back: the call may have been placed or not. */
  | { readonly type: 'lost' };

export interface DialerPorts {
  send(request: { readonly text: string; readonly requestId: string }): Promise<Result<CallId, DialRefusal>>;
  newId(): string;
  now(): EpochMs;
}

/** The same number is not asked for again within this time: nobody calls one number twice in three seconds on purpose. */
export const SAME_NUMBER_WITHIN_MS = 3_000;

/**
 * Places calls from our own pages: one gesture, at most one call. A request whose answer was lost keeps its id for the next try, so that
 * the background takes both for the same call.
 */
export function createDialer(ports: DialerPorts): (text: string) => Promise<DialOutcome> {
  const open = new Map<string, { readonly requestId: string; isWaiting: boolean; acceptedAt?: EpochMs }>();
  return async (text) => {
    const before = open.get(text);
    if (before?.isWaiting) return { type: 'repeated' };
    if (before?.acceptedAt !== undefined && ports.now() - before.acceptedAt < SAME_NUMBER_WITHIN_MS) {
      return { type: 'repeated' };
    }
    const isLost = before !== undefined && before.acceptedAt === undefined;
    const requestId = isLost ? before.requestId : ports.newId();
    open.set(text, { requestId, isWaiting: true });
    try {
      const answer = await ports.send({ text, requestId });
      if (answer.ok) {
        open.set(text, { requestId, isWaiting: false, acceptedAt: ports.now() });
        return { type: 'accepted' };
      }
      open.delete(text);
      return { type: 'refused', refusal: answer.error };
    } catch {
      open.set(text, { requestId, isWaiting: false });
      return { type: 'lost' };
    }
  };
}
