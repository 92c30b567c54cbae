import { test } from 'vitest';
import { BROWSER_KINDS } from '../../tools/browsers.ts';
import { talk } from '../harness/desk.ts';
import { openOffice } from '../harness/office.ts';
import { openPopup, textOf } from '../harness/popup.ts';
import { readState } from '../harness/set-up.ts';
import { rest } from '../harness/until.ts';

test.each(BROWSER_KINDS)(
  'sleep %s',
  async (kind) => {
    const office = await openOffice(kind);
    try {
      await talk(office, '+16175550108');
      const popup = await openPopup(office.browser);
      const wake = office.browser.sleep();
      console.log(kind, 'sockets', office.pbx.sockets().length, office.pbx.socketsOpened);
      office.pbx.halfOpen();
      office.pbx.dropSockets();
      console.log('hang up', office.pbx.farEnd().hangUp(), office.pbx.engine.live().length);
      await rest(6000);
      wake();
      const t0 = Date.now();
      for (let i = 0; i < 12; i++) {
        await rest(1000);
        const s = await readState(office.browser);
        console.log(
          kind,
          Date.now() - t0,
          s?.connection.status,
          s?.calls.map((c) => c.state.phase + c.confirmed).join(),
          'sockets',
          office.pbx.sockets().length,
          office.pbx.socketsOpened,
          office.pbx.journal
            .frames()
            .slice(-3)
            .map((f) => f.direction + f.text.slice(0, 60))
            .join(' | '),
          (await textOf(popup)).includes('Connected'),
        );
      }
    } finally {
      await office.close();
    }
  },
  60000,
);
