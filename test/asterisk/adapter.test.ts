import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AccountValues } from '../../src/core/account.ts';
import type { PbxSession } from '../../src/pbx/adapter.ts';
import { asteriskAri } from '../../src/pbx/vendors/asterisk-ari.ts';
import { Listener } from '../pbx/listener.ts';
import { type NodePorts, nodePorts } from '../pbx/node-ports.ts';
import { realClock } from '../simulators/clock.ts';
import { ensureAsterisk } from './find-asterisk.ts';
import { type RealAsterisk, startAsterisk } from './real-asterisk.ts';
import { SipPhone } from './sip-phone.ts';

const NUMBER = '+16175550142';

let pbx: RealAsterisk;
let agent: SipPhone;
let customer: SipPhone;

beforeAll(async () => {
  const found = ensureAsterisk();
  if (!found) throw new Error('no Asterisk to test with');
  pbx = await startAsterisk(found);
  console.log(`Asterisk ${pbx.version}`);
  agent = await SipPhone.start({ user: '2040', pbxPort: pbx.sipPort });
  customer = await SipPhone.start({ user: 'trunk', pbxPort: pbx.sipPort });
  await Promise.all([agent.register(), customer.register()]);
}, 300_000);
afterAll(async () => {
  agent?.close();
  customer?.close();
  await pbx?.stop();
});

describe('the adapter at a real Asterisk', () => {
  let ports: NodePorts;
  let told: Listener;
  let count = 0;
  const open: PbxSession[] = [];

  beforeEach(() => {
    ports = nodePorts({ clock: realClock() });
    told = new Listener();
  });
  afterEach(async () => {
    for (const session of open.splice(0)) session.close();
    for (const phone of [agent, customer]) if (phone.call?.state === 'talking') phone.hangUp();
    await expect.poll(async () => pbx.ask('GET', 'channels')).toEqual([]);
  });

  const accountOf = (change: AccountValues): AccountValues => ({
    server: pbx.origin,
    ...pbx.login,
    endpoint: 'PJSIP/2040',
    context: 'agents',
    ...change,
  });
  async function session(change: AccountValues = {}, tell = told.tell): Promise<PbxSession> {
    const opened = await asteriskAri.connect(accountOf(change), ports, tell);
    if (!opened.ok) throw new Error(`not connected: ${JSON.stringify(opened.error)}`);
    open.push(opened.value);
    return opened.value;
  }
  const steps = () => told.reports.map(({ change }) => (change.to === 'ringing' ? change.leg : change.to));
  const newRef = () => `real-${Date.now()}-${count++}`;

  /** Places a call and waits until the far end rings; the legs may be PJSIP or Local. */
  async function ringing(line: PbxSession, number = NUMBER): Promise<string> {
    const placed = await line.dial({ number, ref: newRef(), name: 'Jane Doe' });
    expect(placed).toMatchObject({ ok: true });
    await agent.until(() => agent.call !== undefined);
    await expect.poll(steps).toEqual(['own-phone']);
    agent.answer();
    await customer.until(() => customer.call !== undefined);
    await expect.poll(steps).toEqual(['own-phone', 'far-end']);
    return placed.ok ? (placed.value.pbxId ?? '') : '';
  }

  test.each(['PJSIP/2040', 'Local/2040@agents'])(
    'a whole call by %s is told as the phones see it',
    async (endpoint) => {
      const line = await session({ endpoint });
      const id = await ringing(line);

      expect(agent.call?.from).toContain('Jane Doe');
      expect(agent.call?.from).toContain('16175550142');
      // Unless it is set back, the customer is called by the customer.
      expect(customer.call?.from).toContain('2040');
      expect(customer.call?.from).not.toContain('6175550142');
      customer.answer();
      await expect.poll(steps).toEqual(['own-phone', 'far-end', 'talking']);
      customer.hangUp();
      await expect.poll(() => told.states().at(-1)).toBe('ended completed');

      expect(new Set(told.reports.map(({ pbxId }) => pbxId))).toEqual(new Set([id]));
      await expect.poll(() => pbx.records().at(-1)?.disposition).toBe('ANSWERED');
    },
  );

  test.each([
    ['486 Busy Here', 'busy'],
    ['603 Decline', 'rejected'],
    ['404 Not Found', 'invalid-number'],
    ['480 Temporarily Unavailable', 'no-answer'],
    ['503 Service Unavailable', 'congestion'],
  ])('a customer who answers "%s" ends the call as %s', async (status, reason) => {
    await ringing(await session());

    customer.refuse(status);

    await expect.poll(() => told.states().at(-1)).toBe(`ended ${reason}`);
  });

  test.each(['486 Busy Here', '603 Decline'])('an agent who answers "%s" has not picked up', async (status) => {
    const line = await session();
    await line.dial({ number: NUMBER, ref: newRef() });
    await agent.until(() => agent.call !== undefined);

    agent.refuse(status);

    await expect.poll(() => told.states().at(-1)).toBe('ended own-phone-no-answer');
  });

  test.each([
    ['while our own phone rings', 0, 'cancelled'],
    ['while the far end rings', 1, 'cancelled'],
    ['while both talk', 2, 'completed'],
  ])('a hang-up %s ends the call at both phones', async (_when, answered, reason) => {
    const line = await session();
    const placed = await line.dial({ number: NUMBER, ref: newRef() });
    const id = placed.ok ? (placed.value.pbxId ?? '') : '';
    await agent.until(() => agent.call !== undefined);
    if (answered > 0) {
      agent.answer();
      await customer.until(() => customer.call !== undefined);
    }
    if (answered > 1) {
      customer.answer();
      await expect.poll(steps).toContain('talking');
    }

    expect(await line.hangUp(id)).toEqual({ ok: true, value: undefined });
    await expect.poll(() => told.states().at(-1)).toBe(`ended ${reason}`);

    await agent.until(() => agent.call === undefined);
    await customer.until(() => customer.call === undefined);
    expect(await line.hangUp(id)).toEqual({ ok: true, value: undefined });
  });

  test('an agent who hangs up while the far end rings has cancelled', async () => {
    await ringing(await session());

    agent.hangUp();

    await expect.poll(() => told.states().at(-1)).toBe('ended cancelled');
  });

  test('hold and resume at the phone are told', async () => {
    await ringing(await session());
    customer.answer();
    await expect.poll(steps).toContain('talking');

    agent.hold();
    await expect.poll(() => steps().at(-1)).toBe('held');
    agent.resume();
    await expect.poll(() => steps().at(-1)).toBe('talking');
  });

  test('a call from outside and one dialled at the phone are told as they are', async () => {
    await session();

    customer.dial('2040');
    await agent.until(() => agent.call !== undefined);
    await expect.poll(() => told.reports.at(-1)).toMatchObject({ direction: 'incoming', change: { to: 'ringing' } });
    agent.answer();
    await expect.poll(steps).toEqual(['own-phone', 'talking']);
    customer.hangUp();
    await expect.poll(() => told.states().at(-1)).toBe('ended completed');

    agent.dial('16175550143');
    await customer.until(() => customer.call !== undefined);
    await expect.poll(() => told.reports.at(-1)).toMatchObject({ direction: 'outgoing', number: '16175550143' });
    customer.answer();
    await expect.poll(() => steps().at(-1)).toBe('talking');
    agent.hangUp();
    await expect.poll(() => told.states().at(-1)).toBe('ended completed');
  });

  test('after a gap a call is listed as it stands', async () => {
    const line = await session();
    const id = await ringing(line);
    const far = await line.listCalls();
    customer.answer();
    await expect.poll(steps).toContain('talking');
    line.close();

    const again = await session();
    const talking = await again.listCalls();
    await again.hangUp(id);

    expect(far).toMatchObject({ ok: true, value: [{ pbxId: id, change: { to: 'ringing', leg: 'far-end' } }] });
    expect(talking).toMatchObject({ ok: true, value: [{ pbxId: id, change: { to: 'talking' } }] });
    await expect.poll(() => told.states().at(-1)).toBe('ended completed');
  });

  test.each([
    ['a wrong password', { password: 'wr0ng-s3cret' }, 'login-refused'],
    ['a user who may only read', { user: 'reader', password: 'read-s3cret' }, 'not-allowed'],
    ['an endpoint nobody has', { endpoint: 'PJSIP/9999' }, 'unknown-user'],
    ['an address without ARI', { server: '/nothing' }, 'not-a-pbx'],
  ])('%s is told apart from the others', async (_name, change, kind) => {
    const server = 'server' in change ? { server: `${pbx.origin}/nothing` } : {};

    expect(await asteriskAri.connect(accountOf({ ...change, ...server }), ports, told.tell)).toMatchObject({
      ok: false,
      error: { kind },
    });
  });

  test('a phone that is not signed in is named, before and at the call', async () => {
    const line = await session({ endpoint: 'PJSIP/2041' });

    expect(told.steps).toContain('phone phone-not-registered');
    expect(await line.dial({ number: NUMBER, ref: newRef() })).toMatchObject({
      ok: false,
      error: { placed: 'no', error: { kind: 'phone-not-registered' } },
    });
  });

  test('a context that does not exist is named as the reason', async () => {
    const line = await session({ context: 'nowhere' });
    await line.dial({ number: NUMBER, ref: newRef() });
    await agent.until(() => agent.call !== undefined);

    agent.answer();

    await expect
      .poll(() => told.reports.at(-1)?.change)
      .toMatchObject({ to: 'ended', error: { kind: 'number-refused' } });
  });

  test('an id that is taken is our own call', async () => {
    const line = await session();
    const ref = newRef();

    const first = await line.dial({ number: NUMBER, ref });
    const again = await line.dial({ number: NUMBER, ref });
    await agent.until(() => agent.call !== undefined);
    await line.hangUp(first.ok ? (first.value.pbxId ?? '') : '');

    expect(again).toEqual(first);
    expect(agent.calls.filter(({ state }) => state !== 'gone').length).toBeLessThanOrEqual(1);
  });

  test('two browsers under one name: the first one steps back', async () => {
    await session({ _app: 'pagedial-shared' });
    const other = new Listener();
    const second = await session({ _app: 'pagedial-shared' }, other.tell);

    await expect.poll(() => told.of('lost').length).toBe(1);
    expect(told.of('remember')).toEqual([{ type: 'remember', values: { _app: '' } }]);
    expect((await second.beat()).ok).toBe(true);
    expect(other.of('lost')).toEqual([]);
  });

  test('twenty foreign calls meanwhile: nothing of them is told, and ours goes as ever', async () => {
    const foreign = Array.from({ length: 20 }, (_, index) => `foreign-${index}`);
    for (const id of foreign) {
      await pbx.ask('POST', `channels/${id}?endpoint=Local/600@agents&extension=600&context=agents&priority=1`);
    }
    const line = await session();
    const id = await ringing(line);
    customer.answer();
    await expect.poll(steps).toEqual(['own-phone', 'far-end', 'talking']);
    const listed = await line.listCalls();
    for (const one of foreign) await pbx.ask('DELETE', `channels/${one}`);
    await line.hangUp(id);
    await expect.poll(() => told.states().at(-1)).toBe('ended completed');

    expect(listed).toMatchObject({ ok: true, value: [{ pbxId: id }] });
    expect(new Set(told.reports.map(({ pbxId }) => pbxId))).toEqual(new Set([id]));
  });

  test('a restart in mid-call ends the line, and the call is gone when it is back', async () => {
    const line = await session();
    await ringing(line);

    const restarted = pbx.restart();
    await expect.poll(() => told.of('lost').length).toBe(1);
    await restarted;
    await Promise.all([agent.register(), customer.register()]);
    const again = await session();

    expect(await again.listCalls()).toEqual({ ok: true, value: [] });
    agent.forget();
    customer.forget();
  });
});
