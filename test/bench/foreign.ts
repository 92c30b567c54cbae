import { launch } from '../e2e/harness/launch.ts';
import { importSettings, readState, untilOnline } from '../e2e/harness/set-up.ts';
import { until } from '../e2e/harness/until.ts';
import { type AriSimulator, startAri } from '../simulators/asterisk-ari.ts';
import type { BrowserKind } from '../tools/browsers.ts';
import { type Figure, figureOf } from './median.ts';

const RUNS = 5;
const FRAMES = 20_000;

export interface ForeignFigures {
  readonly frames: number;
  /** Until an own call that comes behind so many events about others' calls is known. */
  readonly ownCallAfterMs: Figure;
  readonly framesPerSecond: number;
}

/** How many events of a busy Asterisk the background copes with. An Asterisk sends only those of the own phone; one set up badly sends all. */
export async function measureForeign(kind: BrowserKind): Promise<ForeignFigures> {
  const pbx = await startAri();
  const browser = await launch(kind);
  try {
    const values = { server: pbx.origin, ...pbx.login, endpoint: 'PJSIP/2040', context: 'agents' };
    await importSettings(browser, { pagedial: 1, account: { vendor: 'asterisk-ari', values }, country: 'US' });
    await untilOnline(browser);
    const took: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const frames = Array.from({ length: FRAMES }, (_, at) => foreignEvent(pbx, at));
      const from = performance.now();
      for (const frame of frames) pbx.broadcast(frame);
      const call = pbx.incoming('2040', `+161755501${10 + run}`);
      await until('the own call is known', async () => {
        const calls = (await readState(browser))?.calls ?? [];
        return calls.some(({ state, number }) => state.phase === 'ringing' && number.endsWith(`1${run}`));
      });
      took.push(performance.now() - from);
      const calls = (await readState(browser))?.calls ?? [];
      if (calls.length !== run + 1) throw new Error(`${calls.length} calls are shown instead of ${run + 1}`);
      pbx.engine.end(call, 'completed', 'system');
      await until('it is over', async () =>
        ((await readState(browser))?.calls ?? []).every(({ state }) => state.phase === 'ended'),
      );
    }
    const ownCallAfterMs = figureOf(took);
    return { frames: FRAMES, ownCallAfterMs, framesPerSecond: Math.round((FRAMES / ownCallAfterMs.median) * 1_000) };
  } finally {
    await browser.close();
    await pbx.close();
  }
}

function foreignEvent(pbx: AriSimulator, at: number): string {
  const extension = `3${String(at % 1_000).padStart(3, '0')}`;
  return JSON.stringify({
    type: 'ChannelStateChange',
    application: pbx.apps()[0],
    timestamp: '2026-01-01T09:00:00.000+0000',
    channel: {
      id: `foreign-${at}`,
      name: `PJSIP/${extension}-0000${at.toString(16)}`,
      state: 'Up',
      caller: { name: 'A Colleague', number: extension },
      connected: { name: '', number: '16175550199' },
      dialplan: { context: 'agents', exten: '16175550199', priority: 1, app_name: 'Dial', app_data: 'PJSIP/trunk' },
      creationtime: '2026-01-01T09:00:00.000+0000',
      language: 'en',
    },
  });
}
