import { type Call, type CallOrigin, isLive } from '../core/calls.ts';
import type { AppState } from '../core/update.ts';
import type { PageCall } from '../messaging/protocol.ts';

export interface PageNewsParts {
  /** Plain words for how a call stands, in the user's language. */
  words(call: Call): string;
  send(frame: CallOrigin, news: PageCall): void;
}

/** Tells the frame that began a call how it stands, once per change; other calls and names are none of its business. */
export function createPageNews({ words, send }: PageNewsParts): (state: AppState) => void {
  let told: ReadonlyMap<string, string> = new Map();
  return (state) => {
    const next = new Map<string, string>();
    for (const call of state.calls) {
      if (!call.origin || call.requestId === undefined) continue;
      const news = newsOf(call, call.requestId, state, words);
      const text = JSON.stringify(news);
      next.set(call.id, text);
      if (told.get(call.id) !== text) send(call.origin, news);
    }
    told = next;
  };
}

function newsOf(call: Call, requestId: string, { connection }: AppState, words: PageNewsParts['words']): PageCall {
  const isUnsent = call.state.phase === 'requested' && call.state.step === 'queued';
  const canHangUp = connection.status === 'online' && connection.capabilities.hangUp;
  return {
    requestId,
    phase: call.state.phase,
    words: words(call),
    canCancel: isLive(call) && call.hangUp?.step !== 'sent' && (isUnsent || canHangUp),
  };
}
