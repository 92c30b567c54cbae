import { ok } from '../../src/core/result.ts';
import { type AppEvent, type AppState, INITIAL, update } from '../../src/core/update.ts';
import type { PbxNews, PbxSession } from '../../src/pbx/adapter.ts';
import { holdBy, transferBy } from '../../src/pbx/handling.ts';
import type { SimClock } from '../simulators/clock.ts';

/** The shortest background there can be: the core's `update` over one session, without storage or reconnecting. */
export class MiniBackground {
  state: AppState = INITIAL;
  readonly #clock: SimClock;
  #session: PbxSession | undefined;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  /** For the adapter: its news become events. */
  readonly tell = (news: PbxNews): void => {
    if (news.type === 'report') this.dispatch({ type: 'report', report: news.report });
    if (news.type === 'lost') this.dispatch({ type: 'lost', error: news.error, jitter: 0 });
  };

  async opened(session: PbxSession): Promise<void> {
    this.#session = session;
    const listed = session.capabilities.listCalls ? await session.listCalls() : ok([]);
    this.dispatch({ type: 'woke', hasAccount: true });
    this.dispatch({
      type: 'opened',
      capabilities: session.capabilities,
      ...(listed.ok ? { alive: listed.value } : {}),
    });
  }

  dispatch(event: AppEvent): void {
    const { state, effects } = update(this.state, event, this.#clock.now());
    this.state = state;
    const session = this.#session;
    if (!session) return;
    for (const effect of effects) {
      if (effect.type === 'dial') {
        const { id, dialled } = effect.intent;
        void session
          .dial({ number: dialled, ref: id })
          .then((result) => this.dispatch({ type: 'dialled', id, result }));
      }
      if (effect.type === 'hang-up') {
        const { id, pbxId } = effect;
        void session.hangUp(pbxId).then((result) => this.dispatch({ type: 'hung-up', id, result }));
      }
      if (effect.type === 'hold') {
        const { id, pbxId, want } = effect;
        void holdBy(session, pbxId, want).then((result) => this.dispatch({ type: 'hold-answered', id, result }));
      }
      if (effect.type === 'transfer') {
        const { id, pbxId, to } = effect;
        void transferBy(session, pbxId, to).then((result) => this.dispatch({ type: 'transfer-answered', id, result }));
      }
    }
  }

  /** Phase and reason of one of our calls, e.g. `ended cancelled`. */
  phaseOf(id: string): string {
    const state = this.state.calls.find((call) => call.id === id)?.state;
    return state === undefined ? 'none' : state.phase === 'ended' ? `ended ${state.reason}` : state.phase;
  }
}
