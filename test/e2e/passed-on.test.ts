import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { questions, untilAsked, untilNothingAsked } from './harness/confirm.ts';
import { clickButton, findButton, findNumber } from './harness/numbers.ts';
import { type Office, openOffice } from './harness/office.ts';
import { textOf } from './harness/popup.ts';
import { isSampled } from './harness/sample.ts';
import { rest, until } from './harness/until.ts';
import { words } from './harness/words.ts';

const NUMBER = '+16175550160';
const EMBED = `<span number="${NUMBER}"><button name="call">Call</button></span>`;
const LINK = `<a id="link" href="tel:${NUMBER}">Support</a>`;

/** Its tip is at the other end of the picture. */
const POINTER =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='32' height='32'><rect width='8' height='8'/></svg>";

/** Presses that are real and arrive at something else than what the user meant. */
interface PassedOn {
  readonly body: string;
  act(page: Page): Promise<void>;
}

const pressEnterIn = async (page: Page) => {
  await page.click('#field');
  await page.keyboard.type('hello');
  await page.keyboard.press('Enter');
};

const pressEnterOnFocused = async (page: Page) => {
  await page.focus('#link');
  await rest(300);
  await page.keyboard.press('Enter');
};

const PASSED_ON: Readonly<Record<string, PassedOn>> = {
  'the Enter key in a form whose own button is a call button': {
    body: `<form onsubmit="return false"><input id="field">${EMBED}</form>`,
    act: pressEnterIn,
  },
  'a press on the label of a call button': {
    body: `<label id="label" for="call">Read more</label><p>${EMBED.replace('<button', '<button id="call"')}</p>`,
    act: (page) => page.click('#label'),
  },
  'the Enter key in a field, when the page moves the focus to a link': {
    body: `<input id="field"><p>${LINK}</p><script>
      document.querySelector('#field').addEventListener('keydown', ({ key }) => {
        if (key === 'Enter') document.querySelector('#link').focus();
      });</script>`,
    act: pressEnterIn,
  },
  'the access key of a link': {
    body: `<p>Press Alt and K</p><p>${LINK.replace('<a', '<a accesskey="k"')}</p>`,
    async act(page) {
      await page.click('p');
      for (const key of ['Alt', 'Shift'] as const) await page.keyboard.down(key);
      await page.keyboard.press('k');
      await page.keyboard.up('Shift');
      await page.keyboard.press('k');
      await page.keyboard.up('Alt');
    },
  },
  'the Enter key on a link out of sight that a script has focused': {
    body: `<p>Press Enter to go on</p><div style="position:absolute;left:-3000px">${LINK}</div>`,
    act: pressEnterOnFocused,
  },
  'the Enter key on a link of no size that a script has focused': {
    body: `<p>Press Enter to go on</p><div style="position:absolute;width:1px;height:1px;overflow:hidden">${LINK}</div>`,
    act: pressEnterOnFocused,
  },
  'the Enter key on a link of which nothing but a point is seen, that a script has focused': {
    body: `<p>Press Enter to go on</p><p style="clip-path:circle(2px at 20px 10px)">${LINK}</p>`,
    act: pressEnterOnFocused,
  },
  'a press elsewhere whose pointer the page gives to its link': {
    body: `<button id="next">Next</button><p style="margin-top:200px">${LINK}</p><script>
      addEventListener('pointerdown', ({ pointerId }) => document.querySelector('#link').setPointerCapture(pointerId), true);</script>`,
    act: (page) => page.click('#next'),
  },
  'a press while the page holds the pointer on its link': {
    body: `<button id="next">Play</button><p style="margin-top:200px">${LINK}</p><script>
      document.querySelector('#next').addEventListener('click', () => document.querySelector('#link').requestPointerLock());</script>`,
    async act(page) {
      await page.click('#next');
      // Firefox and Chromium show a notice first.
      await rest(1_500);
      await page.mouse.click(400, 300);
    },
  },
  'a press on a link without a pointer': {
    body: `<style>* { cursor: none }</style><p>${LINK}</p>`,
    act: (page) => page.click('#link'),
  },
  'a press on a link with a picture for a pointer': {
    body: `<style>* { cursor: url("${POINTER}") 31 31, auto }</style><p>${LINK}</p>`,
    act: (page) => page.click('#link'),
  },
  'Tab and Enter, when the page takes the focus on to a link': {
    body: `<input id="field"><button id="next">Next</button><p>${LINK}</p><script>
      document.querySelector('#next').addEventListener('focus', () => document.querySelector('#link').focus());</script>`,
    act: (page) => tabAndPress(page, 'Enter'),
  },
  'Tab and Enter, when the page hears of the focus before us and takes it on to a link': {
    body: `<input id="field"><button id="next">Next</button><p>${LINK}</p><script>
      addEventListener('focusin', ({ target }) => {
        if (target.id === 'next') document.querySelector('#link').focus();
      }, true);</script>`,
    act: (page) => tabAndPress(page, 'Enter'),
  },
  'Tab and Enter, when the page takes the focus on a moment later': {
    body: `<input id="field"><button id="next">Next</button><p>${LINK}</p><script>
      document.querySelector('#next').addEventListener('focus', () => setTimeout(() => document.querySelector('#link').focus()));</script>`,
    act: (page) => tabAndPress(page, 'Enter'),
  },
};

/** What people do, whose presses are theirs. */
const MEANT: typeof PASSED_ON = {
  'a press on an embedded button': { body: EMBED, act: (page) => page.click('button') },
  'Tab and Enter on an embedded button': {
    body: `<input id="field">${EMBED}`,
    act: (page) => tabAndPress(page, 'Enter'),
  },
  'Tab and Space on an embedded button': {
    body: `<input id="field">${EMBED}`,
    act: (page) => tabAndPress(page, ' '),
  },
  'a press on a link that moves a little under it': {
    body: `<style>#link:active { position: relative; top: 2px }</style><p>${LINK}</p>`,
    act: (page) => page.click('#link'),
  },
  'a press on the second line of a link': {
    body: `<p style="width:60px">${LINK.replace('Support', 'Support and <b>sales</b>')}</p>`,
    act: (page) => page.click('b'),
  },
  'Tab and Enter on a link': { body: `<input id="field">${LINK}`, act: (page) => tabAndPress(page, 'Enter') },
  'Tab and Enter on a drawing': {
    body: `<input id="field">${LINK.replace('Support', '<svg width="20" height="20"><circle cx="9" cy="9" r="9"/></svg>')}`,
    act: (page) => tabAndPress(page, 'Enter'),
  },
};

async function tabAndPress(page: Page, key: 'Enter' | ' '): Promise<void> {
  await page.click('#field');
  await page.keyboard.type('hello');
  // The quickest fingers.
  await rest(60);
  await page.keyboard.press('Tab');
  await rest(60);
  await page.keyboard.press(key);
}

/** All that a page can do by itself to what it finds of us, as long as it likes. */
function forgeEverything(): void {
  type Maker = new (name: string, init: object) => Event;
  const kinds: readonly (readonly [Maker, readonly string[]])[] = [
    [MouseEvent, ['click', 'dblclick', 'mousedown', 'mouseup', 'contextmenu', 'auxclick']],
    [PointerEvent, ['pointerdown', 'pointerup', 'click', 'pointerover', 'pointermove']],
    [KeyboardEvent, ['keydown', 'keypress', 'keyup']],
    [DragEvent, ['dragstart', 'drop', 'dragend']],
    [Event, ['submit', 'input', 'change', 'command', 'toggle', 'focusin', 'beforetoggle', 'touchstart', 'touchend']],
  ];
  const init = {
    bubbles: true,
    composed: true,
    cancelable: true,
    detail: 1,
    button: 0,
    key: 'Enter',
    code: 'Enter',
    clientX: 0,
    clientY: 0,
  };
  for (const prototype of [Event.prototype, Object.prototype]) {
    try {
      Object.defineProperty(prototype, 'isTrusted', { get: () => true, configurable: true });
    } catch {
      // Not where the browser forbids it.
    }
  }
  const host = document.documentElement.lastElementChild as HTMLElement;
  const copy = host.cloneNode(true) as HTMLElement;
  document.body.append(copy);
  host.tabIndex = 0;
  host.id = 'host';
  host.focus();
  host.popover = 'auto';
  const helper = document.createElement('div');
  helper.innerHTML =
    '<button id="invoker" commandfor="host" command="show-popover"></button><button id="target" popovertarget="host"></button>' +
    '<label id="label" for="host"></label><form id="form"><button></button></form>';
  document.body.append(helper);
  const buttons = [...document.querySelectorAll<HTMLElement>('button, label, a, [number], input')];
  for (const element of [host, copy, ...buttons, document.body, document]) {
    for (const [Kind, names] of kinds) for (const name of names) element.dispatchEvent(new Kind(name, init));
    (element as HTMLElement).click?.();
  }
  document.querySelector<HTMLFormElement>('#form')?.requestSubmit();
  for (let x = 0; x < innerWidth; x += 40) {
    for (let y = 0; y < 300; y += 12) {
      const at = document.elementFromPoint(x, y);
      at?.dispatchEvent(new PointerEvent('click', { ...init, clientX: x, clientY: y }));
      (at as HTMLElement | null)?.click?.();
    }
  }
  const message = { type: 'call/dial', payload: { number: '+16175550160', requestId: 'forged' } };
  postMessage(message, '*');
  document.dispatchEvent(new CustomEvent('call/dial', { detail: message }));
  new BroadcastChannel('pagedial').postMessage(message);
  const { runtime } = (globalThis as { chrome?: { runtime?: { sendMessage?(message: unknown): void } } }).chrome ?? {};
  try {
    runtime?.sendMessage?.(message);
  } catch {
    // No extension listens to pages.
  }
}

describe.each(BROWSER_KINDS)('a press in %s', (kind) => {
  let office: Office;

  beforeAll(async () => {
    office = await openOffice(kind);
  });

  afterEach(async () => {
    await office?.tidy();
    await untilNothingAsked(office.browser);
  });

  afterAll(() => office?.close());

  /** Every second in each browser, all of them in both. */
  function played(table: typeof PASSED_ON): [string, PassedOn][] {
    return Object.entries(table).filter((_row, at) => isSampled(kind, at, 2));
  }

  const placed = () => office.pbx.places().map(({ number }) => number);

  test.each(played(PASSED_ON))('that is %s is no call', async (_name, { body, act }) => {
    const page = await office.show(body);
    await findNumber(office.browser, page, NUMBER);
    const before = placed();

    await act(page);
    // Some of these arrive nowhere in one of the browsers: then nothing is asked either.
    await rest(1_000);

    const [question] = await questions(office.browser);
    if (question) expect(await textOf(await untilAsked(office.browser))).toMatch(words('confirm_reason_page_doubtful'));
    expect(placed()).toEqual(before);
  });

  test.each(played(MEANT))('that is %s calls', async (_name, { body, act }) => {
    const page = await office.show(body);
    await findNumber(office.browser, page, NUMBER);
    const before = placed();

    await act(page);

    await until('the PBX is asked to call', async () => {
      expect(await questions(office.browser)).toEqual([]);
      return placed().length > before.length;
    });
  });

  test.runIf(isSampled(kind, 0, 2))('that the page forges in every way it can is none', async () => {
    const page = await office.show(`<p>Support: ${NUMBER}</p><p>${LINK}</p><p>${EMBED}</p><input value="${NUMBER}">`);
    await findButton(office.browser, page, NUMBER);
    const before = placed();
    // A link that a script presses opens nothing while it is tried here.
    await page.evaluate(() => addEventListener('click', (event) => event.preventDefault(), true));

    await page.evaluate(forgeEverything);
    await rest(400);
    await page.evaluate(forgeEverything);

    const honest = await office.show('<p>Sales: +1 617 555 0161</p>');
    await clickButton(office.browser, honest, '+16175550161');
    await until('the honest press is a call', () => placed().length > before.length);
    expect(placed().slice(before.length)).toEqual(['+16175550161']);
    expect(await questions(office.browser)).toEqual([]);
  });

  test.runIf(isSampled(kind, 1, 2))(
    'on a button of the page never reaches ours, however the page moves things under it',
    async () => {
      const page = await office.show(
        `<p id="number" style="position:absolute;left:300px;top:200px">${NUMBER}</p><button id="bait" style="position:absolute;left:40px;top:400px">Next</button>`,
      );
      const ours = await findButton(office.browser, page, NUMBER);
      const before = placed();
      // Our button comes under the pointer while the mouse is down, and stays there.
      await page.evaluate(({ x, y }) => {
        const number = document.querySelector<HTMLElement>('#number');
        document.querySelector('#bait')?.addEventListener('pointerdown', (event) => {
          const { clientX, clientY } = event as PointerEvent;
          number?.style.setProperty('left', `${300 + clientX - x}px`);
          number?.style.setProperty('top', `${200 + clientY - y}px`);
          (event.target as HTMLElement).remove();
        });
      }, ours);

      const box = await (await page.$('#bait'))?.boundingBox();
      const [x, y] = [(box?.x ?? 0) + 10, (box?.y ?? 0) + 10];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await rest(700);
      await page.mouse.up();
      await rest(300);

      expect(placed()).toEqual(before);
      expect(await questions(office.browser)).toEqual([]);
    },
  );

  test.runIf(isSampled(kind, 2, 2))(
    'on a number whose place another one has taken calls none of them by mistake',
    async () => {
      const page = await office.show(
        '<p style="position:absolute;left:20px;top:60px" id="a">+1 617 555 0162</p><p style="position:absolute;left:20px;top:160px" id="b">+1 617 555 0163</p>',
      );
      const { x, y } = await findButton(office.browser, page, '+16175550162');
      const before = placed();
      await page.evaluate(() =>
        addEventListener(
          'pointerdown',
          () => {
            const [a, b] = ['#a', '#b'].map((id) => document.querySelector<HTMLElement>(id)?.style);
            a?.setProperty('top', '160px');
            b?.setProperty('top', '60px');
          },
          true,
        ),
      );

      await page.mouse.move(x, y);
      await rest(500);
      await page.mouse.click(x, y);
      await rest(500);

      expect(placed()).toEqual(before);
    },
  );
});
