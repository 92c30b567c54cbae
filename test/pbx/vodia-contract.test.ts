import { createHash } from 'node:crypto';
import { PLACE_ONLY } from '../../src/core/connection.ts';
import { vodia } from '../../src/pbx/vendors/vodia.ts';
import { LIVE } from '../../src/pbx/vodia/live-session.ts';
import type { SimClock } from '../simulators/clock.ts';
import { startVodia } from '../simulators/vodia.ts';
import { type ContractCase, type ContractPbx, describeContract } from './contract.ts';
import { vodiaNonsense } from './vodia-nonsense.ts';

async function vodiaPbx(clock: SimClock, way: 'helper' | 'password' | 'place only'): Promise<ContractPbx> {
  const simulator = await startVodia({ clock });
  const own = { server: simulator.origin, domain: simulator.tenant, user: '45', password: 's3cret-45' };
  const isPlaceOnly = way === 'place only';
  if (isPlaceOnly) simulator.faults.set('socket', { kind: 'refuse', status: 403 }, { always: true });
  // A helper that hands out a token of yesterday.
  const stale = { session: 'used-up-token', server: simulator.origin, user: '45', domain: simulator.tenant };
  simulator.mount('/rest/stale', 'application/json', JSON.stringify(stale));
  return {
    account: way === 'helper' ? { loginHelper: simulator.helperUrl } : own,
    wrongAccount:
      way === 'helper' ? { loginHelper: `${simulator.helperOrigin}/rest/stale` } : { ...own, password: 'wr0ng-s3cret' },
    secrets: ['s3cret-45', 'wr0ng-s3cret', 'used-up-token'].flatMap(forms),
    faults: simulator.faults,
    journal: simulator.journal,
    violations: simulator.violations,
    loginPoint: 'session',
    ambiguous: isPlaceOnly
      ? {
          'answer lost': { point: 'calls', fault: { kind: 'reset-after' } },
          'cut before': { point: 'calls', fault: { kind: 'reset-before' } },
          'no answer': { point: 'calls', fault: { kind: 'delay', ms: 60_000 } },
          'server error': { point: 'calls', fault: { kind: 'wrong-answer', status: 500 } },
          'a page': { point: 'calls', fault: { kind: 'wrong-answer', status: 200, body: '<html>Sign in</html>' } },
          'a redirect': { point: 'calls', fault: { kind: 'answer', status: 307, headers: { location: '/elsewhere' } } },
        }
      : {
          'never said again': { point: 'frame:make-call', fault: { kind: 'swallow' } },
          'line cut before': { point: 'frame:make-call', fault: { kind: 'reset-before' } },
          'line cut after': { point: 'frame:make-call', fault: { kind: 'cut' } },
        },
    refusals: isPlaceOnly
      ? {
          'session over': { point: 'calls', fault: { kind: 'answer', status: 401 }, kind: 'login-refused' },
          'not allowed': { point: 'calls', fault: { kind: 'answer', status: 403 }, kind: 'not-allowed' },
          'bad number': { point: 'calls', fault: { kind: 'answer', status: 422 }, kind: 'number-refused' },
          'said no': { point: 'calls', fault: { kind: 'answer', status: 200, body: 'false' }, kind: 'rejected' },
        }
      : {},
    places: () => simulator.places().length,
    isPlaceRequest: (entry) =>
      entry.kind === 'frame'
        ? entry.direction === 'in' && entry.text.includes('make-call')
        : entry.method === 'POST' && entry.path.endsWith('/calls'),
    phone: () => simulator.phone('45'),
    farEnd: () => simulator.farEnd(),
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
];

for (const one of CASES) describeContract(one);
