import { common, FOLLOWS, lostAt, type MatrixPbx, type MatrixSystem, PLACES, throughRelay } from '../matrix/system.ts';
import { startRigRelay, zorioAgent } from '../relay/rig.ts';
import type { SimClock } from './clock.ts';
import { startZorio } from './zorio.ts';

/** The rows of the matrix: alone, and with the company's relay. */
export const MATRIX: readonly MatrixSystem[] = [
  {
    name: 'Zorio',
    ...PLACES,
    sees: 'end',
    tellsCause: true,
    limitPoint: 'click',
    lost: lostAt('click'),
    // A token that is refused minutes after its login is refused after the next one, too.
    renewsLogin: false,
    start: (clock) => zorioAt(clock, false),
  },
  {
    name: 'Zorio with the company’s relay',
    ...FOLLOWS,
    hangsUp: false,
    limitPoint: 'click',
    lost: lostAt('click'),
    renewsLogin: false,
    start: (clock) => zorioAt(clock, true),
  },
];

async function zorioAt(clock: SimClock | undefined, hasRelay: boolean): Promise<MatrixPbx> {
  const pbx = await startZorio(clock ? { clock } : {});
  const own = { ...common(pbx), phone: () => pbx.phone('1001') };
  const values = { server: pbx.origin, extension: '1001', username: 'ann', password: 's3cret-1001' };
  if (!hasRelay) return { ...own, account: { vendor: 'zorio', values } };
  const relay = await startRigRelay(clock ? { now: () => clock.now() } : {});
  pbx.webhooks.url = `${relay.origin}/webhooks/zorio`;
  const more = { relayUrl: relay.origin, relayToken: relay.token(zorioAgent('1001')) };
  return { ...throughRelay(own, relay), account: { vendor: 'zorio', values: { ...values, ...more } } };
}
