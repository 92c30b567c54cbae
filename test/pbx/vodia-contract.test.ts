import { createHash } from 'node:crypto';
import { type Capabilities, PLACE_ONLY } from '../../src/core/connection.ts';
import { vodia } from '../../src/pbx/vendors/vodia.ts';
import { LIVE } from '../../src/pbx/vodia/live-session.ts';
import type { SimClock } from '../simulators/clock.ts';
import { startVodia } from '../simulators/vodia.ts';
import { type ContractCase, type ContractPbx, describeContract } from './contract.ts';
import { vodiaNonsense } from './vodia-nonsense.ts';

type Way = 'helper' | 'password' | 'place only' | 'basic' | 'link-challenge' | 'link-hash' | 'link-login';

async function vodiaPbx(clock: SimClock, way: Way): Promise<ContractPbx> {
  const simulator = await startVodia({ clock });
  const isLink = way.startsWith('link-');
  const user = { server: simulator.origin, domain: simulator.tenant, user: '45' };
  const own =
    way === 'basic'
      ? { ...user, way, apiUser: simulator.admin.user, password: simulator.admin.password }
      : { ...user, password: 's3cret-45', ...(isLink ? { way } : {}) };
  const isPlaceOnly = way === 'place only' || way === 'basic' || isLink;
  const point = isLink ? 'link' : 'calls';
  if (way === 'place only') simulator.faults.set('socket', { kind: 'refuse', status: 403 }, { always: true });
  // A helper that hands out a token of yesterday.
  const stale = { session: 'used-up-token', server: simulator.origin, user: '45', domain: simulator.tenant };
  simulator.mount('/rest/stale', 'application/json', JSON.stringify(stale));
  return {
    account: way === 'helper' ? { loginHelper: simulator.helperUrl } : own,
    wrongAccount:
      way === 'helper' ? { loginHelper: `${simulator.helperOrigin}/rest/stale` } : { ...own, password: 'wr0ng-s3cret' },
    secrets: ['s3cret-45', 'wr0ng-s3cret', 'used-up-token', simulator.admin.password].flatMap(forms),
    faults: simulator.faults,
    journal: simulator.journal,
    violations: simulator.violations,
    loginPoint: way === 'basic' || isLink ? point : 'session',
    ambiguous: isPlaceOnly
      ? {
          'answer lost': { point, fault: { kind: 'reset-after' } },
          'cut before': { point, fault: { kind: 'reset-before' } },
          'no answer': { point, fault: { kind: 'delay', ms: 60_000 } },
          'server error': { point, fault: { kind: 'wrong-answer', status: 500 } },
          // A link's own answer is a page; only one that asks for a password says that something is wrong.
          'a page': {
            point,
            fault: { kind: 'wrong-answer', status: 200, body: '<html>Sign in<input type="password"></html>' },
          },
          'a redirect': { point, fault: { kind: 'answer', status: 307, headers: { location: '/elsewhere' } } },
        }
      : {
          'never said again': { point: 'frame:make-call', fault: { kind: 'swallow' } },
          'line cut before': { point: 'frame:make-call', fault: { kind: 'reset-before' } },
          'line cut after': { point: 'frame:make-call', fault: { kind: 'cut' } },
        },
    refusals: isPlaceOnly
      ? {
          'session over': { point, fault: { kind: 'answer', status: 401 }, kind: 'login-refused' },
          'not allowed': { point, fault: { kind: 'answer', status: 403 }, kind: 'not-allowed' },
          'bad number': { point, fault: { kind: 'answer', status: 422 }, kind: 'number-refused' },
          'said no': { point, fault: { kind: 'answer', status: 200, body: 'false' }, kind: 'rejected' },
        }
      : {},
    places: () => simulator.places().length,
    isPlaceRequest: (entry) =>
      entry.kind === 'frame'
        ? entry.direction === 'in' && entry.text.includes('make-call')
        : entry.path.startsWith('/remote_call.htm') || (entry.method === 'POST' && entry.path.endsWith('/calls')),
    phone: () => simulator.phone('45'),
    farEnd: () => simulator.farEnd(),
    transfers: () => simulator.transfers().map(({ to }) => to),
    holds: () => simulator.holds().length,
    dropLine: () => simulator.dropSockets(1006),
    halfOpen: () => simulator.halfOpen(),
    sendNonsense() {
      for (const frame of vodiaNonsense(simulator.tenant)) simulator.broadcast(frame);
    },
    close: () => simulator.close(),
  };
}

/** A secret as it may travel. */
function forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('base64').replace(/=+$/, ''), createHash('md5').update(bytes).digest('hex')];
}

/** Vodia in every way it can be used. */
const PRESS_1: Capabilities = { ...PLACE_ONLY, pressKey: '1' };

const CASES: readonly ContractCase[] = [
  { name: 'Vodia by password', adapter: vodia, capabilities: LIVE, start: (clock) => vodiaPbx(clock, 'password') },
  { name: 'Vodia by login helper', adapter: vodia, capabilities: LIVE, start: (clock) => vodiaPbx(clock, 'helper') },
  {
    name: 'Vodia with the socket refused',
    adapter: vodia,
    capabilities: PLACE_ONLY,
    isLimited: true,
    start: (clock) => vodiaPbx(clock, 'place only'),
  },
  {
    name: 'Vodia by REST with an API account',
    adapter: vodia,
    capabilities: PLACE_ONLY,
    loginAt: 'dial',
    start: (clock) => vodiaPbx(clock, 'basic'),
  },
  ...(['link-challenge', 'link-hash', 'link-login'] as const).map(
    (way): ContractCase => ({
      name: `Vodia by ${way}`,
      adapter: vodia,
      capabilities: PRESS_1,
      loginAt: 'dial',
      start: (clock) => vodiaPbx(clock, way),
    }),
  ),
];

for (const one of CASES) describeContract(one);
