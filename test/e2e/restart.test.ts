import { afterEach, describe, expect, test } from 'vitest';
import { startVodia } from '../simulators/vodia.ts';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { dial, talk, timesPlaced, untilCall, untilOver } from './harness/desk.ts';
import { keepProfile } from './harness/kept-profile.ts';
import { GECKO_ID, launch, type TestBrowser } from './harness/launch.ts';
import { settingsFor } from './harness/office.ts';
import { openPopup, pressButton, untilCertain } from './harness/popup.ts';
import { isSampled } from './harness/sample.ts';
import { importSettings, untilOnline } from './harness/set-up.ts';
import { until } from './harness/until.ts';

describe.each(BROWSER_KINDS)('a crash of %s', (kind) => {
  const closers: (() => Promise<unknown> | unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  test.skipIf(!isSampled(kind, 0, 2))(
    'F18, F19: in mid-call harms nothing; the next start connects by itself and shows the call',
    async () => {
      const pbx = await startVodia();
      closers.push(() => pbx.close());
      const kept = keepProfile(kind, GECKO_ID);
      closers.push(() => kept.remove());
      const first = await start();
      await importSettings(first, settingsFor(pbx));
      await untilOnline(first);
      const desk = { browser: first, pbx };
      await talk(desk, '+16175550118');
      pbx.faults.set('frame:call-state', { kind: 'swallow' }, { always: true });
      await dial(desk, '+16175550119');
      await until('the PBX is asked', () => timesPlaced(desk, '+16175550119') === 1);

      await first.crash();
      pbx.faults.clear();
      await until('the old socket is gone', () => pbx.sockets().length === 0);
      expect(pbx.engine.live()).toHaveLength(2);
      const second = await start();

      // Nobody opens anything of ours.
      await until('it has connected', () => pbx.sockets().length === 1);
      const again = { browser: second, pbx };
      await untilCall(again, '+16175550118', (call) => call.confirmed && call.state.phase === 'talking');
      await untilCall(again, '+16175550119', (call) => call.confirmed && call.state.phase === 'ringing');
      const popup = await openPopup(second);
      await untilCertain(popup, 'state_talking');
      for (const number of ['+16175550118', '+16175550119']) expect(timesPlaced(again, number)).toBe(1);
      await pressButton(popup, 'Hang up');
      await until('one call is hung up', () => pbx.engine.live().length === 1);
      await pressButton(popup, 'Hang up');
      await untilOver(again);
      expect(pbx.violations).toEqual([]);

      async function start(): Promise<TestBrowser> {
        const browser = await launch(kind, { kept });
        closers.push(() => browser.close());
        return browser;
      }
    },
  );
});
