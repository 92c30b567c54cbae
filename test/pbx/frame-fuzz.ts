import { describe, expect, test } from 'vitest';
import { applyReport, type Call, type PbxCall } from '../../src/core/calls.ts';
import type { RelayCall } from '../../src/core/relay-frames.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { PbxPorts, PbxSocketListener } from '../../src/pbx/adapter.ts';
import { readRelayFrame } from '../../src/pbx/relay/read-frame.ts';
import { mutate, pick, randomFrom } from './mutate.ts';

/** How many frames a vendor's ear is told; Vodia's, which come from a whole company, have a file of their own: frames.fuzz.test.ts. */
export const FUZZ_RUNS = process.env.PAGEDIAL_FULL ? 100_000 : 10_000;
const NEW_SESSION_EVERY = 20;
/** Whom the calls of these frames are with. */
export const CUSTOMER = '+16175550142';

/** A vendor's ear: what it tells about one frame. */
export type Ear = (text: string, now: number) => readonly PbxCall[];

export interface FuzzedVendor {
  /** A new session that knows of one call of ours. */
  readonly listen: () => Ear | Promise<Ear>;
  /** Frames about our own calls. */
  readonly ours: readonly object[];
  /** Frames about calls of other people, where there are any; every id in them begins with `their-`. */
  readonly theirs: readonly object[];
  /** The last of our own frames tells of a call all the same: the ear is not deaf. */
  readonly alive: object;
}

/** What the company's relay sends; it tells each agent's own calls and nobody else's. */
export const relayFrames = (id: string): readonly object[] => {
  const call = {
    callId: id,
    legId: `${id}-leg`,
    direction: 'outgoing',
    from: '45',
    to: CUSTOMER,
    toName: 'Ann',
    reason: 'USER_BUSY',
    talkedMs: 4_000,
  };
  const states = ['ringing', 'answered', 'connected', 'held', 'ended'];
  return [
    ...states.map((state, at) => ({
      type: 'call',
      ...call,
      state,
      at: 1_767_225_600_000 + at,
      reached: states[at - 1],
    })),
    { type: 'snapshot', calls: [{ ...call, state: 'connected', at: 1_767_225_600_009 }] },
    { type: 'hello', v: 1, extension: '45' },
    { type: 'pong' },
  ];
};

/** The ear of a vendor whose events come through that relay. */
export function relayEar(take: (call: RelayCall, now: number) => PbxCall | undefined): Ear {
  return (text, now) => {
    const frame = readRelayFrame(text);
    const calls = frame?.type === 'call' ? [frame] : frame?.type === 'snapshot' ? frame.calls : [];
    return calls.flatMap((call) => take(call, now) ?? []);
  };
}

/** Ports that lead nowhere; `onSocket` is given the listener of a socket that opens all the same. */
export function unusedPorts(onSocket: (on: PbxSocketListener) => void = () => {}): PbxPorts {
  return {
    request: async () => fail({ kind: 'unreachable', detail: '' }),
    openSocket: async (_url, on) => {
      onSocket(on);
      return ok({ send: () => true, close: () => undefined });
    },
    ownCookie: async () => ({ adopt: async () => {}, drop: async () => {} }),
    handOver: async () => ok(undefined),
    toNational: async (number) => ok(number),
    now: () => 0,
    newId: () => 'id',
    after: () => () => undefined,
  };
}

/** Frames of a vendor, spoilt in every way by chance: nothing throws, nobody else's call is told, and the ear stays open. */
export function describeFuzz(name: string, { listen, ours, theirs, alive }: FuzzedVendor): void {
  describe(`frames of a hostile ${name}`, () => {
    test(`${FUZZ_RUNS} of them throw nothing, tell of nobody else's call, and leave the ear open`, async () => {
      const random = randomFrom(20260102);
      let hear = await listen();
      let reports = 0;
      let calls: readonly Call[] = [];

      for (let run = 0; run < FUZZ_RUNS; run += 1) {
        // Calls end soon in such a storm: a new session has new ones.
        if (run % NEW_SESSION_EVERY === 0) hear = await listen();
        const isTheirs = theirs.length > 0 && random() < 0.3;
        const text = mutate(pick(isTheirs ? theirs : ours, random), random);
        for (const report of hear(text, run)) {
          if (report.pbxId.startsWith('their-')) throw new Error(`told of somebody else's call: ${text}`);
          calls = applyReport(calls.slice(-5), report, run);
          for (const call of calls) if (!isFit(call)) throw new Error(`told too much: ${text.slice(0, 200)}`);
          reports += 1;
        }
      }

      expect(reports).toBeGreaterThan(FUZZ_RUNS / 100);
      expect((await listen())(JSON.stringify(alive), FUZZ_RUNS)).toMatchObject([
        { change: { to: expect.any(String) } },
      ]);
    });
  });
}

/** True for what may be saved after every event. */
function isFit({ pbxId = '', number, name = '' }: Call): boolean {
  return pbxId.length <= 200 && number.length <= 100 && name.length <= 100;
}
