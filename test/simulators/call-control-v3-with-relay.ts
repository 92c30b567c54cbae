import { common, FOLLOWS, lostAt, type MatrixPbx, type MatrixSystem, PLACES, throughRelay } from '../matrix/system.ts';
import { startRigRelay, V3_KEY, v3Agent, v3WebhookUrl } from '../relay/rig.ts';
import { startV3 } from './call-control-v3.ts';
import type { SimClock } from './clock.ts';

/** The rows of the matrix: alone, and with the company's relay. */
export const MATRIX: readonly MatrixSystem[] = [
  {
    name: 'Call Control v3',
    ...PLACES,
    limitPoint: 'dial',
    lost: lostAt('dial'),
    renewsLogin: false,
    start: (clock) => v3At(clock, false),
  },
  {
    name: 'Call Control v3 with the company’s relay',
    ...FOLLOWS,
    tellsCause: false,
    limitPoint: 'dial',
    lost: lostAt('dial'),
    renewsLogin: false,
    start: (clock) => v3At(clock, true),
  },
];

async function v3At(clock: SimClock | undefined, hasRelay: boolean): Promise<MatrixPbx> {
  const pbx = await startV3(clock ? { clock } : {});
  const own = { ...common(pbx), phone: () => pbx.phone('210') };
  const values = { server: pbx.origin, tenantId: pbx.tenant, extension: '210', token: pbx.token };
  if (!hasRelay) return { ...own, account: { vendor: 'call-control-v3', values } };
  const callControlV3 = { key: V3_KEY, tenants: [pbx.tenant], extensions: [] };
  const relay = await startRigRelay({ config: { callControlV3 }, ...(clock ? { now: () => clock.now() } : {}) });
  pbx.webhooks.url = v3WebhookUrl(relay);
  const more = { relayUrl: relay.origin, relayToken: relay.token(v3Agent('210')) };
  return { ...throughRelay(own, relay), account: { vendor: 'call-control-v3', values: { ...values, ...more } } };
}
