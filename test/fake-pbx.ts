import type { PbxCall } from '../src/core/calls.ts';
import type { Capabilities, PbxError } from '../src/core/connection.ts';
import { fail, ok, type Result } from '../src/core/result.ts';
import type { DialAccepted, DialFailure, OpenCall } from '../src/core/update.ts';
import type { DialRequest, PbxAdapter, PbxNews, PbxSession } from '../src/pbx/adapter.ts';

export const ALL: Capabilities = {
  liveState: true,
  seesFarEnd: true,
  hangUp: true,
  hold: false,
  transfer: false,
  listCalls: true,
};

/** One session as a test sees it, from the PBX's side. */
export interface FakeSession {
  readonly tell: (news: PbxNews) => void;
  readonly dialled: DialRequest[];
  readonly hungUp: string[];
  readonly followed: OpenCall[];
  readonly values: Readonly<Record<string, string>>;
  beats: number;
  isClosed: boolean;
}

/** A PBX in memory: what it answers can be set, what it was asked is counted. */
export interface FakePbx {
  readonly adapter: PbxAdapter;
  readonly sessions: FakeSession[];
  /** Asked at each login; a promise may be left open. */
  login: () => Promise<Result<void, PbxError>>;
  capabilities: Capabilities;
  alive: readonly PbxCall[];
  /** What `listCalls` answers; `alive` unless set. */
  list?: () => Promise<Result<readonly PbxCall[], PbxError>>;
  dial: (request: DialRequest) => Promise<Result<DialAccepted, DialFailure>>;
  hangUp: () => Promise<Result<void, PbxError>>;
  beat: () => Promise<Result<void, PbxError>>;
  /** Absent, as for a PBX that cannot. */
  hold?: () => Promise<Result<void, DialFailure>>;
  transfer?: (to: string) => Promise<Result<void, DialFailure>>;
  logins: number;
}

export function createFakePbx(): FakePbx {
  const pbx: FakePbx = {
    sessions: [],
    login: async () => ok(undefined),
    capabilities: ALL,
    alive: [],
    dial: async () => ok({}),
    hangUp: async () => ok(undefined),
    beat: async () => ok(undefined),
    logins: 0,
    adapter: {
      id: 'fake',
      label: 'Fake',
      fields: [
        { key: 'server', label: 'server', kind: 'url', required: true },
        { key: 'user', label: 'user', kind: 'text', required: true },
        { key: 'password', label: 'password', kind: 'secret', required: true },
        { key: 'way', label: 'way', kind: 'choice', required: false, initial: 'safe' },
      ],
      check: (values) =>
        Object.fromEntries(['server', 'user', 'password'].filter((key) => !values[key]).map((key) => [key, 'missing'])),
      needs: ({ server = '' }) => ({ origins: [`${server}/*`], permissions: [] }),
      async connect(values, _ports, tell) {
        pbx.logins += 1;
        const login = await pbx.login();
        if (!login.ok) return fail(login.error);
        const session: FakeSession = { tell, values, dialled: [], hungUp: [], followed: [], beats: 0, isClosed: false };
        pbx.sessions.push(session);
        return ok(sessionOf(session, pbx));
      },
    },
  };
  return pbx;
}

function sessionOf(session: FakeSession, pbx: FakePbx): PbxSession {
  return {
    capabilities: pbx.capabilities,
    dial(request) {
      session.dialled.push(request);
      return pbx.dial(request);
    },
    hangUp(pbxId) {
      session.hungUp.push(pbxId);
      return pbx.hangUp();
    },
    ...(pbx.hold ? { hold: pbx.hold } : {}),
    ...(pbx.transfer ? { transfer: (_id: string, to: string) => transferred(pbx, to) } : {}),
    follow: (calls) => void session.followed.push(...calls),
    listCalls: async () => pbx.list?.() ?? ok(pbx.alive),
    beat() {
      session.beats += 1;
      return pbx.beat();
    },
    close() {
      session.isClosed = true;
    },
  };
}

async function transferred({ transfer }: FakePbx, to: string): Promise<Result<void, DialFailure>> {
  return (await transfer?.(to)) ?? ok(undefined);
}
