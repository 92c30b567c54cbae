import { beforeEach, describe, expect, test } from 'vitest';
import type { AccountValues } from '../../src/core/account.ts';
import { PLACE_ONLY } from '../../src/core/connection.ts';
import { handOff } from '../../src/pbx/vendors/hand-off.ts';
import { type VirtualClock, virtualClock } from '../simulators/clock.ts';
import { Faults } from '../simulators/faults.ts';
import { type PhoneSystem, SYSTEM_VARIANT_VALUES, startPhoneSystem } from '../simulators/hand-off.ts';
import { describeContract } from './contract.ts';
import { MiniBackground } from './mini-background.ts';
import { nodePorts } from './node-ports.ts';

const NUMBER = '+16175550142';
const NOBODY = { answer: no, reject: no, hangUp: no, hold: no, resume: no, busy: no, press: no };

function no(): boolean {
  return false;
}

describeContract({
  name: 'Phone app on this computer',
  adapter: handOff,
  capabilities: PLACE_ONLY,
  loginAt: 'never',
  async start(clock) {
    const system = startPhoneSystem(clock);
    return {
      account: { scheme: 'tel' },
      wrongAccount: {},
      secrets: [],
      faults: new Faults(),
      journal: system.journal,
      violations: system.violations,
      loginPoint: '',
      ambiguous: {},
      refusals: {},
      places: () => system.opened().length,
      isPlaceRequest: () => true,
      phone: () => NOBODY,
      farEnd: () => NOBODY,
      dropLine() {},
      halfOpen() {},
      sendNonsense() {},
      handOver: (link) => system.handOver(link),
      async close() {},
    };
  },
});

describe('Phone app on this computer', () => {
  let clock: VirtualClock;
  let system: PhoneSystem;

  beforeEach(() => {
    clock = virtualClock();
    system = startPhoneSystem(clock);
  });

  async function session(account: AccountValues) {
    const opened = await handOff.connect(
      account,
      nodePorts({ clock, handOver: (link) => system.handOver(link) }),
      () => {},
    );
    if (!opened.ok) throw new Error('not connected');
    return opened.value;
  }

  test.each([
    [{ scheme: 'tel' }, 'tel:+16175550142'],
    [{ scheme: 'TEL:' }, 'tel:+16175550142'],
    [{ scheme: 'callto' }, 'callto:+16175550142'],
    [{ scheme: 'sip', domain: 'pbx.example.com:5070' }, 'sip:+16175550142@pbx.example.com:5070'],
    [
      { scheme: 'vodia', host: 'pbx.example.com' },
      'vodia://pbx.example.com?dial=%2B16175550142&name=J%C3%B6rg%20%26%20Co',
    ],
  ] as const)('an account of %o gives the number to the system as %s', async (account, link) => {
    const line = await session(account);

    await line.dial({ number: NUMBER, ref: 'c1', name: 'Jörg & Co' });

    expect(system.opened()).toMatchObject([{ link, number: NUMBER }]);
    expect(system.violations).toEqual([]);
  });

  test('an extension goes along where the kind of link has a place for it', async () => {
    const line = await session({ scheme: 'tel' });

    await line.dial({ number: NUMBER, ref: 'c1', ext: '45' });

    expect(system.opened()).toMatchObject([{ link: 'tel:+16175550142;ext=45', ext: '45' }]);
  });

  test('stars and hashes are escaped', async () => {
    const line = await session({ scheme: 'tel' });

    await line.dial({ number: '*21#', ref: 'c1' });

    expect(system.opened()).toMatchObject([{ link: 'tel:%2A21%23', number: '*21#' }]);
  });

  test.each(['', 'javascript:alert(1)', '617 555', '+1617;phone-context=x', '１２３', '12\n34'])(
    'a number such as "%s" reaches no program',
    async (number) => {
      for (const scheme of ['tel', 'callto', 'sip', 'vodia']) {
        const line = await session({ scheme, domain: 'pbx.example.com', host: 'pbx.example.com' });

        expect(await line.dial({ number, ref: 'c1' })).toMatchObject({
          ok: false,
          error: { placed: 'no', error: { kind: 'number-refused' } },
        });
      }
      expect(system.opened()).toEqual([]);
      expect(system.violations).toEqual([]);
    },
  );

  test.each(SYSTEM_VARIANT_VALUES.app)('where the app %s, nothing is claimed that nobody can know', async (app) => {
    system.variants.app = app;
    const background = new MiniBackground(clock);
    await background.opened(await session({ scheme: 'tel' }));

    background.dispatch({ type: 'dial', id: 'c1', number: NUMBER, dialled: NUMBER });
    await expect.poll(() => background.phaseOf('c1')).toMatch(/^ended/);

    const call = background.state.calls[0];
    if (app === 'browser-refuses') expect(call).toMatchObject({ placed: 'no', state: { reason: 'failed' } });
    else expect(call).toMatchObject({ handedOver: true, state: { reason: 'unknown' } });
    expect(call?.talkingSince).toBeUndefined();
  });

  test('one gesture opens one program, however often it is asked for', async () => {
    const background = new MiniBackground(clock);
    await background.opened(await session({ scheme: 'tel' }));

    for (const id of ['c1', 'c2', 'c3']) background.dispatch({ type: 'dial', id, number: NUMBER, dialled: NUMBER });
    await expect.poll(() => background.phaseOf('c1')).toBe('ended unknown');

    expect(system.opened().length).toBe(1);
  });

  test.each([
    [{ scheme: 'javascript' }, { scheme: 'pbx_hand_off_scheme_bad' }],
    [{ scheme: 'sip' }, { domain: 'pbx_needed' }],
    [{ scheme: 'sip', domain: 'pbx.example.com/x?y' }, { domain: 'pbx_hand_off_host_bad' }],
    [{ scheme: 'vodia' }, { host: 'pbx_needed' }],
    [{ scheme: 'vodia', host: 'a b' }, { host: 'pbx_hand_off_host_bad' }],
    [{ scheme: 'tel', domain: '' }, {}],
  ] as const)('the form finds what is wrong with %o', (account, problems) => {
    expect(handOff.check(account)).toEqual(problems);
  });
});
