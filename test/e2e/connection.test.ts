import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { clickButton } from './harness/numbers.ts';
import { type Office, openOffice } from './harness/office.ts';
import { openPopup, untilShown } from './harness/popup.ts';
import type { SettingsFile } from './harness/set-up.ts';
import { rest } from './harness/until.ts';

describe.each(BROWSER_KINDS)('a connection that fails in %s', (kind) => {
  let office: Office | undefined;

  afterEach(async () => {
    await office?.close();
    office = undefined;
  });

  test('a wrong password is tried in its two forms at most, said in the popup, and no call is placed', async () => {
    office = await openOffice(kind, { settings: withValue('password', 'not-the-password'), isOnline: false });
    const popup = await openPopup(office.browser);

    await untilShown(popup, /password|sign(ed)? in|login/i);

    // Longer than the first retry would take: a refused login must not be repeated, it locks accounts.
    await rest(3_000);
    const tries = refusedLogins(office);
    // The PBX may want the password plain or as MD5: that is found out once, and then it waits for the user.
    expect(tries).toBeGreaterThan(0);
    expect(tries).toBeLessThanOrEqual(2);
    const page = await office.show('<p>Office: +1 617 555 0161</p>');
    await clickButton(office.browser, page, '+16175550161');
    await rest(1_000);
    expect(office.pbx.places()).toEqual([]);
    expect(refusedLogins(office)).toBe(tries);
  });

  test('a PBX that cannot be reached is said in the popup', async () => {
    const port = await freePort();
    office = await openOffice(kind, { settings: withValue('server', `http://127.0.0.1:${port}`), isOnline: false });
    const popup = await openPopup(office.browser);

    await untilShown(popup, /reach/i);
  });
});

function withValue(key: string, value: string): (good: SettingsFile) => SettingsFile {
  return (good) =>
    good.account ? { ...good, account: { ...good.account, values: { ...good.account.values, [key]: value } } } : good;
}

/** One try may ask in two methods, where the PBX says that it does not take the first (405). */
function refusedLogins(office: Office): number {
  return office.pbx.journal.requests().filter(({ path, status }) => path === '/rest/system/session' && status !== 405)
    .length;
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 1;
}
