import type { AccountValues } from '../../src/core/account.ts';
import { type RigRelay, startRigRelay, V3_KEY, v3Agent, v3WebhookUrl, zorioAgent } from '../relay/rig.ts';
import { startAri } from '../simulators/asterisk-ari.ts';
import { startV3 } from '../simulators/call-control-v3.ts';
import type { CallEngine } from '../simulators/call-engine.ts';
import type { SimClock } from '../simulators/clock.ts';
import type { Fault, Faults } from '../simulators/faults.ts';
import { startTemplate } from '../simulators/http-template.ts';
import type { Journal } from '../simulators/journal.ts';
import { startKazoo } from '../simulators/kazoo.ts';
import type { FarEnd, Phone } from '../simulators/phones.ts';
import { startVodia } from '../simulators/vodia.ts';
import { startZorio } from '../simulators/zorio.ts';

/** A pretended PBX as the matrix drives it. */
export interface MatrixPbx {
  readonly account: { readonly vendor: string; readonly values: AccountValues };
  readonly faults: Faults;
  readonly engine: CallEngine;
  readonly violations: readonly string[];
  readonly journal: Journal;
  /** Calls the PBX was asked for and has begun. */
  places(): number;
  phone(): Phone;
  farEnd(): FarEnd;
  /** Every login is over. */
  expire(): void;
  dropLine(): void;
  close(): Promise<void>;
}

/** One row of the matrix: a PBX in one of the ways it can be used, and what the popup can honestly show of its calls. */
export interface MatrixSystem {
  readonly name: string;
  /** `calls`: each change. `end`: how it ended, from a record. `nothing`: that it was placed. */
  readonly sees: 'calls' | 'end' | 'nothing';
  readonly hangsUp: boolean;
  readonly holds: boolean;
  readonly transfers: boolean;
  /** Why a call ended is told, not only that it did. */
  readonly tellsCause: boolean;
  /** What the popup says of a call that was placed and cannot be followed. */
  readonly placedWords: 'state_placed_only' | 'state_placed_press';
  /** Where the request to place a call can be limited, and where its answer can be lost. */
  readonly limitPoint?: string;
  readonly lost: { readonly point: string; readonly fault: Fault };
  /** A login that has run out is made anew; else the user has to sign in. */
  readonly renewsLogin: boolean;
  start(clock?: SimClock): Promise<MatrixPbx>;
}

const NEITHER = { holds: false, transfers: false, placedWords: 'state_placed_only' } as const;
const PLACES = { ...NEITHER, sees: 'nothing', hangsUp: false, tellsCause: false } as const;
const FOLLOWS = { ...NEITHER, sees: 'calls', hangsUp: true, tellsCause: true } as const;
const lostAt = (point: string) => ({ point, fault: { kind: 'reset-after' } }) as const;

/** Every PBX, in every way that shows something else. */
export const SYSTEMS: readonly MatrixSystem[] = [
  {
    name: 'Vodia',
    ...FOLLOWS,
    holds: true,
    transfers: true,
    tellsCause: false,
    lost: { point: 'frame:make-call', fault: { kind: 'cut' } },
    renewsLogin: true,
    start: (clock) => vodiaAt(clock, {}),
  },
  {
    name: 'Vodia by REST',
    ...PLACES,
    limitPoint: 'calls',
    lost: lostAt('calls'),
    renewsLogin: true,
    async start(clock) {
      const pbx = await vodiaAt(clock, {});
      pbx.faults.set('socket', { kind: 'refuse', status: 403 }, { always: true });
      return pbx;
    },
  },
  {
    name: 'Vodia by link',
    ...PLACES,
    placedWords: 'state_placed_press',
    limitPoint: 'link',
    // Not by a cut: Firefox would ask again by itself, which the form warns of.
    lost: { point: 'link', fault: { kind: 'delay', ms: 15_000 } },
    renewsLogin: true,
    start: (clock) => vodiaAt(clock, { way: 'link-challenge' }),
  },
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
  {
    name: 'Kazoo by event socket',
    ...FOLLOWS,
    transfers: true,
    limitPoint: 'connect',
    lost: lostAt('connect'),
    renewsLogin: true,
    start: (clock) => kazooAt(clock, true),
  },
  {
    name: 'Kazoo by channels',
    ...FOLLOWS,
    transfers: true,
    tellsCause: false,
    limitPoint: 'connect',
    lost: lostAt('connect'),
    renewsLogin: true,
    start: (clock) => kazooAt(clock, false),
  },
  {
    name: 'Asterisk',
    ...FOLLOWS,
    limitPoint: 'originate',
    lost: lostAt('originate'),
    renewsLogin: false,
    async start(clock) {
      const pbx = await startAri(clock ? { clock } : {});
      const { user, password } = pbx.login;
      return {
        ...common(pbx),
        account: {
          vendor: 'asterisk-ari',
          values: { server: pbx.origin, user, password, endpoint: 'PJSIP/2040', context: 'agents' },
        },
        phone: () => pbx.phone('2040'),
      };
    },
  },
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
  {
    name: 'A template that polls',
    ...FOLLOWS,
    tellsCause: false,
    limitPoint: 'dial',
    lost: lostAt('dial'),
    renewsLogin: false,
    start: (clock) => templateAt(clock, true),
  },
  {
    name: 'A template that places',
    ...PLACES,
    limitPoint: 'dial',
    lost: lostAt('dial'),
    renewsLogin: false,
    start: (clock) => templateAt(clock, false),
  },
];

interface Simulator {
  readonly faults: Faults;
  readonly engine: CallEngine;
  readonly violations: readonly string[];
  readonly journal: Journal;
  places(): readonly unknown[];
  farEnd(): FarEnd;
  expireSessions(): void;
  dropSockets(code?: number): void;
  close(): Promise<void>;
}

function common(pbx: Simulator): Omit<MatrixPbx, 'account' | 'phone'> {
  return {
    faults: pbx.faults,
    engine: pbx.engine,
    violations: pbx.violations,
    journal: pbx.journal,
    places: () => pbx.places().length,
    farEnd: () => pbx.farEnd(),
    expire: () => pbx.expireSessions(),
    dropLine: () => pbx.dropSockets(1006),
    close: () => pbx.close(),
  };
}

async function vodiaAt(clock: SimClock | undefined, more: AccountValues): Promise<MatrixPbx> {
  const pbx = await startVodia(clock ? { clock } : {});
  const values = { server: pbx.origin, domain: pbx.tenant, user: '45', password: 's3cret-45', ...more };
  return { ...common(pbx), account: { vendor: 'vodia', values }, phone: () => pbx.phone('45') };
}

async function kazooAt(clock: SimClock | undefined, hasSocket: boolean): Promise<MatrixPbx> {
  const pbx = await startKazoo(clock ? { clock } : {});
  const values = {
    server: pbx.origin,
    username: 'Ann',
    password: 's3cret-ann',
    accountName: 'acme',
    clickToCallId: 'c2c-ann',
    ...(hasSocket ? { socketUrl: pbx.socketUrl } : {}),
  };
  return { ...common(pbx), account: { vendor: 'kazoo', values }, phone: () => pbx.phone('2040') };
}

/** Events go to a server of the company, which passes on what is the agent's. */
function throughRelay(pbx: Omit<MatrixPbx, 'account'>, relay: RigRelay): Omit<MatrixPbx, 'account'> {
  return {
    ...pbx,
    dropLine() {
      for (const socket of relay.sockets) socket.terminate();
    },
    async close() {
      await Promise.all([pbx.close(), relay.close()]);
    },
  };
}

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

async function templateAt(clock: SimClock | undefined, polls: boolean): Promise<MatrixPbx> {
  const pbx = await startTemplate(clock ? { clock } : {});
  const profile = {
    name: 'Simulated system',
    allowedOrigin: pbx.origin,
    auth: 'bearer',
    place: {
      method: 'POST',
      url: `${pbx.origin}/dial`,
      body: { json: { number: '{number}' } },
      successMatch: { path: 'success', equals: true },
      callIdPath: 'call.id',
    },
    ...(polls
      ? {
          hangup: { method: 'POST', url: `${pbx.origin}/hangup/{callId}` },
          status: {
            url: `${pbx.origin}/status/{callId}`,
            intervalMs: 1000,
            statePath: 'call.state',
            stateMap: TEMPLATE_STATES,
            goneStatus: 404,
          },
        }
      : {}),
  };
  return {
    ...common(pbx),
    account: {
      vendor: 'http-template',
      values: { profile: JSON.stringify(profile), extension: '30', user: pbx.user, secret: pbx.secret },
    },
    phone: () => pbx.phone('30'),
  };
}

const TEMPLATE_STATES = {
  'agent-ringing': 'dialing',
  'far-end-dialling': 'ringing',
  'far-end-ringing': 'ringing',
  talking: 'connected',
  held: 'held',
};
