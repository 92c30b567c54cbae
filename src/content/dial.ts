import type { PageDoubt } from '../core/risk.ts';
import type { DialPayload, DialRefusal, PageCall } from '../messaging/protocol.ts';
import { askBackground } from './ask-background.ts';
import { words } from './extension-api.ts';
import { nameBeside } from './name-beside.ts';
import type { Target } from './targets.ts';

/** How a number's last call, or try, stands; shown by its buttons. */
export interface CallView {
  readonly state: 'asking' | 'waiting' | 'calling' | 'live' | 'refused' | 'lost';
  /** Plain words for tooltip and bubble. */
  readonly words: string;
  readonly requestId?: string;
  readonly canCancel: boolean;
  /** `performance.now()` of the click. */
  readonly since: number;
}

/** Places the calls of this frame, one gesture at most one. */
export interface Dialler {
  /**
   * Dials after a trusted click on a number that was just read again from the page. While the user is asked about it outside the page, a
   * further click brings that question to the front.
   */
  dial(target: Target, doubts: readonly PageDoubt[]): void;
  /** Ends the call begun here, where the PBX can, or takes back the question. */
  cancel(target: Target): void;
  /** Says why nothing is dialled. */
  refuse(target: Target, why: string): void;
  viewOf(target: Target): CallView | undefined;
  /** News of a call that this frame began. */
  onPageCall(call: PageCall): void;
  clear(): void;
}

/** How long a reason, or the end of a call, stays on the button. */
const SHOW_MS = 6_000;
/** Somewhat longer than the background waits for the user: its word that nobody answered may be lost. */
const WAIT_MS = 65_000;

/** Makes the dialler. `onChanged` is told when a number's view is another one, with words to say now if there are any. */
export function createDialler(onChanged: (key: string, say?: string) => void): Dialler {
  const views = new Map<string, CallView>();
  const keyByRequest = new Map<string, string>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  function set(key: string, view: CallView, say?: string): void {
    const timer = timers.get(key);
    if (timer !== undefined) clearTimeout(timer);
    timers.delete(key);
    views.set(key, view);
    if (isOver(view)) later(key, SHOW_MS, () => views.delete(key));
    if (view.state === 'waiting') later(key, WAIT_MS, () => refused(key, view, words('refused_not_confirmed')));
    onChanged(key, say);
  }

  function later(key: string, ms: number, job: () => void): void {
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        job();
        onChanged(key);
      }, ms),
    );
  }

  function refused(key: string, view: CallView, why: string): void {
    set(key, { ...view, state: 'refused', words: why, canCancel: false }, why);
  }

  async function place(wish: DialPayload, key: string, meanwhile: string) {
    const { requestId } = wish;
    const base: CallView = { state: 'asking', words: meanwhile, requestId, canCancel: false, since: performance.now() };
    keyByRequest.set(requestId, key);
    set(key, base);
    const answer = await askBackground('call/dial', wish);
    const now = views.get(key);
    // News may have come before the answer, or another try may have taken the place.
    if (now?.requestId !== requestId || now.state !== 'asking') return;
    if (answer.got === 'lost')
      set(key, { ...base, state: 'lost', words: words('content_lost') }, words('content_lost'));
    else if (answer.reply.ok) set(key, { ...base, state: 'calling', words: words('content_calling') });
    else {
      const why = refusalWords(answer.reply.error);
      if (answer.reply.error.reason === 'waiting') set(key, { ...base, state: 'waiting', words: why }, why);
      else refused(key, base, why);
    }
  }

  return {
    dial(target, doubts) {
      const key = keyOf(target);
      const before = views.get(key);
      if (before && before.state !== 'waiting' && !isOver(before)) return;
      const waiting = before?.state === 'waiting' ? before : undefined;
      const wish = wishOf(target, waiting?.requestId ?? newRequestId(), doubts);
      if (wish) void place(wish, key, waiting?.words ?? words('content_calling'));
    },
    cancel(target) {
      const key = keyOf(target);
      const view = views.get(key);
      if (!view?.requestId || (!view.canCancel && view.state !== 'waiting')) return;
      set(key, { ...view, canCancel: false, words: words('content_hanging_up') });
      void askBackground('call/cancel', { requestId: view.requestId }).then((answer) => {
        if (answer.got === 'reply' && answer.reply.ok) return;
        const why =
          answer.got === 'reply' && !answer.reply.ok ? refusalWords(answer.reply.error) : words('content_lost');
        const now = views.get(key);
        if (now && now.requestId === view.requestId && !isOver(now))
          set(key, { ...now, canCancel: view.canCancel }, why);
      });
    },
    refuse(target, why) {
      const key = keyOf(target);
      const before = views.get(key);
      // A running call is not hidden behind a refusal of a second one.
      if (before && !isOver(before)) return onChanged(key, why);
      set(key, { state: 'refused', words: why, canCancel: false, since: performance.now() }, why);
    },
    viewOf: (target) => views.get(keyOf(target)),
    onPageCall(call) {
      const key = keyByRequest.get(call.requestId);
      const view = key === undefined ? undefined : views.get(key);
      if (key === undefined || view?.requestId !== call.requestId) return;
      if (call.phase === 'ended') {
        keyByRequest.delete(call.requestId);
        refused(key, view, call.words);
        return;
      }
      const state = call.phase === 'talking' || call.phase === 'held' ? 'live' : 'calling';
      set(key, { ...view, state, words: call.words, canCancel: call.canCancel });
    },
    clear() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      views.clear();
      keyByRequest.clear();
    },
  };
}

/** Targets with the same key dial the same: they show the same call. */
export function keyOf(target: Target): string {
  return `${target.e164 ?? target.dial ?? target.text}x${target.ext ?? ''}`;
}

/** True when a new try may begin. */
export function isOver({ state }: CallView): boolean {
  return state === 'refused' || state === 'lost';
}

/** What the background is asked to dial, with all it needs to ask the user; undefined where the target names nothing to dial. */
function wishOf(target: Target, requestId: string, seen: readonly PageDoubt[]): DialPayload | undefined {
  const number = target.e164 ?? target.dial;
  if (number === undefined) return undefined;
  const others = [...(target.differs?.e164 === undefined ? [] : [target.differs.e164]), ...(target.alternatives ?? [])];
  const doubts: readonly PageDoubt[] = [...(target.differs === undefined ? [] : (['text-differs'] as const)), ...seen];
  const name = nameBeside(target);
  return {
    number,
    requestId,
    ...(target.ext === undefined ? {} : { ext: target.ext }),
    ...(name === undefined ? {} : { name }),
    ...(target.pbx === undefined ? {} : { pbx: target.pbx }),
    ...(others.length === 0 ? {} : { alternatives: others }),
    ...(doubts.length === 0 ? {} : { doubts }),
  };
}

function refusalWords(refusal: DialRefusal): string {
  const known = words(`refused_${refusal.reason.replaceAll('-', '_')}`) || words(`refused_${refusal.reason}`);
  return known || words('content_refused');
}

/** A random UUID, also on pages without TLS, where the browser offers no `randomUUID`. */
function newRequestId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
