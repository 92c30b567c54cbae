import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import type { Stage } from '../ui/browser-stub.ts';
import { inWords, longestMessages, readLanguage } from '../ui/languages.ts';
import { type PageStage, type StagePage, startPageStage } from '../ui/page-stage.ts';
import {
  CONFIRM_STATES,
  DIAGNOSTICS_STATES,
  MORE_OPTIONS_STATES,
  OPTIONS_STATES,
  PANEL_STATES,
  POPUP_STATES,
  SETTINGS,
} from '../ui/states.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { pressButton, untilShown } from './harness/popup.ts';
import { isSampled } from './harness/sample.ts';
import { words } from './harness/words.ts';

/** A folder for pictures of every state, for people who want to look; none are taken without it. */
const SHOTS = process.env.PAGE_SHOTS;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const COLORS = ['light', 'dark'] as const;
/** All that can be wrong in one theme and right in the other. */
const COLOR_RULES = ['color-contrast', 'link-in-text-block'] as const;
const NARROW = 320;
const EVERY_STATE = {
  popup: POPUP_STATES,
  confirm: CONFIRM_STATES,
  options: { ...OPTIONS_STATES, ...MORE_OPTIONS_STATES },
  panel: PANEL_STATES,
  diagnostics: DIAGNOSTICS_STATES,
};

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly string[];
}

describe.each(BROWSER_KINDS)('our own pages in %s', (kind) => {
  let stage: PageStage;
  let browser: TestBrowser;
  /** One for all: opening another for each state takes as long as all that is asked of it. */
  let tab: Page;

  beforeAll(async () => {
    stage = await startPageStage();
    browser = await launch(kind, { extension: 'none' });
    tab = await browser.puppeteer.newPage();
  });

  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  /** Every other state in each browser, every one in either of them. */
  function played<State>(states: Readonly<Record<string, State>>): readonly (readonly [string, State])[] {
    return Object.entries(states).filter((_state, at) => isSampled(kind, at, 2));
  }

  /** Fewer: letters and controls are everywhere. Other ones for each language. */
  function sampled<State>(
    states: Readonly<Record<string, State>>,
    from: number,
  ): readonly (readonly [string, State])[] {
    return Object.entries(states).filter((_state, at) => isSampled(kind, at + from, 4));
  }

  test.each(played(POPUP_STATES))('the popup is readable and fits when %s', async (name, setting) => {
    await stage.show(tab, 'popup', setting, 360);
    for (const button of setting.press ?? []) await pressButton(tab, button);

    await expectSound(`popup-${name}`);
  });

  test.each(played(CONFIRM_STATES))('the question is readable and fits when %s', async (name, setting) => {
    await stage.show(tab, 'confirm', setting, 440);
    // A window that has just come before the eyes takes no press yet.
    await tab.waitForSelector('[aria-disabled]', { hidden: true });

    await expectSound(`confirm-${name}`);
  });

  test.each(played(OPTIONS_STATES))('the options are readable and fit when %s', async (name, setting) => {
    await stage.show(tab, 'options', setting, 1280);
    if (setting.test) {
      await pressButton(tab, 'Test connection');
      await tab.waitForSelector('.test-result:not(:empty)');
    }
    for (const button of setting.press ?? []) await pressButton(tab, button);

    await expectSound(`options-${name}`);
  });

  test.each([
    ...played(PANEL_STATES).map(([name, setting]) => ['panel', name, setting, 380] as const),
    ...played(MORE_OPTIONS_STATES).map(([name, setting]) => ['options', name, setting, 1280] as const),
    ...played(DIAGNOSTICS_STATES).map(([name, setting]) => ['diagnostics', name, setting, 1000] as const),
  ])('the %s are readable and fit when %s', async (where, name, setting, width) => {
    await stage.show(tab, where, setting, width);

    await expectSound(`${where}-${name}`);
  });

  /** 320 px wide is also a page of 640 px at twice the size. */
  test.each([
    ['the longest words of all languages', { messages: longestMessages(), language: 'de', isRtl: false, from: 0 }],
    ['Arabic words, from right to left', { messages: readLanguage('ar'), language: 'ar', isRtl: true, from: 1 }],
  ] as const)(
    'with %s everything fits a narrow page, and is large enough to be hit',
    async (_what, words) => {
      const found: Record<string, readonly string[]> = {};
      for (const [where, states] of Object.entries(EVERY_STATE) as [StagePage, typeof POPUP_STATES][]) {
        for (const [name, state] of sampled(states, words.from)) {
          const setting = { ...inWords(state, words.messages), language: words.language, isRtl: words.isRtl };
          await stage.show(tab, where, setting, NARROW);
          for (const button of setting.press ?? []) await pressButton(tab, button);
          const faults = [...(await tab.evaluate(listOverflows)), ...(await tab.evaluate(listSmallTargets))];
          if (faults.length > 0) found[`${where}-${name}`] = faults;
        }
      }

      expect(found).toEqual({});
    },
    180_000,
  );

  test('the browser is asked for access in the click itself, and a no saves nothing', async () => {
    const setting = { settings: SETTINGS, grants: false, replies: { 'account/save': { ok: true, value: undefined } } };
    const page = await stage.open(browser.puppeteer, 'options', setting, 1280);

    await pressButton(page, 'Save');

    await untilShown(page, words('options_account_access_denied'));
    const { requests, sent } = await stageOf(page);
    expect(requests).toMatchObject([{ origins: ['https://pbx.example.com/*'], hadActivation: true }]);
    expect(sent.map(({ type }) => type)).not.toContain('account/save');
    await page.close();
  });

  test.each([
    ['popup', 'access-missing', 'Grant access', ['https://pbx.example.com/*']],
    ['popup', 'no-access', 'Enable on this site', ['https://crm.example.com/*']],
    ['options', 'filled', 'Allow on the listed sites', ['https://*.tickets.example/*', 'http://*.tickets.example/*']],
    [
      'options',
      'locked-without-access',
      'Allow on the listed sites',
      ['https://*.tickets.example/*', 'http://*.tickets.example/*'],
    ],
  ] as const)('in the %s, when %s, "%s" asks for what is missing and no more', async (where, name, button, origins) => {
    const states = { popup: POPUP_STATES, options: { ...OPTIONS_STATES, ...MORE_OPTIONS_STATES } };
    const page = await stage.open(browser.puppeteer, where, states[where][name] ?? {}, 800);

    await pressButton(page, button);

    expect((await stageOf(page)).requests).toMatchObject([{ origins, hadActivation: true }]);
    await page.close();
  });

  test('a keyboard sees where it is', async () => {
    for (const [name, setting] of [
      ['popup', POPUP_STATES.many],
      ['options', OPTIONS_STATES.filled],
    ] as const) {
      const page = await stage.open(browser.puppeteer, name, setting ?? {}, 400);
      await page.bringToFront();
      const stops = await page.evaluate(() => document.querySelectorAll('button, input, select, a[href]').length);
      let marked = 0;
      for (let stop = 0; stop < stops; stop++) {
        await page.keyboard.press('Tab');
        const focus = await page.evaluate(focusMark);
        if (focus === undefined) break;
        expect(focus).toMatchObject({ isOutlined: true, isInView: true });
        marked++;
      }
      expect(marked).toBeGreaterThan(10);
      await page.close();
    }
  });

  /** Nothing sticks out, nothing is unreadable or unnamed, nothing went wrong; at the usual width and at a narrow one, light and dark. */
  async function expectSound(name: string): Promise<void> {
    await tab.evaluate(AXE);
    for (const colors of COLORS) {
      await browser.setColors(tab, colors);
      await tab.evaluate(untilStill);
      if (SHOTS) await tab.screenshot({ path: join(SHOTS, `${kind}-${name}-${colors}.png`) as `${string}.png` });
      expect(await tab.evaluate(runAxe, colors === 'light' ? undefined : [...COLOR_RULES])).toEqual([]);
    }
    expect(await tab.evaluate(listOverflows)).toEqual([]);
    await tab.setViewport({ width: NARROW, height: 600 });
    if (SHOTS) await tab.screenshot({ path: join(SHOTS, `${kind}-${name}-narrow.png`) as `${string}.png` });
    expect(await tab.evaluate(listOverflows)).toEqual([]);
    expect((await stageOf(tab)).problems).toEqual([]);
  }
});

function stageOf(page: Page): Promise<Stage> {
  return page.evaluate(() => {
    const { sent, requests, problems } = (globalThis as unknown as { stage: Stage }).stage;
    return { sent, requests, problems } as unknown as Stage;
  });
}

/** Undefined when the focus has left the page. */
function focusMark(): { readonly isOutlined: boolean; readonly isInView: boolean; readonly what: string } | undefined {
  const element = document.activeElement;
  if (!element || element === document.body || !document.hasFocus()) return undefined;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { top, bottom } = element.getBoundingClientRect();
  return {
    isOutlined: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
    isInView: bottom > 0 && top < innerHeight,
    what: element.outerHTML.slice(0, 120),
  };
}

/** Colours on their way are nobody's fault; what pulses for ever is left out. */
function untilStill(): Promise<unknown> {
  const finite = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
  return Promise.allSettled(finite.map(({ finished }) => finished));
}

function listOverflows(): string[] {
  const root = document.documentElement;
  const sideways = root.scrollWidth > root.clientWidth ? [`page ${root.scrollWidth} > ${root.clientWidth}`] : [];
  const parts = [...document.body.querySelectorAll('*')].filter((part) => {
    const { overflowX, display, contentVisibility } = getComputedStyle(part);
    const isInput = part instanceof HTMLInputElement || part instanceof HTMLSelectElement;
    return (
      display !== 'inline' &&
      overflowX !== 'auto' &&
      // What is out of sight is not laid out, and measured as nobody will ever see it.
      contentVisibility !== 'auto' &&
      !isInput &&
      part.clientWidth > 0 &&
      // Firefox counts the space that hangs at the end of a wrapped line.
      part.scrollWidth > part.clientWidth + 5
    );
  });
  return [...sideways, ...parts.map((part) => `${part.tagName}.${part.getAttribute('class')}`)];
}

/** What is pressed, and smaller than a finger's tip; a box to tick is as large as its label. */
function listSmallTargets(): string[] {
  const smallest = 23.9;
  const targets = [...document.querySelectorAll<HTMLElement>('button, a[href], input, select, textarea, summary')];
  return targets.flatMap((target) => {
    const boxes = [target, target.closest('label') ?? target].map((part) => part.getBoundingClientRect());
    const [width, height] = [Math.max(...boxes.map((box) => box.width)), Math.max(...boxes.map((box) => box.height))];
    const isFine = width === 0 || (width >= smallest && height >= smallest);
    return isFine ? [] : [`${target.tagName}.${target.className} ${width} × ${height} ${target.textContent}`];
  });
}

/**
 * What axe-core finds, minor things left out.
 * @param rules - only these; undefined: all
 */
async function runAxe(rules: readonly string[] | undefined): Promise<readonly Finding[]> {
  const { axe } = globalThis as unknown as {
    axe: {
      run(options: object): Promise<{ violations: { id: string; impact: string | null; nodes: { html: string }[] }[] }>;
    };
  };
  const { violations } = await axe.run(rules ? { runOnly: rules } : {});
  return violations
    .filter(({ impact }) => impact !== 'minor')
    .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html.slice(0, 160)) }));
}
