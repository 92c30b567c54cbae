import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launch, type TestBrowser } from '../e2e/harness/launch.ts';
import { clickButton } from '../e2e/harness/numbers.ts';
import { type PageServer, startPageServer } from '../e2e/harness/page-server.ts';
import { openPopup, pressButton } from '../e2e/harness/popup.ts';
import { IS_FULL } from '../e2e/harness/sample.ts';
import { forgetCalls, importSettings, readState, untilOnline } from '../e2e/harness/set-up.ts';
import { until } from '../e2e/harness/until.ts';
import { words } from '../e2e/harness/words.ts';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { ensureAsterisk } from './find-asterisk.ts';
import { type RealAsterisk, startAsterisk } from './real-asterisk.ts';
import { SipPhone } from './sip-phone.ts';

/** What the popup may say while a call goes on, by message key. */
const STEPS = ['state_own_phone', 'state_far_end', 'state_talking', 'state_held'] as const;
/** In this order, and never back. */
const ORDER: readonly string[] = STEPS.filter((step) => step !== 'state_held');
const FOREIGN_CALLS = 20;

describe.each(BROWSER_KINDS)('PageDial in %s at a real Asterisk', (kind) => {
  let pbx: RealAsterisk;
  let agent: SipPhone;
  let customer: SipPhone;
  let pages: PageServer;
  let browser: TestBrowser;
  let popup: Page;
  let count = 0;
  /** How many calls each phone and Asterisk's record knew before the one at hand. */
  let [agentCalls, customerCalls, records] = [0, 0, 0];
  const rangAfterMs: number[] = [];

  beforeAll(async () => {
    const found = ensureAsterisk();
    if (!found) throw new Error('no Asterisk to test with');
    pbx = await startAsterisk(found);
    agent = await SipPhone.start({ user: '2040', pbxPort: pbx.sipPort });
    customer = await SipPhone.start({ user: 'trunk', pbxPort: pbx.sipPort });
    await Promise.all([agent.register(), customer.register()]);
    pages = await startPageServer();
    browser = await launch(kind);
    await importSettings(browser, {
      pagedial: 1,
      account: {
        vendor: 'asterisk-ari',
        values: { server: pbx.origin, ...pbx.login, endpoint: 'PJSIP/2040', context: 'agents' },
      },
      country: 'US',
      sites: { mode: 'everywhere', hosts: [] },
    });
    await untilOnline(browser);
  }, 300_000);

  afterEach(async () => {
    for (const phone of [agent, customer]) if (phone.call?.state === 'talking') phone.hangUp();
    await until(
      'no channel is left',
      async () => ((await pbx.ask('GET', 'channels')) as unknown[]).length === 0,
      40_000,
    );
    await popup?.close();
    await until('the popup has seen every call end', async () =>
      ((await readState(browser))?.calls ?? []).every(({ state }) => state.phase === 'ended'),
    );
    await forgetCalls(browser);
  });

  afterAll(async () => {
    const sorted = rangAfterMs.sort((a, b) => a - b);
    console.log(
      `${kind}, Asterisk ${pbx?.version}: from the click to the INVITE at the agent's phone, ms: ${sorted.join()}`,
    );
    agent?.close();
    customer?.close();
    await browser?.close();
    await Promise.all([pages?.close(), pbx?.stop()]);
  });

  /** A real click on a number of a page, with the popup watching; the agent's phone rings when this is done. */
  async function call(): Promise<void> {
    const digits = `161755501${String(10 + count++)}`;
    popup = await openPopup(browser);
    await watch(popup, digits.slice(-7));
    const html = `<!doctype html><html lang="en"><title>Lead</title><p>Maya: +1 617 555 ${digits.slice(-4)}</p></html>`;
    const page = await browser.open(pages.add(`/lead-${count}`, html));
    [agentCalls, customerCalls, records] = [agent.calls.length, customer.calls.length, pbx.records().length];
    await clickButton(browser, page, `+${digits}`);
    const clicked = performance.now();
    await agent.until(() => agent.calls.length > agentCalls, 15_000);
    rangAfterMs.push(Math.round(performance.now() - clicked));
    await untilSaid('state_own_phone');
    await page.close();
  }

  async function answeredByAgent(): Promise<void> {
    await call();
    agent.answer();
    await customer.until(() => customer.calls.length > customerCalls, 15_000);
    await untilSaid('state_far_end');
  }

  async function talking(): Promise<void> {
    await answeredByAgent();
    customer.answer();
    await untilSaid('state_talking');
  }

  /** What the popup has said of the call, once it has come to this. */
  function untilSaid(key: string, withinMs?: number): Promise<readonly (string | undefined)[]> {
    return until(
      `the popup says "${key}" of the call`,
      async () => {
        const said = (await popup.evaluate(() => (window as unknown as { said: string[] }).said)).map(keyOf);
        return said.at(-1) === key && said;
      },
      withinMs,
    );
  }

  /**
   * What the popup said from beginning to end, step by step, is what Asterisk and the two phones know of this call.
   * @param written - Asterisk's word for it in its own record
   */
  async function expectTruth(endKey: string, written: string): Promise<void> {
    const said = await untilSaid(endKey);
    const steps = STEPS.filter((step) => said.includes(step));
    const rang = agent.calls.slice(agentCalls);
    const farRang = customer.calls.slice(customerCalls);
    // Nothing but what belongs to a call here was said of it, and what was said is what became of the phones.
    expect(said).not.toContain(undefined);
    expect(rang.length).toBe(1);
    expect(steps.includes('state_far_end')).toBe(farRang.length > 0);
    expect(steps.includes('state_talking')).toBe(farRang.some(({ wasAnswered }) => wasAnswered));
    expect([...rang, ...farRang].map(({ state }) => state)).not.toContain('talking');
    // Apart from hold, which comes and goes, a call only moves on.
    const order = said.map((key) => ORDER.indexOf(key ?? '')).filter((at) => at >= 0);
    if (!steps.includes('state_held')) expect(order).toEqual([...order].sort());
    expect(await pbx.ask('GET', 'channels')).toEqual([]);
    await until('Asterisk has written the call down', () => pbx.records().length > records);
    const [first] = pbx.records().slice(records);
    expect(first?.disposition).toBe(written);
  }

  test('a call is shown step by step and hung up from the popup', async () => {
    await talking();
    // The customer sees who calls, not who is called.
    expect(customer.call?.from).toContain('2040');

    await pressButton(popup, 'Hang up');

    await agent.until(() => agent.call === undefined);
    await customer.until(() => customer.call === undefined);
    expect([agent.calls.at(-1)?.endedBy, customer.calls.at(-1)?.endedBy]).toEqual(['BYE', 'BYE']);
    await expectTruth('end_completed', 'ANSWERED');
  });

  test.each([
    ['the customer hangs up', () => customer.hangUp()],
    ['the agent hangs up', () => agent.hangUp()],
  ])('%s, and the popup says that it is over', async (_who, hangUp) => {
    await talking();

    hangUp();

    await expectTruth('end_completed', 'ANSWERED');
  });

  test.each([
    ['is busy', '486 Busy Here', 'end_busy', 'BUSY'],
    ['declines', '603 Decline', 'end_rejected', 'NO ANSWER'],
    ['does not answer', '480 Temporarily Unavailable', 'end_no_answer', 'NO ANSWER'],
  ])('the customer %s, and the popup says so', async (_what, status, endKey, written) => {
    await answeredByAgent();

    customer.refuse(status);

    await untilSaid(endKey);
    await expectTruth(endKey, written);
  });

  test.runIf(kind === 'chromium' || IS_FULL)('the customer lets it ring until the dialplan gives up', async () => {
    await answeredByAgent();

    await untilSaid('end_no_answer', 45_000);

    expect(customer.calls.at(-1)?.endedBy).toBe('CANCEL');
    await expectTruth('end_no_answer', 'NO ANSWER');
  });

  test('the agent declines at the phone: nobody else is called', async () => {
    await call();

    agent.refuse('486 Busy Here');

    await untilSaid('end_own_phone_no_answer');
    expect(customer.calls.length).toBe(customerCalls);
    await expectTruth('end_own_phone_no_answer', 'BUSY');
  });

  test('hung up from the popup while the phone of the agent rings', async () => {
    await call();

    await pressButton(popup, 'Hang up');

    await agent.until(() => agent.call === undefined);
    expect(agent.calls.at(-1)?.endedBy).toBe('CANCEL');
    expect(customer.calls.length).toBe(customerCalls);
    await expectTruth('end_cancelled', 'NO ANSWER');
  });

  test('held and taken back at the phone', async () => {
    await talking();

    agent.hold();
    await untilSaid('state_held');
    agent.resume();
    await untilSaid('state_talking');
    customer.hangUp();

    await expectTruth('end_completed', 'ANSWERED');
  });

  test('a second call while the first goes on: both are shown, and the end of one is not the end of the other', async () => {
    await talking();
    await popup.close();
    await talking();
    const both = (await readState(browser))?.calls.map(({ state }) => state.phase);

    customer.hangUp();
    await untilSaid('end_completed');
    const left = (await readState(browser))?.calls.map(({ state }) => state.phase);
    await until('the phones have one call each', () => agent.call !== undefined && customer.call !== undefined);
    agent.hangUp();

    expect(both).toEqual(['talking', 'talking']);
    expect([...(left ?? [])].sort()).toEqual(['ended', 'talking']);
  });

  test('a background that is stopped in mid-call shows the call as it is and hangs it up', async () => {
    await talking();

    await browser.stopBackground();
    await untilSaid('state_talking', 20_000);
    await pressButton(popup, 'Hang up');

    await customer.until(() => customer.call === undefined);
    await expectTruth('end_completed', 'ANSWERED');
  });

  test('of twenty foreign calls nothing is shown, kept or hung up, and the own call goes as ever', async () => {
    const foreign = Array.from({ length: FOREIGN_CALLS }, (_, index) => `foreign-${kind}-${index}`);
    for (const id of foreign) {
      await pbx.ask('POST', `channels/${id}?endpoint=Local/600@agents&extension=600&context=agents&priority=1`);
    }
    await talking();

    const state = await readState(browser);
    await pressButton(popup, 'Hang up');
    await untilSaid('end_completed');
    const alive = ((await pbx.ask('GET', 'channels')) as { id: string }[]).map(({ id }) => id);
    for (const id of foreign) await pbx.ask('DELETE', `channels/${id}`);

    expect(state?.calls.length).toBe(1);
    expect(JSON.stringify(state)).not.toContain('foreign');
    expect(foreign.filter((id) => !alive.includes(id))).toEqual([]);
    await until(
      'the foreign calls are over',
      async () => ((await pbx.ask('GET', 'channels')) as unknown[]).length === 0,
    );
    await expectTruth('end_completed', 'ANSWERED');
  });

  test('Asterisk is restarted in mid-call: the call is not shown as live once it is back', {
    timeout: 120_000,
  }, async () => {
    await talking();

    await pbx.restart();
    agent.forget();
    customer.forget();
    await Promise.all([agent.register(), customer.register()]);

    await until(
      'no call is shown as live',
      async () => ((await readState(browser))?.calls ?? []).every(({ state }) => state.phase === 'ended'),
      60_000,
    );
    await untilOnline(browser);
    // And the next one goes as ever.
    await popup.close();
    await talking();
    customer.hangUp();
    await expectTruth('end_completed', 'ANSWERED');
  });
});

/** Keeps what the popup says of the call with these digits, one entry for each change. */
async function watch(popup: Page, digits: string): Promise<void> {
  await popup.evaluate((wanted) => {
    const said: string[] = [];
    Object.assign(window, { said });
    const look = () => {
      for (const card of document.querySelectorAll<HTMLElement>('.call')) {
        if (!card.innerText.replace(/\D/g, '').includes(wanted)) continue;
        const state = card.querySelector('.call-state')?.cloneNode(true) as HTMLElement | undefined;
        for (const time of state?.querySelectorAll('.call-timer,.call-when') ?? []) time.remove();
        const text = state?.textContent?.trim() ?? '';
        if (text !== '' && said.at(-1) !== text) said.push(text);
      }
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  }, digits);
}

const KEYS = [
  'state_queued',
  'state_calling',
  'state_calling_pick_up',
  'state_ringing_pick_up',
  ...STEPS,
  'state_reconnecting',
  'state_reconnecting_since',
  'end_completed',
  'end_cancelled',
  'end_busy',
  'end_no_answer',
  'end_own_phone_no_answer',
  'end_rejected',
];

/** The message this is; undefined for words a call at an Asterisk never has. */
function keyOf(text: string): string | undefined {
  return KEYS.find((key) => new RegExp(`^(?:${words(key).source})$`).test(text));
}
