import { mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findNats, startNats } from '../relay/nats-server.ts';
import { startRigRelay, V3_KEY, v3Agent, v3WebhookUrl, zorioAgent } from '../relay/rig.ts';
import { startV3, type V3Simulator } from '../simulators/call-control-v3.ts';
import { startZorio } from '../simulators/zorio.ts';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { launch } from './harness/launch.ts';
import { clickButton } from './harness/numbers.ts';
import { startPageServer } from './harness/page-server.ts';
import { hasButton, openPopup, pressButton, untilShown } from './harness/popup.ts';
import { importSettings, untilOnline } from './harness/set-up.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

const NUMBER = '+16175550142';
const program = findNats();

describe.each(BROWSER_KINDS)("the company's relay, in %s", (kind) => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  /** A browser with this account, and a page with the customer's number. */
  async function desk(vendor: string, values: Readonly<Record<string, string>>) {
    const pages = await startPageServer();
    const browser = await launch(kind);
    closers.push(
      () => pages.close(),
      () => browser.close(),
    );
    await importSettings(browser, { pagedial: 1, account: { vendor, values }, country: 'US' });
    await untilOnline(browser);
    return {
      browser,
      async call() {
        const html = '<!doctype html><html lang="en"><title>Lead</title><p>Maya: +1 617 555 0142</p></html>';
        await clickButton(browser, await browser.open(pages.add('/leads/1', html)), NUMBER);
        return openPopup(browser);
      },
    };
  }

  test('Zorio: both legs of a call, how it ended, and a call that comes in', async () => {
    const pbx = await startZorio();
    const relay = await startRigRelay();
    pbx.webhooks.url = `${relay.origin}/webhooks/zorio`;
    closers.push(
      () => relay.close(),
      () => pbx.close(),
    );
    const { call } = await desk('zorio', {
      server: pbx.origin,
      extension: '1001',
      token: pbx.token,
      relayUrl: relay.origin,
      relayToken: relay.token(zorioAgent('1001')),
    });

    const popup = await call();
    await untilShown(popup, words('state_own_phone'));
    expect(pbx.phone('1001').answer()).toBe(true);
    await untilShown(popup, words('state_far_end'));
    await until('the customer answers', () => pbx.farEnd().answer());
    await untilShown(popup, words('state_talking'));
    await untilShown(popup, words('hang_up_on_phone'));
    expect(await hasButton(popup, 'Hang up')).toBe(false);
    pbx.farEnd().hangUp();
    await untilShown(popup, words('end_completed'));

    pbx.incoming('1002', '+16175550177');
    pbx.incoming('1001', '+16175550188');
    const text = await untilShown(popup, words('state_incoming'));
    expect(text).toContain('0188');
    expect(text).not.toContain('0177');
    expect(pbx.phone('1001').answer()).toBe(true);
    await untilShown(popup, words('state_talking'));
    expect(pbx.places()).toHaveLength(1);
    expect(pbx.violations).toEqual([]);
  });

  test("Call Control v3: followed, held, and hung up by the leg's id, with a token that the relay keeps", async () => {
    const pbx = await startV3();
    const relay = await startRigRelay({ config: { callControlV3: tokensOf(pbx) } });
    pbx.webhooks.url = v3WebhookUrl(relay);
    closers.push(
      () => relay.close(),
      () => pbx.close(),
    );
    const { call } = await desk('call-control-v3', {
      server: pbx.origin,
      tenantId: pbx.tenant,
      extension: '210',
      relayUrl: relay.origin,
      relayToken: relay.token(v3Agent('210')),
    });

    const popup = await call();
    await untilShown(popup, words('state_ringing_pick_up'));
    expect(pbx.phone('210').answer()).toBe(true);
    await untilShown(popup, words('state_in_call'));
    await until('the customer answers', () => pbx.farEnd().answer());
    expect(pbx.phone('210').hold()).toBe(true);
    await untilShown(popup, words('state_held'));
    expect(pbx.phone('210').resume()).toBe(true);
    await untilShown(popup, words('state_in_call'));

    await pressButton(popup, 'Hang up');

    await until('the call is over', () => pbx.calls()[0]?.endedBy === 'api');
    await untilShown(popup, words('end_completed'));
    expect(pbx.places()).toHaveLength(1);
    expect(pbx.violations).toEqual([]);
  });

  test.skipIf(!program)(
    'a relay that dies in mid-call: the agent goes to the other, and the call goes on',
    async () => {
      const nats = await startNats(program ?? '');
      const pbx = await startZorio();
      const [one, other] = await Promise.all([startRigRelay({ nats: nats.url }), startRigRelay({ nats: nats.url })]);
      const balancer = await startBalancer(one.origin);
      pbx.webhooks.url = `${other.origin}/webhooks/zorio`;
      closers.push(
        () => nats.close(),
        () => Promise.all([one.close(), other.close()]).then(() => undefined),
        () => balancer.close(),
        () => pbx.close(),
      );
      const { call } = await desk('zorio', {
        server: pbx.origin,
        extension: '1001',
        token: pbx.token,
        relayUrl: balancer.origin,
        relayToken: one.token(zorioAgent('1001')),
      });

      const popup = await call();
      await untilShown(popup, words('state_own_phone'));
      balancer.moveTo(other.origin);
      expect(pbx.phone('1001').answer()).toBe(true);

      await untilShown(popup, words('state_far_end'));
      await until('the customer answers', () => pbx.farEnd().answer());
      await untilShown(popup, words('state_talking'));
      expect(other.sockets.length).toBe(1);
      expect(pbx.places()).toHaveLength(1);
    },
  );
});

function tokensOf(pbx: V3Simulator) {
  const tokenFile = join(mkdtempSync(join(tmpdir(), 'pagedial-relay-')), 'tokens.json');
  writeFileSync(tokenFile, JSON.stringify({ [`${pbx.tenant}/210`]: { refreshToken: pbx.refreshToken } }));
  const values = { grant_type: 'refresh_token', refresh_token: '{refreshToken}' };
  const refresh = {
    url: `${pbx.origin}/oauth/token`,
    headers: {},
    body: { as: 'form', values },
    accessToken: 'access_token',
    refreshToken: 'refresh_token',
    expiresIn: 'expires_in',
  } as const;
  return { key: V3_KEY, tenants: [pbx.tenant], extensions: [], tokenFile, refresh };
}

/** What stands before two relays: passes connections on to one of them, and cuts all of them when that one is gone. */
async function startBalancer(first: string) {
  let target = first;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const { hostname, port } = new URL(target);
    const onward = connect(Number(port), hostname);
    for (const side of [socket, onward]) {
      open.add(side);
      side.on('error', () => undefined);
      side.on('close', () => {
        open.delete(side);
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    moveTo(next: string) {
      target = next;
      cut();
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
