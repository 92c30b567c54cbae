import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Frame, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { distOf } from '../tools/project.ts';
import { questions, untilAsked, untilNothingAsked } from './harness/confirm.ts';
import { GECKO_ID, inFirefoxItself } from './harness/launch.ts';
import { clickButton, findButton, findNumber, numbersOn } from './harness/numbers.ts';
import { AGENT, type Office, openOffice } from './harness/office.ts';
import { startPageServer } from './harness/page-server.ts';
import { SAMPLED_KINDS } from './harness/sample.ts';
import { readState } from './harness/set-up.ts';
import { attackByExtension, forgedAbout } from './harness/stranger.ts';
import { rest, until } from './harness/until.ts';

const CUSTOMER = '+16175550181';
const FLOODED = '+16175550183';
const UNANSWERED = new Set(['refused', 'undefined', 'null']);

/** One story: while a call is up, strangers try to place, hang up, read and change. */
describe.each(SAMPLED_KINDS)('strangers in %s', (kind) => {
  let office: Office;
  let page: Page;
  let callId: string;
  let before: string;

  beforeAll(async () => {
    office = await openOffice(kind);
    page = await office.show(`<p>Office: ${CUSTOMER}</p>`);
    await clickButton(office.browser, page, CUSTOMER);
    await until('the PBX is asked', () => office.pbx.places().length === 1);
    office.pbx.phone(AGENT.extension).answer();
    await until('the other end rings', () => office.pbx.farEnd().answer());
    callId = await until('the call is known', async () => {
      const call = (await readState(office.browser))?.calls.at(-1);
      return call?.state.phase === 'talking' && call.id;
    });
    before = await everythingSaved();
  });

  afterAll(() => office?.close());

  test('a second extension gets no answer and no file, and changes nothing', async () => {
    const id = kind === 'chromium' ? new URL(office.browser.extensionOrigin).host : 'pagedial@pagedial.example';

    const results = await attackByExtension(office.browser, id, forgedAbout(callId));

    expect(Object.entries(results).filter(([, got]) => got !== 'refused')).toEqual([]);
    expect(Object.keys(results).length).toBeGreaterThan(35);
    await expectNothingHappened();
  });

  test('a hostile page and its frames reach nothing by messages and events', async () => {
    const other = await startPageServer();
    const frame = other.add('/frame', '<!doctype html><p>A frame</p>', 'other.test');
    const evil = await office.show(
      `<p>Sales: +1 617 555 0182</p><iframe src="${frame}"></iframe>` +
        '<iframe sandbox="allow-scripts" srcdoc="<p>Boxed</p>"></iframe><iframe srcdoc="<p>Same</p>"></iframe>',
    );
    await findButton(office.browser, evil, '+16175550182');
    const ownId = new URL(office.browser.extensionOrigin).host;
    const frames = await until('the frames are there', () => evil.frames().length === 4 && evil.frames());

    const answers = await Promise.all(frames.map((one) => one.evaluate(sendEverything, forgedAbout(callId), ownId)));

    expect(answers.flat().filter((answer) => !UNANSWERED.has(answer))).toEqual([]);
    await rest(300);
    await expectNothingHappened();
    // It was no accident of a dead script: the page's own button still is there and works.
    await findButton(office.browser, evil, '+16175550182');
    await evil.close();
    await other.close();
  });

  test('a page can load, frame and find none of our files', async () => {
    const evil = await office.show('<p>Nothing here</p>');
    const files = readdirSync(distOf(kind === 'chromium' ? 'chrome' : 'firefox'), {
      recursive: true,
      withFileTypes: true,
    })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).replace(/^.*\/dist\/[^/]*\//, ''));
    const guesses = [
      '',
      'popup.html',
      'index.html',
      'options.html',
      'icon.png',
      'background.js',
      'inject.js',
      'vendor.js',
    ];
    const addresses = [...files, ...guesses].map((file) => `${office.browser.extensionOrigin}/${file}`);

    const loaded = await evil.evaluate(loadEach, addresses);
    expect(loaded).toEqual([]);

    await evil.evaluate(
      async (pages) => {
        for (const src of pages) {
          const frame = document.createElement('iframe');
          frame.src = src;
          document.body.append(frame);
        }
        await new Promise((done) => setTimeout(done, 600));
      },
      addresses.filter((address) => address.endsWith('.html')),
    );
    const shown = await Promise.all(evil.frames().map(textOfFrame));
    expect(shown.filter((text) => /PageDial|Hang up|Import settings/.test(text))).toEqual([]);
    expect(addresses.length).toBeGreaterThan(40);
    await evil.close();
  });

  test('a content script in the hands of a page can neither hang up, nor read, nor set anything', async () => {
    const answers = await inContentScript(
      page,
      async (messages) => {
        const got: string[] = [];
        for (const message of messages) {
          if (message.type === 'call/dial' || message.type === 'page/settings') continue;
          const limit = new Promise((resolve) => setTimeout(() => resolve('no answer'), 300));
          const answer = await Promise.race([chrome.runtime.sendMessage(message).catch(() => 'no answer'), limit]);
          got.push(`${message.type}: ${JSON.stringify(answer ?? 'no answer')}`);
        }
        return got;
      },
      forgedAbout(callId),
    );

    const heard = answers.filter((answer) => !answer.endsWith('"no answer"'));
    expect(heard).toEqual(['call/cancel: {"ok":false,"error":{"reason":"unknown-request"}}']);
    await expectNothingHappened();
  });

  test('nor can it end a call that another tab began', async () => {
    const requestId = (await readState(office.browser))?.calls.at(-1)?.requestId;
    const other = await office.show('<p>Nothing here</p>');

    const answer = await inContentScript(
      other,
      (id) => chrome.runtime.sendMessage({ type: 'call/cancel', payload: { requestId: id } }),
      requestId,
    );

    expect(answer).toEqual({ ok: false, error: { reason: 'not-our-call' } });
    await expectNothingHappened();
    await other.close();
  });

  test('a page cannot get hold of our button, and a script that can presses nothing with it', async () => {
    const evil = await office.show(
      '<p>Sales: +1 617 555 0182</p>',
      `<script>
        window.trees = [];
        const attach = Element.prototype.attachShadow;
        Element.prototype.attachShadow = function (init) {
          const tree = attach.call(this, { ...init, mode: 'open' });
          window.trees.push(tree);
          return tree;
        };
      </script>`,
    );
    await findButton(office.browser, evil, '+16175550182');
    // A press on a button that just came counts for nothing: that is not what is tested.
    await rest(600);

    const seen = await evil.evaluate(
      () =>
        (window as unknown as { trees: readonly unknown[] }).trees.length +
        [...document.documentElement.children].filter((element) => element.shadowRoot !== null).length,
    );
    const pressed = await inContentScript(
      evil,
      async (types) => {
        const open = (element: Element) =>
          (globalThis as { chrome?: { dom?: typeof chrome.dom } }).chrome?.dom?.openOrClosedShadowRoot(
            element as HTMLElement,
          ) ?? (element as { openOrClosedShadowRoot?: ShadowRoot }).openOrClosedShadowRoot;
        const buttons = [...document.documentElement.children].flatMap((child) => [
          ...(open(child)?.querySelectorAll('button') ?? []),
        ]);
        for (const button of buttons) {
          for (const type of types) {
            for (const detail of [0, 1]) {
              const init = { bubbles: true, composed: true, cancelable: true, detail };
              button.dispatchEvent(new MouseEvent(type, init));
            }
          }
          button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true }));
          button.click();
        }
        return buttons.length;
      },
      ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'],
    );

    expect(seen).toBe(0);
    expect(pressed).toBeGreaterThan(0);
    await rest(500);
    await expectNothingHappened();
    await evil.close();
  });

  test('our script leaves nothing in the world of the page', async () => {
    const own = await office.show(
      '<p>Sales: +1 617 555 0182</p>',
      `<script>
        const look = () => ({
          names: Object.getOwnPropertyNames(window).sort(),
          ways: [Element.prototype.attachShadow, EventTarget.prototype.addEventListener, window.fetch, history.pushState]
        });
        window.look = look;
        window.before = null;
        window.before = look();
      </script>`,
    );
    await findButton(office.browser, own, '+16175550182');

    const changed = await own.evaluate(() => {
      type Look = { readonly names: readonly string[]; readonly ways: readonly unknown[] };
      const { before, look } = window as unknown as { readonly before: Look; look(): Look };
      const now = look();
      const names = now.names.filter((name) => !before.names.includes(name));
      return [...names, ...now.ways.flatMap((way, at) => (way === before.ways[at] ? [] : [`way ${at}`]))];
    });

    expect(changed).toEqual([]);
    await own.close();
  });

  test('what it asks to be dialled is judged like any click, and a feature code is nothing at all', async () => {
    const placed = office.pbx.places().length;
    const numbers = ['*21*16175550190#', '#31#', '%2A97', 'javascript:1', '+1617', '16175550190', '1'];

    const refusals = await inContentScript(
      page,
      async (all) => {
        const got: unknown[] = [];
        for (const number of [...all, '+19005550190', '+882165550190']) {
          const requestId = `own-${got.length}`;
          const answer = await chrome.runtime.sendMessage({ type: 'call/dial', payload: { number, requestId } });
          got.push((answer as { error?: { reason: string } }).error?.reason ?? 'placed');
        }
        return got;
      },
      numbers,
    );

    expect(
      refusals.slice(0, numbers.length - 2).every((reason) => reason === 'feature-code' || reason === 'not-a-number'),
    ).toBe(true);
    expect(refusals.slice(-2)).toEqual(['waiting', 'other-question']);
    expect(office.pbx.places()).toHaveLength(placed);
    await (await untilAsked(office.browser)).close();
    await untilNothingAsked(office.browser);
  });

  test('a content script finds no secret in any storage', async () => {
    const found = await inContentScript(
      page,
      async (kinds) => {
        const read = async (job: () => Promise<unknown>) =>
          JSON.stringify(await job().catch(() => 'refused')) ?? 'refused';
        const areas = chrome.storage as unknown as Record<string, { get(key: null): Promise<unknown> } | undefined>;
        const all: string[] = [];
        for (const area of kinds) {
          all.push(`${area} ${await read(async () => areas[area]?.get(null) ?? 'refused')}`);
        }
        all.push(`databases ${await read(() => indexedDB.databases())}`);
        return all;
      },
      ['local', 'session', 'sync', 'managed'],
    );

    expect(found.join('\n')).not.toContain(AGENT.password);
    expect(found.join('\n')).not.toContain('vault');
    expect(found.find((area) => area.startsWith('session'))).toBe('session "refused"');
    // Firefox has no lock on `storage.local`, which is why secrets are not in it.
    if (kind === 'chromium') expect(found[0]).toBe('local "refused"');
  });

  test('our own pages run no foreign code and reach no machine without encryption', async () => {
    let reached = 0;
    const plain = await startCounter(() => {
      reached += 1;
    });
    const own = await office.browser.openOwnPage('options');

    const got = await own.evaluate(
      async (port) => {
        // The driver's own calls are let through by the policy; what a timer runs is the page's.
        const inTimer = (job: () => unknown) =>
          new Promise((resolve, reject) => {
            setTimeout(() => {
              try {
                resolve(job());
              } catch (error) {
                reject(error);
              }
            });
          });
        const attempts: Record<string, () => unknown> = {
          // biome-ignore lint/security/noGlobalEval: that it is refused is what is tested
          eval: () => inTimer(() => eval('1')),
          function: () => inTimer(() => new Function('return 1')()),
          fetch: () => fetch(`http://other.test:${port}/`),
          socket: () =>
            new Promise((resolve, reject) => {
              const socket = new WebSocket(`ws://other.test:${port}/`);
              socket.onopen = resolve;
              socket.onerror = reject;
              setTimeout(() => reject(new Error('silence')), 500);
            }),
          script: () =>
            new Promise((resolve, reject) => {
              const script = document.createElement('script');
              script.src = `http://127.0.0.1:${port}/x.js`;
              script.onload = resolve;
              script.onerror = reject;
              document.head.append(script);
            }),
          image: () =>
            new Promise((resolve, reject) => {
              const image = new Image();
              image.onload = resolve;
              image.onerror = reject;
              image.src = `http://127.0.0.1:${port}/x.png`;
            }),
          form: () => {
            const form = document.createElement('form');
            form.action = `http://127.0.0.1:${port}/form`;
            document.body.append(form);
            form.submit();
            throw new Error('looked at by what the machine saw');
          },
        };
        const done: string[] = [];
        for (const [name, job] of Object.entries(attempts)) {
          try {
            await job();
            done.push(name);
          } catch {}
        }
        await new Promise((resolve) => setTimeout(resolve, 300));
        return done;
      },
      (plain.address() as AddressInfo).port,
    );

    expect(got).toEqual([]);
    expect(reached).toBe(0);
    plain.close();
    await own.close();
  });

  test('digits that nobody sees are not dialled', async () => {
    const page = await office.show(
      '<p>Office: +1 617 555 01<span hidden>99</span>84</p><p>Sales: +1 617 555 01<span style="display:none">9</span>87</p>' +
        '<p>Lab: +1 617 555 01<b style="visibility:hidden">9</b>88</p><p>Shop: <template>+1 900 555 0189</template>+1 617 555 0189</p>',
    );
    const shown = await page.evaluate(() => document.body.innerText.match(/\+[\d ]+/g) ?? []);
    await findNumber(office.browser, page, '+16175550184');

    const [{ numbers } = { numbers: [] }] = await numbersOn(office.browser, page);

    const seen = shown.map((text) => text.replaceAll(' ', ''));
    expect(numbers.map(({ e164 }) => e164).filter((number) => !seen.includes(number ?? ''))).toEqual([]);
    expect(numbers.map(({ e164 }) => e164)).toContain('+16175550187');
    await page.close();
  });

  test('numbers in disguise are not dialled: order, private use and look-alike letters', async () => {
    const disguised = [
      '+1 617 555 \u202e3910',
      '+1 617 555 \u202b0193\u202c',
      '+1 617 555 0197\ue000',
      '+1 617 555 O194',
      '+1 6l7 555 0l95',
    ];
    const evil = await office.show(
      `${disguised.map((text) => `<p>Sales: ${text}</p>`).join('')}<p>Honest: +1 617 555 0186</p>`,
    );
    await findButton(office.browser, evil, '+16175550186');
    const placed = office.pbx.places().length;

    const [{ numbers } = { numbers: [] }] = await numbersOn(office.browser, evil);
    for (const { e164, button } of numbers) {
      if (button && e164 !== '+16175550186') {
        await evil.mouse.click(button.x + button.width / 2, button.y + button.height / 2);
      }
    }
    await clickButton(office.browser, evil, '+16175550186');

    await until('the honest one is called', () => office.pbx.places().length > placed);
    expect(office.pbx.places().slice(placed)).toMatchObject([{ number: '+16175550186' }]);
    expect(await questions(office.browser)).toEqual([]);
    await evil.close();
  });

  // No driver can open a menu or type into an address bar: both browsers are made to tell us what they would tell us then.
  test('what is picked in a menu or typed into the address bar is read just as strictly', async () => {
    const placed = office.pbx.places().length;
    const nothing = [
      'javascript:alert(1)',
      `+1 617 555 0190 ${'9'.repeat(5_000)}`,
      '+1 617 555 \u202e0910',
      '<b>6175550190</b>',
    ];
    const inMenu = [...nothing, '*21*16175550190#', '+1 617 555 0190, +1 617 555 0191'];

    await tell('menu', inMenu);
    await tell('bar', nothing);
    await rest(500);
    expect(office.pbx.places()).toHaveLength(placed);
    expect(await questions(office.browser)).toEqual([]);

    await tell('menu', ['+1 900 555 0190']);
    await (await untilAsked(office.browser)).close();
    await untilNothingAsked(office.browser);
    expect(office.pbx.places()).toHaveLength(placed);

    await tell('bar', ['+1 617 555 0196']);
    await until('a plain number is called', () => office.pbx.places().length === placed + 1);
  });

  test('a page that floods us with numbers and changes gets few buttons, and its user the call', async () => {
    const flood = await office.show(
      `<style>#flood p { display: inline-block; margin: 0 26px 0 0; font-size: 8px; line-height: 12px }</style>
      <p>Office: ${FLOODED}</p><div id="flood"></div><script>
        const all = Array.from({ length: 5000 }, (_, i) => '<p>+1 617 555 ' + String(1000 + (i % 9000)) + '</p>').join('');
        document.querySelector('#flood').innerHTML = all;
        let turn = 0;
        setInterval(() => {
          for (let i = 0; i < 10; i += 1) {
            const line = document.querySelector('#flood').children[(turn++ * 7) % 5000];
            line.textContent = '+1 617 555 ' + String(1000 + (turn % 9000));
          }
        }, 10);
      </script>`,
    );
    const placed = office.pbx.places().length;

    await clickButton(office.browser, flood, FLOODED);

    await until('the PBX is asked', () => office.pbx.places().length > placed);
    expect(office.pbx.places().at(-1)?.number).toBe(FLOODED);
    const buttons = await inContentScript(
      flood,
      async (names) => {
        const open = (element: Element) =>
          (globalThis as { chrome?: { dom?: typeof chrome.dom } }).chrome?.dom?.openOrClosedShadowRoot(
            element as HTMLElement,
          ) ?? (element as { openOrClosedShadowRoot?: ShadowRoot }).openOrClosedShadowRoot;
        return [...document.documentElement.children].flatMap((child) => [
          ...(open(child)?.querySelectorAll(names) ?? []),
        ]).length;
      },
      'button',
    );
    expect(buttons).toBeGreaterThan(0);
    expect(buttons).toBeLessThanOrEqual(300);
    await flood.close();
  });

  async function expectNothingHappened(): Promise<void> {
    expect(office.pbx.places()).toHaveLength(1);
    expect(await questions(office.browser)).toEqual([]);
    expect(office.pbx.engine.live()).toHaveLength(1);
    expect([...office.pbx.holds(), ...office.pbx.transfers()]).toEqual([]);
    expect(await everythingSaved()).toBe(before);
  }

  /** Settings and calls, without the clock's part. */
  async function everythingSaved(): Promise<string> {
    const state = await readState(office.browser);
    const calls = (state?.calls ?? []).map(({ id, number, state: { phase }, hangUp }) => ({
      id,
      number,
      phase,
      hangUp,
    }));
    const local = await office.browser.inExtension(() => chrome.storage.local.get(null));
    return JSON.stringify({ calls, status: state?.connection.status, local });
  }

  /** Gives these texts to the background as if somebody had picked them in the right-click menu, or typed them behind our keyword. */
  async function tell(way: 'menu' | 'bar', texts: readonly string[]): Promise<void> {
    if (kind === 'chromium') await tellWorker(way, texts);
    else for (const text of texts) await tellByFirefox(way, text);
  }

  /** Through the code of Firefox itself that a menu and the address bar call. */
  function tellByFirefox(way: 'menu' | 'bar', text: string): Promise<string> {
    const info = JSON.stringify({ menuItemId: 'call-selection', selectionText: text, editable: false });
    const typed = JSON.stringify(`dial ${text}`);
    return inFirefoxItself(
      office.browser.puppeteer,
      way === 'menu'
        ? `WebExtensionPolicy.getByID('${GECKO_ID}').extension.emit('webext-menu-menuitem-click', ${info}, gBrowser.selectedTab)`
        : `{
            const { ExtensionSearchHandler } = ChromeUtils.importESModule('resource://gre/modules/ExtensionSearchHandler.sys.mjs');
            ExtensionSearchHandler.handleSearch({ keyword: 'dial', text: ${typed}, inPrivateWindow: false }, () => {});
            ExtensionSearchHandler.handleInputEntered('dial', ${typed}, 'current');
          }`,
    );
  }

  async function tellWorker(way: 'menu' | 'bar', texts: readonly string[]): Promise<void> {
    const target = await until('the background runs', () =>
      office.browser.puppeteer
        .targets()
        .find((one) => one.type() === 'service_worker' && one.url().startsWith(office.browser.extensionOrigin)),
    );
    const worker = await target.worker();
    await worker?.evaluate(
      async (isMenu, all) => {
        type Told = { dispatch(...values: unknown[]): void };
        const { contextMenus, omnibox, tabs } =
          (globalThis as unknown as { browser?: typeof chrome }).browser ?? chrome;
        const [tab] = await tabs.query({ active: true, lastFocusedWindow: true });
        for (const text of all) {
          const info = { menuItemId: 'call-selection', selectionText: text, pageUrl: tab?.url, editable: false };
          if (isMenu) (contextMenus.onClicked as unknown as Told).dispatch(info, { ...tab, incognito: false });
          else (omnibox.onInputEntered as unknown as Told).dispatch(text, 'currentTab');
        }
      },
      way === 'menu',
      texts,
    );
  }

  /** Runs a function where our content script runs: in its world of the page. */
  function inContentScript<T, A>(where: Page, job: (argument: A) => Promise<T>, argument: A): Promise<T> {
    // The function has to stand in the source that runs in the extension: code from strings is refused there.
    const inject = new Function(
      'url',
      'given',
      `return chrome.tabs.query({}).then((tabs) => chrome.scripting.executeScript({
        target: { tabId: tabs.find((tab) => tab.url === url).id },
        func: ${job},
        args: [given],
      })).then(([done]) => done.result)`,
    ) as (url: string, given: A) => Promise<T>;
    return office.browser.inExtension(inject, where.url(), argument);
  }
});

/** Runs in the page: every message, by every way a page has. */
async function sendEverything(messages: readonly { readonly type: string }[], ownId: string): Promise<string[]> {
  const got: string[] = [];
  const runtime = (globalThis as { chrome?: { runtime?: typeof chrome.runtime } }).chrome?.runtime;
  for (const message of messages) {
    for (const form of [message, JSON.stringify(message), { pagedial: message }]) {
      window.postMessage(form, '*');
      window.top?.postMessage(form, '*');
      parent.postMessage(form, '*');
    }
    for (const target of [window, document, document.documentElement, document.documentElement.lastElementChild]) {
      target?.dispatchEvent(new CustomEvent(message.type, { detail: message, bubbles: true, composed: true }));
      target?.dispatchEvent(new MessageEvent('message', { data: message }));
    }
    new BroadcastChannel(message.type).postMessage(message);
    const answer = async () => String(JSON.stringify(await runtime?.sendMessage?.(ownId, message)));
    got.push(await answer().catch(() => 'refused'));
  }
  return got;
}

/** Runs in the page: the addresses that could be loaded in any way. */
async function loadEach(addresses: readonly string[]): Promise<string[]> {
  const byTag = (tag: 'img' | 'script' | 'link', address: string) =>
    new Promise<void>((resolve, reject) => {
      const element = document.createElement(tag);
      element.addEventListener('load', () => resolve());
      element.addEventListener('error', () => reject(new Error('refused')));
      if (element instanceof HTMLLinkElement) {
        element.rel = 'stylesheet';
        element.href = address;
      } else element.src = address;
      document.head.append(element);
    });
  const ways: Record<string, (address: string) => Promise<unknown>> = {
    fetch: (address) => fetch(address),
    blind: (address) => fetch(address, { mode: 'no-cors' }),
    img: (address) => byTag('img', address),
    script: (address) => byTag('script', address),
    link: (address) => byTag('link', address),
  };
  const loaded: string[] = [];
  await Promise.all(
    addresses.flatMap((address) =>
      Object.entries(ways).map(async ([name, load]) => {
        const limit = new Promise((_resolve, reject) => setTimeout(() => reject(new Error('silence')), 3_000));
        const isLoaded = await Promise.race([load(address), limit]).then(
          () => true,
          () => false,
        );
        if (isLoaded) loaded.push(`${name} ${address}`);
      }),
    ),
  );
  return loaded;
}

function textOfFrame(frame: Frame): Promise<string> {
  const limit = rest(1_000).then(() => '');
  const text = frame.evaluate(() => `${location.href} ${document.title} ${document.body?.innerText ?? ''}`);
  return Promise.race([text.catch(() => ''), limit]);
}

/** A server without encryption that counts who comes. */
async function startCounter(onRequest: () => void): Promise<Server> {
  const server = createServer((_request, response) => {
    onRequest();
    response.end();
  });
  server.on('upgrade', (_request, socket) => {
    onRequest();
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
