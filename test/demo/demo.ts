import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { launch, type TestBrowser } from '../e2e/harness/launch.ts';
import { clickButton, findNumber, numbersOn } from '../e2e/harness/numbers.ts';
import { AGENT, settingsFor } from '../e2e/harness/office.ts';
import { type PageServer, startPageServer } from '../e2e/harness/page-server.ts';
import { openPopup, pressButton, untilShown } from '../e2e/harness/popup.ts';
import { importSettings, untilOnline } from '../e2e/harness/set-up.ts';
import { until } from '../e2e/harness/until.ts';
import { words } from '../e2e/harness/words.ts';
import { startVodia, type VodiaSimulator } from '../simulators/vodia.ts';
import { type BrowserKind, ensureBrowsers } from '../tools/browsers.ts';
import { build } from '../tools/build.ts';
import { ROOT } from '../tools/project.ts';

/** The number on the first contact: its last digits let a person, not a script, act for the customer in the simulator. */
const CUSTOMER = '+16175550142';

interface Stage {
  readonly browser: TestBrowser;
  readonly pbx: VodiaSimulator;
  readonly crm: PageServer;
}

/** `npm run demo [-- --browser firefox] [-- --headless]`: PageDial, a PBX and a CRM, set up and ready on this machine alone. */
export async function main(args: readonly string[]): Promise<number> {
  const kind: BrowserKind = args.some((arg) => /firefox/.test(arg)) ? 'firefox' : 'chromium';
  const isHeadless = args.includes('--headless');
  if (!isHeadless && isWithoutScreen()) {
    console.error('There is no screen here (DISPLAY is not set). Try: npm run demo -- --headless');
    return 1;
  }
  if (!ensureBrowsers([kind])) return 1;
  say('Building the extension');
  if ((await build(kind === 'chromium' ? 'chrome' : 'firefox', 'warn')) !== 0) return 1;
  let stage: Stage | undefined;
  try {
    stage = await setTheStage(kind, isHeadless);
    await (isHeadless ? playTheMainJob(stage) : letPeoplePlay(stage));
    return 0;
  } catch (error) {
    console.error(`\nThe demo stopped: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await stage?.browser.close();
    await Promise.all([stage?.crm.close(), stage?.pbx.close()]);
  }
}

async function setTheStage(kind: BrowserKind, headless: boolean): Promise<Stage> {
  say('Starting the PBX simulator and the sample CRM');
  const pbx = await startVodia();
  const crm = await startPageServer(join(ROOT, 'test', 'demo', 'crm'));
  say(`Opening ${kind === 'chromium' ? 'Chromium' : 'Firefox'} with PageDial`);
  const browser = await launch(kind, { headless, forPeople: !headless });
  const stage = { browser, pbx, crm };
  try {
    say('Importing the settings file of extension 45');
    await importSettings(browser, settingsFor(pbx));
    await untilOnline(browser);
    return stage;
  } catch (error) {
    await browser.close();
    await Promise.all([crm.close(), pbx.close()]);
    throw error;
  }
}

async function letPeoplePlay({ browser, pbx, crm }: Stage): Promise<void> {
  const phones = await browser.open(`${pbx.origin}/_sim/`);
  const contacts = await browser.open(`${crm.origin}/`);
  await closeBlankTabs(browser, [phones, contacts]);
  console.log(`
PageDial is ready.

  1. In the CRM tab (${crm.origin}) press the button beside a number.
  2. In the phones tab (${pbx.origin}/_sim/) your desk phone rings: answer it, then answer for the customer.
  3. Open PageDial in the toolbar: it shows the call. Hang up there.

  Numbers that end in 00 answer by themselves, 01 is busy, 02 never answers, 03 refuses. Every number is fictitious.

Close the browser or press Ctrl+C to end the demo.`);
  await new Promise<void>((resolve) => {
    browser.puppeteer.once('disconnected', () => resolve());
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

async function playTheMainJob({ browser, pbx, crm }: Stage): Promise<void> {
  const page = await browser.open(`${crm.origin}/`);
  const { text } = await findNumber(browser, page, CUSTOMER);
  const found = (await numbersOn(browser, page)).flatMap((frame) => frame.numbers).length;
  say(`Found ${found} numbers in the CRM, among them ${text}`);

  await clickButton(browser, page, CUSTOMER);
  await until('the PBX is asked to place the call', () => pbx.places().length > 0);
  const [place] = pbx.places();
  if (pbx.places().length !== 1 || place?.number !== CUSTOMER) {
    throw new Error(`one call to ${CUSTOMER} was wanted, the PBX was asked for ${JSON.stringify(pbx.places())}`);
  }
  say(`Clicked its button with the mouse: the PBX calls ${place.number}`);

  const popup = await openPopup(browser);
  await shows(popup, 'state_ringing_pick_up');
  act(pbx.phone(AGENT.extension).answer(), 'Picked up the own phone');

  await until('the customer picks up', () => pbx.farEnd().answer());
  say("The customer's phone rang, and was picked up");

  await shows(popup, 'state_talking');
  await pressButton(popup, 'Hang up');
  await until('the PBX has ended the call', () => pbx.engine.live().length === 0);
  say('Hung up in the popup: the PBX has no call any more');

  if (pbx.violations.length > 0) throw new Error(`the PBX complains: ${pbx.violations.join('; ')}`);
  say('The whole job works.');
}

async function shows(popup: Page, key: string): Promise<void> {
  const text = await untilShown(popup, words(key));
  if (!text.replace(/\D/g, '').includes(CUSTOMER.slice(2)))
    throw new Error(`the popup does not name the number: ${text}`);
  say(`The popup shows: ${text.match(words(key))?.[0]}`);
}

function act(done: boolean, what: string): void {
  if (!done) throw new Error(`not possible in the simulator: ${what}`);
  say(what);
}

async function closeBlankTabs(browser: TestBrowser, keep: readonly Page[]): Promise<void> {
  for (const page of await browser.puppeteer.pages()) {
    if (!keep.includes(page) && /^about:/.test(page.url())) await page.close().catch(() => undefined);
  }
}

function isWithoutScreen(): boolean {
  return process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
}

const startedAt = Date.now();

function say(what: string): void {
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${what}`);
}
