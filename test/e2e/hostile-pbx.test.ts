import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clickButton } from './harness/numbers.ts';
import { AGENT, type Office, openOffice } from './harness/office.ts';
import { type RunningServer, startServer } from './harness/page-server.ts';
import { openPopup, textOf, untilShown } from './harness/popup.ts';
import { SAMPLED_KINDS } from './harness/sample.ts';
import { until } from './harness/until.ts';

/** Names a caller can choose; `PORT` is a server that counts who comes. */
const NAMES: readonly string[] = [
  '<img src=http://127.0.0.1:PORT/a onerror=fetch("http://127.0.0.1:PORT/b")>',
  '<script>fetch("http://127.0.0.1:PORT/c")</script>',
  '"><svg onload=fetch("http://127.0.0.1:PORT/d")>',
  "';fetch('http://127.0.0.1:PORT/e');'",
  '<iframe src=http://127.0.0.1:PORT/f></iframe><style>@import "http://127.0.0.1:PORT/g"</style>',
  'javascript:fetch("http://127.0.0.1:PORT/h")',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that it is not filled in is what is tested
  '{{constructor.constructor("fetch(1)")()}} ${fetch(1)} $1 $PLACEHOLDER$ __MSG_extension_name__',
  '\u202egnp.tnega \u2066Bank\u2069',
  'Zalgo\u0300\u0301\u0302\u0303'.repeat(40),
  'A'.repeat(5_000),
  '\u0000\u0007\u001b[31m red \u2028 line',
  '&lt;b&gt;bold&lt;/b&gt; &#x3c;i&#x3e;',
];

describe.each(SAMPLED_KINDS)('names from a hostile caller in %s', (kind) => {
  let office: Office;
  let server: RunningServer;
  let reached = 0;

  beforeAll(async () => {
    server = await startServer((_request, response) => {
      reached += 1;
      response.end();
    });
    office = await openOffice(kind);
  });

  afterAll(async () => {
    await office?.close();
    await server?.close();
  });

  test('are text and nothing else: nothing is loaded, run, reordered or without end', async () => {
    const popup = await openPopup(office.browser);
    const plain = await skeleton(popup);
    const port = String(server.port);

    for (const [at, name] of NAMES.entries()) {
      office.pbx.incoming(AGENT.extension, `+161755501${10 + at}`, name.replaceAll('PORT', port));
    }
    await untilShown(popup, /onerror=fetch/);
    await until('all calls are shown', async () => (await popup.$$('bdi')).length > NAMES.length);

    const shown = await textOf(popup);
    const elements = await skeleton(popup);
    expect(elements.filter((name) => !plain.includes(name) && /script|img|iframe|style|object|a$/.test(name))).toEqual(
      [],
    );
    expect([...shown].filter(isUnseen)).toEqual([]);
    expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThan(200);
    expect(reached).toBe(0);
    for (const call of office.pbx.engine.live()) office.pbx.engine.end(call, 'completed', 'system');
    await popup.close();
  });

  test('leave the background alive: the next call is placed', async () => {
    await office.tidy();
    const page = await office.show('<p>Office: +1 617 555 0186</p>');

    await clickButton(office.browser, page, '+16175550186');

    await until('the PBX is asked', () => office.pbx.places().some(({ number }) => number === '+16175550186'));
  });

  /** Names of all elements of the page. */
  function skeleton(page: Page): Promise<readonly string[]> {
    return page.evaluate(() => [...new Set([...document.querySelectorAll('*')].map((element) => element.localName))]);
  }
});

/** Controls, and marks that change the order of what is shown. */
function isUnseen(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  const isOrder = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return isOrder || code === 0x2028 || (code < 0x20 && char !== '\n' && char !== '\t');
}
