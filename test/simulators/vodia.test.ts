import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { virtualClock } from './clock.ts';
import { startVodia, type VodiaSimulator } from './vodia.ts';
import { readToken } from './vodia-login.ts';

let simulator: VodiaSimulator | undefined;

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

async function start(options: Parameters<typeof startVodia>[0] = {}): Promise<VodiaSimulator> {
  simulator = await startVodia(options);
  return simulator;
}

async function signIn(pbx: VodiaSimulator): Promise<string> {
  const helped = (await (await fetch(pbx.helperUrl)).json()) as { session: string };
  const answer = await fetch(`${pbx.origin}/rest/system/session`, {
    method: 'POST',
    body: JSON.stringify({ name: 'session', value: helped.session }),
  });
  return /session=[^;]+/.exec(answer.headers.get('set-cookie') ?? '')?.[0] ?? '';
}

async function openSocket(pbx: VodiaSimulator, cookie: string) {
  const frames: Record<string, unknown>[] = [];
  const url = `${pbx.origin.replace('http', 'ws')}/websocket?domain=${pbx.tenant}&user=45`;
  const socket = new WebSocket(url, { headers: { cookie } });
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8')) as Record<string, unknown>));
  await new Promise((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  const callStates = () => frames.filter((frame) => frame.action === 'call-state');
  return { socket, frames, callStates, send: (frame: object) => socket.send(JSON.stringify(frame)) };
}

test('a call goes from click to hang up over helper, session and socket', async () => {
  const pbx = await start();
  const line = await openSocket(pbx, await signIn(pbx));

  line.send({ action: 'get-calls' });
  await expect.poll(line.callStates).toEqual([{ action: 'call-state', calls: [] }]);
  line.send({ action: 'make-call', to: '+16175550142' });
  await expect.poll(() => pbx.places().length).toBe(1);
  expect(pbx.phone('45').answer()).toBe(true);
  expect(pbx.farEnd().answer()).toBe(true);
  await expect.poll(() => line.callStates().at(-1)).toMatchObject({ calls: [{ callstate: 'connected' }] });
  line.send({ action: 'clear-call', id: pbx.wireId(pbx.calls()[0] ?? expect.fail()) });
  await expect.poll(() => line.callStates().at(-1)).toEqual({ action: 'call-state', calls: [] });

  expect(pbx.violations).toEqual([]);
  expect(pbx.calls()[0]?.endedBy).toBe('api');
});

test('a one-time token opens one session only', async () => {
  const pbx = await start();
  const { session } = (await (await fetch(pbx.helperUrl)).json()) as { session: string };
  const use = () =>
    fetch(`${pbx.origin}/rest/system/session`, {
      method: 'POST',
      body: JSON.stringify({ name: 'session', value: session }),
    });

  const first = await use();
  const second = await use();

  expect(first.headers.get('set-cookie')).toMatch(/^session=.{20}; HttpOnly; Secure; SameSite=Strict; Path=\/$/);
  expect([second.status, await second.text()]).toEqual([200, 'false']);
});

test.each(['json', 'text'] as const)(
  'an administrator gets a one-time token, as %s, that opens a session within ten seconds',
  async (tokenAs) => {
    const clock = virtualClock();
    const pbx = await start({ clock, variants: { tokenAs } });
    const post = async (body: object, authorization = '') => {
      const answer = await fetch(`${pbx.origin}/rest/system/session`, {
        method: 'POST',
        headers: authorization === '' ? {} : { authorization },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: await answer.text() };
    };
    const admin = `Basic ${Buffer.from(`${pbx.admin.user}:${pbx.admin.password}`).toString('base64')}`;
    const wish = { name: '3rd', domain: pbx.tenant, username: '45' };

    const nobody = await post(wish);
    const unknown = await post({ ...wish, username: '99' }, admin);
    const first = await post(wish, admin);
    const inTime = await post({ name: 'session', value: readToken(first.body) });
    const second = await post(wish, admin);
    clock.advance(10_001);
    const late = await post({ name: 'session', value: readToken(second.body) });

    expect([nobody.body, unknown.status]).toEqual(['false', 404]);
    expect(first.body).toMatch(tokenAs === 'json' ? /^"\w{20}"$/ : /^\w{20}$/);
    expect([inTime.body, late.body]).toEqual(['true', 'false']);
  },
);

test('a socket without the session cookie is refused with 401', async () => {
  const pbx = await start();

  await expect(openSocket(pbx, '')).rejects.toThrow('401');
});

test('a preflight is refused and a post has its origin reflected', async () => {
  const pbx = await start();

  const preflight = await fetch(`${pbx.origin}/rest/system/session`, { method: 'OPTIONS' });
  const post = await fetch(`${pbx.origin}/rest/system/session`, {
    method: 'POST',
    headers: { origin: 'https://crm.example' },
    body: '{"name":"session","value":"x"}',
  });

  expect(preflight.status).toBe(403);
  expect(post.headers.get('access-control-allow-origin')).toBe('https://crm.example');
});

test('what a remote control must never send is kept as a violation', async () => {
  const pbx = await start();
  const line = await openSocket(pbx, await signIn(pbx));

  line.send({ action: 'sip-register' });
  line.send({ action: 'clear-call', id: 8841 });

  await expect.poll(() => pbx.violations.length).toBe(2);
});

test('no secret stands in the journal', async () => {
  const pbx = await start();
  const cookie = await signIn(pbx);
  await fetch(`${pbx.origin}/rest/system/session`, {
    method: 'PUT',
    headers: { cookie },
    body: JSON.stringify({ name: 'auth', value: '45@acme.example s3cret-45' }),
  });

  const journal = JSON.stringify(pbx.journal.entries);

  expect(pbx.journal.entries.length).toBe(3);
  expect(journal).not.toContain('s3cret-45');
  expect(journal).not.toContain(cookie.slice('session='.length));
});

test('the control API plays both phones and stays out of the journal', async () => {
  const pbx = await start();
  const order = (path: string, body: object) =>
    fetch(`${pbx.origin}/_sim/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then((answer) => answer.json() as Promise<{ ok: boolean; state: { calls: { phase: string }[] } }>);

  await order('incoming', { extension: '45', from: '+16175550188' });
  const answered = await order('act', { party: 'phone', extension: '45', action: 'answer' });
  const ended = await order('act', { party: 'far-end', action: 'hangUp' });

  expect([answered.ok, answered.state.calls[0]?.phase]).toEqual([true, 'talking']);
  expect(ended.state.calls[0]?.phase).toBe('ended');
  expect(pbx.journal.entries).toEqual([]);
  expect(await (await fetch(`${pbx.origin}/_sim/`)).text()).toContain('PBX simulator');
});

test('it speaks https and wss with a certificate of its own', async () => {
  const pbx = await start({ tls: true });

  expect(pbx.origin).toMatch(/^https:/);
  expect(pbx.variants.secureCookie).toBe(true);
});
