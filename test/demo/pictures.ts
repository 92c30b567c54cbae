import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { ADAPTERS } from '../../src/pbx/registry.ts';
import { fillAccount } from '../e2e/harness/account-form.ts';
import { isReady, untilAsked } from '../e2e/harness/confirm.ts';
import { launch, type TestBrowser } from '../e2e/harness/launch.ts';
import { clickButton, findButton } from '../e2e/harness/numbers.ts';
import { AGENT, settingsFor } from '../e2e/harness/office.ts';
import { type PageServer, startPageServer } from '../e2e/harness/page-server.ts';
import { openPopupOver, pressButton, untilShown } from '../e2e/harness/popup.ts';
import { importSettings, readState, untilOnline } from '../e2e/harness/set-up.ts';
import { rest, until } from '../e2e/harness/until.ts';
import { words } from '../e2e/harness/words.ts';
import { SYSTEMS } from '../matrix/systems.ts';
import { ANSWERS } from '../simulators/faults.ts';
import { startVodia, type VodiaSimulator } from '../simulators/vodia.ts';
import { ensureBrowsers } from '../tools/browsers.ts';
import { build } from '../tools/build.ts';
import { CACHE, ROOT } from '../tools/project.ts';
import { drawRow, drawWindow, type Picture } from './compose.ts';

/** Every picture that is taken. */
const ALL = join(CACHE, 'pictures');
/** The few that are part of the project. */
const KEPT = join(ROOT, 'test', 'demo', 'pictures');
const CRM_HOST = 'crm.harbor.example';
const CUSTOMER = '+16175550142';
const COLORS = ['light', 'dark'] as const;
const POPUP_WIDTHS = [360, 320] as const;
const CRM_SIZE = { width: 1400, height: 760 };
const PREMIUM = '+19005550100';
const LONG_NAME = 'Prof. Dr. Maximiliane Wolfeschlegelsteinhausen-Bergerdorff, Purchasing and Supplier Relations';

type Colors = (typeof COLORS)[number];

interface Studio {
  readonly browser: TestBrowser;
  readonly pbx: VodiaSimulator;
  readonly crm: PageServer;
  readonly taken: Map<string, Picture>;
}

/** `npm run pictures`: photographs the built extension at work in the sample CRM, and composes the README's pictures from that. */
export async function main(): Promise<number> {
  if (!ensureBrowsers(['chromium'])) return 1;
  if ((await build('chrome', 'warn')) !== 0) return 1;
  rmSync(ALL, { recursive: true, force: true });
  mkdirSync(ALL, { recursive: true });
  mkdirSync(KEPT, { recursive: true });
  const pbx = await startVodia();
  const crm = await startPageServer(join(ROOT, 'test', 'demo', 'crm'));
  const browser = await launch('chromium', {
    args: [`--host-resolver-rules=MAP ${CRM_HOST} 127.0.0.1:${crm.port}`, '--disable-lcd-text'],
  });
  const studio: Studio = { browser, pbx, crm, taken: new Map() };
  try {
    await takeSetUp(studio);
    await takeCalls(studio);
    await takeTroubles(studio);
    await takeEnds(studio);
    await takeRightToLeft(studio);
    await compose(studio);
    console.log(`${studio.taken.size} pictures in ${ALL}, the best of them in ${KEPT}`);
    return 0;
  } catch (error) {
    console.error(`The pictures are not complete: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await browser.close();
    await Promise.all([crm.close(), pbx.close()]);
  }
}

/** From the first run to a good account. */
async function takeSetUp(studio: Studio): Promise<void> {
  const { browser, pbx } = studio;
  const options = await browser.findOwnPage('options');
  await takePage(studio, options, 'options-first-run');
  for (const { id } of ADAPTERS) {
    await fillAccount(options, id, {});
    await takePage(studio, options, `options-form-${id}`, [760]);
  }
  await fillAccount(options, 'vodia', settingsFor(pbx).account?.values ?? {});
  await takePage(studio, options, 'options-account');
  await pressButton(options, 'Test connection');
  await untilShown(options, words('options_test_ok'));
  await takePage(studio, options, 'options-test-passed');
  await fillAccount(options, 'vodia', { password: 'not-the-password' });
  await pressButton(options, 'Test connection');
  await untilShown(options, words('options_test_failed'));
  await takePage(studio, options, 'options-test-failed');
  await withCrm(studio, (page) => takePopup(studio, page, 'popup-no-account'));
  await fillAccount(options, 'vodia', { password: AGENT.password });
  await pressButton(options, 'Continue');
  await untilShown(options, words('options_first_sites_text'));
  await takePage(studio, options, 'options-sites');
  await pressButton(options, 'Continue');
  await untilShown(options, words('options_first_done_title'));
  await takePage(studio, options, 'options-ready');
  await pressButton(options, 'Show all settings');
  await untilOnline(browser);
  await takePage(studio, options, 'options-all');
  await options.close();
}

/** A call from the click to its end, then several at once. */
async function takeCalls(studio: Studio): Promise<void> {
  const { browser, pbx } = studio;
  await withCrm(studio, async (page) => {
    await findButton(browser, page, CUSTOMER);
    await page.mouse.move(1, 1);
    await takePage(studio, page, 'crm', [CRM_SIZE.width]);
    await takePopup(studio, page, 'popup-idle');

    await clickButton(browser, page, CUSTOMER);
    await takePopup(studio, page, 'popup-own-phone', 'state_ringing_pick_up');
    act(pbx.phone(AGENT.extension).answer());
    await until('the far end answers', () => pbx.farEnd().answer());
    await takePopup(studio, page, 'popup-talking', 'state_talking');
    await page.bringToFront();
    await takePage(studio, page, 'crm-talking', [CRM_SIZE.width]);

    await takeHandling(studio, page);

    pbx.incoming(AGENT.extension, '+442079460371', LONG_NAME);
    await takePopup(studio, page, 'popup-several', 'state_incoming');
    for (const call of pbx.engine.live()) pbx.engine.end(call, 'completed', 'far-end');
    await untilNoCall(studio);

    pbx.incoming(AGENT.extension, '+442079460371', 'Wei Chen');
    await takePopup(studio, page, 'popup-incoming', 'state_incoming');
    for (const call of pbx.engine.live()) pbx.engine.end(call, 'no-answer', 'far-end');
    await untilNoCall(studio);
  });
  await takeOwn(studio, 'panel/panel.html', 'panel', [380]);
  await takeQuestion(studio);
  await takeOwn(studio, 'diagnostics/diagnostics.html', 'diagnostics', [760, 320]);
}

/** What is asked before a number that costs more. */
async function takeQuestion(studio: Studio): Promise<void> {
  const { browser, crm } = studio;
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Prizes</title><p>Prizes: ${PREMIUM}</p></html>`;
  crm.add('/prizes', html);
  const page = await browser.open(`http://${CRM_HOST}/prizes`);
  await clickButton(browser, page, PREMIUM);
  const question = await untilAsked(browser);
  const ready = async () => void (await until('"Call" can be pressed', () => isReady(question)));
  await takePage(studio, question, 'confirm', [440, 320], ready);
  await question.close();
  await page.close();
}

/** One of our own pages in a tab. */
async function takeOwn(studio: Studio, path: string, name: string, widths: readonly number[]): Promise<void> {
  const page = await studio.browser.open(`${studio.browser.extensionOrigin}/src/${path}`);
  await until('it is drawn', () => page.$('main'));
  await takePage(studio, page, name, widths);
  await page.close();
}

/** The call that is there on hold, and about to be handed over. */
async function takeHandling(studio: Studio, page: Page): Promise<void> {
  const popup = await openPopupOver(studio.browser, page);
  await pressButton(popup, 'Hold');
  await untilShown(popup, words('state_held'));
  await takePage(studio, popup, 'popup-held', POPUP_WIDTHS);
  await pressButton(popup, 'Transfer');
  await until('the field is there', () => popup.$('.transfer input'));
  await takePage(studio, popup, 'popup-transfer', POPUP_WIDTHS);
  await popup.close();
}

/** What only some PBXs tell: whose phone rings, and why a call has ended. */
async function takeEnds(studio: Studio): Promise<void> {
  const { browser } = studio;
  const teller = SYSTEMS.find(({ hangsUp, tellsCause }) => hangsUp && tellsCause);
  if (!teller) throw new Error('no PBX tells why a call has ended');
  const pbx = await teller.start();
  try {
    await importSettings(browser, { pagedial: 1, account: pbx.account, country: 'US' });
    await untilOnline(browser);
    await withCrm(studio, async (page) => {
      for (const [number, cause] of [
        ['+16175550119', 'no-answer'],
        ['+493023125123', 'unallocated'],
        ['+33199004217', 'busy'],
      ] as const) {
        const popup = await openPopupOver(browser, page);
        await dial(popup, number);
        await untilShown(popup, words('state_own_phone'));
        act(pbx.phone().answer());
        await until('the far end rings', () => pbx.engine.live().at(-1)?.phase === 'far-end-ringing');
        await untilShown(popup, words('state_far_end'));
        await popup.close();
        if (cause === 'busy') await takePopup(studio, page, 'popup-far-end', 'state_far_end');
        for (const call of pbx.engine.live()) pbx.engine.end(call, cause, 'far-end');
        await untilNoCall(studio);
      }
      await takePopup(studio, page, 'popup-ended', 'end_busy');
    });
  } finally {
    await pbx.close();
  }
}

/**
 * In Arabic. The browser's own language cannot be changed here (it brings no other), so the words are put in the place of the English
 * ones, and each page is told its direction as `page-language.ts` does it.
 */
async function takeRightToLeft(studio: Studio): Promise<void> {
  const { browser, pbx } = studio;
  const words = join(browser.folder, '_locales');
  copyFileSync(join(words, 'ar', 'messages.json'), join(words, 'en', 'messages.json'));
  await browser.update();
  pbx.changePassword(AGENT.extension, AGENT.password);
  await importSettings(browser, settingsFor(pbx));
  await untilOnline(browser);
  await withCrm(studio, async (page) => {
    await clickButton(browser, page, CUSTOMER);
    await until('the phone rings', () => pbx.phone(AGENT.extension).answer());
    await until('the far end answers', () => pbx.farEnd().answer());
    await until('they talk', async () =>
      (await readState(browser))?.calls.some(({ state }) => state.phase === 'talking'),
    );
    const popup = await openPopupOver(browser, page);
    await popup.evaluate(turnAround);
    await takePage(studio, popup, 'popup-arabic', POPUP_WIDTHS);
    await popup.close();
    for (const call of pbx.engine.live()) pbx.engine.end(call, 'completed', 'far-end');
    await untilNoCall(studio);
  });
  const options = await browser.openOwnPage('options');
  await options.evaluate(turnAround);
  await takePage(studio, options, 'options-arabic');
  await options.close();
}

/** Runs in the page. */
function turnAround(): void {
  document.documentElement.lang = 'ar';
  document.documentElement.dir = 'rtl';
}

/** What goes wrong, with its reason. */
async function takeTroubles(studio: Studio): Promise<void> {
  const { browser, pbx } = studio;
  await withCrm(studio, async (page) => {
    pbx.setUser(AGENT.extension, { registered: false, dnd: true });
    await takePopup(studio, page, 'popup-not-registered', 'popup_not_registered');
    pbx.setUser(AGENT.extension, { registered: true, dnd: false });

    const gateway = ANSWERS['bad gateway page'];
    if (gateway) pbx.faults.set('session', gateway, { always: true });
    pbx.dropSockets();
    await takePopup(studio, page, 'popup-waiting', 'error_unreachable');
    pbx.faults.clear();

    pbx.faults.set('socket', { kind: 'refuse', status: 403 }, { always: true });
    await importSettings(browser, settingsFor(pbx));
    await takePopup(studio, page, 'popup-limited', 'error_live_refused');
    pbx.faults.clear();

    pbx.changePassword(AGENT.extension, 'changed-by-the-administrator');
    await importSettings(browser, settingsFor(pbx));
    await takePopup(studio, page, 'popup-blocked', 'error_login_refused');
    const options = await browser.openOwnPage('options');
    await untilShown(options, words('error_login_refused'));
    await takePage(studio, options, 'options-blocked');
    await options.close();
  });
}

/** The pictures of the README, made of those above and nothing else. */
async function compose({ browser, taken }: Studio): Promise<void> {
  const picture = (name: string, colors: Colors = 'light', width = 360): Picture => {
    const found = taken.get(`${name}-${width}-${colors}`);
    if (!found) throw new Error(`no picture ${name} ${width} ${colors}`);
    return found;
  };
  const board = await browser.puppeteer.newPage();
  const keep = (name: string, png: Uint8Array) => writeFileSync(join(KEPT, `${name}.png`), png);
  const page = picture('crm-talking', 'light', CRM_SIZE.width);
  keep('main', await drawWindow(board, CRM_HOST, page, picture('popup-talking')));
  keep(
    'popup',
    await drawRow(board, [
      picture('popup-own-phone'),
      picture('popup-incoming', 'dark'),
      picture('popup-transfer'),
      picture('popup-arabic'),
    ]),
  );
  const ready = picture('options-ready', 'light', 760);
  keep('more', await drawRow(board, [ready, picture('confirm', 'light', 440), picture('panel', 'dark', 380)]));
  await board.close();
}

async function withCrm(studio: Studio, job: (page: Page) => Promise<void>): Promise<void> {
  const page = await studio.browser.open(`http://${CRM_HOST}/`);
  await page.setViewport(CRM_SIZE);
  try {
    await job(page);
  } finally {
    await page.close();
  }
}

/** Opens the popup over the page, waits for these words, and takes it in every width and colour. */
async function takePopup(studio: Studio, page: Page, name: string, wanted?: string): Promise<void> {
  const popup = await openPopupOver(studio.browser, page);
  if (wanted) await untilShown(popup, words(wanted));
  await takePage(studio, popup, name, POPUP_WIDTHS);
  await popup.close();
}

async function takePage(
  studio: Studio,
  page: Page,
  name: string,
  widths: readonly number[] = [760, 320],
  untilReady: () => Promise<void> = async () => {},
): Promise<void> {
  await page.bringToFront();
  // Numbers are grouped and pages are read after the first paint.
  await rest(600);
  const before = page.viewport();
  for (const width of widths) {
    const isPage = width === CRM_SIZE.width;
    await page.setViewport({ width, height: isPage ? CRM_SIZE.height : 200 });
    const height = isPage ? CRM_SIZE.height : await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewport({ width, height });
    for (const colors of COLORS) {
      await studio.browser.setColors(page, colors);
      await rest(250);
      await untilReady();
      const png = await page.screenshot();
      const key = `${name}-${width}-${colors}`;
      studio.taken.set(key, { png, width, height });
      writeFileSync(join(ALL, `${key}.png`), png);
    }
  }
  await page.setViewport(before);
}

async function dial(popup: Page, number: string): Promise<void> {
  await popup.bringToFront();
  await popup.focus('#dial-number');
  await popup.keyboard.type(number);
  await popup.keyboard.press('Enter');
}

function untilNoCall({ browser }: Studio): Promise<unknown> {
  return until('no call is live', async () =>
    (await readState(browser))?.calls.every(({ state }) => state.phase === 'ended'),
  );
}

function act(isDone: boolean): void {
  if (!isDone) throw new Error('not possible in the simulator now');
}
