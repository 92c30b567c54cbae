import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { questions, untilAsked, untilNothingAsked } from './harness/confirm.ts';
import { clickButton, findButton, findNumber } from './harness/numbers.ts';
import { type Office, openOffice } from './harness/office.ts';
import { textOf } from './harness/popup.ts';
import { isSampled, SAMPLED_KINDS } from './harness/sample.ts';
import { rest, until } from './harness/until.ts';
import { words } from './harness/words.ts';

const NUMBER = '+16175550170';
const OTHER = '+16175550176';
const TEXT = '<p id="number">Support: +1 617 555 0170</p>';
const OVERLAY =
  'position:fixed;inset:0;width:100vw;height:100vh;background:white;pointer-events:none;z-index:2147483647;margin:0;border:0;padding:0';

/** Nobody reacts faster to what comes before the eyes. */
const SEE_MS = 300;

/** Tricks that leave the press real and hide what is pressed. */
type Trick = (style: string) => void;
const ASKED: Readonly<Record<string, Trick>> = {
  'a faint page': () => document.documentElement.style.setProperty('opacity', '.001'),
  'a faint body': () => document.body.style.setProperty('opacity', '.001'),
  'a page behind a filter': () => document.documentElement.style.setProperty('filter', 'opacity(0)'),
  'a body behind a filter': () => document.body.style.setProperty('filter', 'opacity(0)'),
  'a blurred body': () => document.body.style.setProperty('filter', 'blur(9px)'),
  'a page behind a mask': () =>
    document.documentElement.style.setProperty('mask-image', 'linear-gradient(transparent, transparent)'),
  'a body behind a mask': () =>
    document.body.style.setProperty('mask-image', 'linear-gradient(transparent, transparent)'),
  'a blended page': () => document.documentElement.style.setProperty('mix-blend-mode', 'multiply'),
  'an overlay of ours that was made faint': () =>
    (document.documentElement.lastElementChild as HTMLElement).style.setProperty('opacity', '.01', 'important'),
  'an overlay of ours that was cut to a dot': () =>
    (document.documentElement.lastElementChild as HTMLElement).style.setProperty(
      'clip-path',
      'circle(500px at 200px 20px)',
      'important',
    ),
  'a page that was cut': () => document.documentElement.style.setProperty('clip-path', 'inset(0 0 1px 0)'),
  'a popover over all': (style) => {
    const cover = document.createElement('div');
    cover.setAttribute('style', style);
    cover.popover = 'manual';
    document.body.append(cover);
    cover.showPopover();
  },
  'a faint body that shows as the press comes': () => {
    document.body.style.setProperty('opacity', '.001');
    addEventListener('pointerdown', () => document.body.style.removeProperty('opacity'), true);
  },
  'a popover that goes as the press comes': (style) => {
    const cover = document.createElement('div');
    cover.setAttribute('style', style);
    cover.popover = 'manual';
    document.body.append(cover);
    cover.showPopover();
    addEventListener('pointerdown', () => cover.remove(), true);
  },
  'a cover that lets the pointer through': (style) => {
    const cover = document.createElement('div');
    cover.setAttribute('style', style);
    document.documentElement.append(cover);
  },
  'a cover that goes as the press comes': (style) => {
    const cover = document.createElement('div');
    cover.setAttribute('style', style);
    document.documentElement.append(cover);
    addEventListener('pointerdown', () => cover.remove(), true);
  },
  'a cover made by a shadow': () => {
    const cover = document.createElement('div');
    const style = 'position:fixed;top:0;left:0;width:1px;height:1px;box-shadow:0 0 0 3000px white;pointer-events:none';
    cover.setAttribute('style', `${style};z-index:2147483647`);
    document.documentElement.append(cover);
  },
  'a cover in a closed tree': (style) => {
    const cover = document.createElement('x-cover');
    cover.attachShadow({ mode: 'closed' }).innerHTML = `<b><i style="${style}"></i></b>`;
    document.documentElement.append(cover);
  },
  'a popover in a closed tree': (style) => {
    const host = document.createElement('x-cover');
    const tree = host.attachShadow({ mode: 'closed' });
    tree.innerHTML = `<b popover="manual" style="${style}"></b>`;
    document.body.append(host);
    tree.querySelector('b')?.showPopover();
  },
  'a popover in a closed tree of an element that was there': (style) => {
    const host = document.createElement('div');
    host.textContent = 'Welcome';
    document.body.append(host);
    // Nothing tells of it.
    setTimeout(() => {
      const tree = host.attachShadow({ mode: 'closed' });
      tree.innerHTML = `<slot></slot><b popover="manual" style="${style}"></b>`;
      tree.querySelector('b')?.showPopover();
    }, 100);
  },
  'a cover that is no element': (style) => {
    const sheet = document.createElement('style');
    sheet.textContent = `html::after{content:"";${style}}`;
    document.head.append(sheet);
  },
  'ink like the ground': () => document.body.style.setProperty('color', 'white'),
  'a cover over a page that turns colours': (style) => {
    document.documentElement.style.setProperty('filter', 'hue-rotate(0deg)');
    const cover = document.createElement('div');
    cover.setAttribute('style', style);
    document.documentElement.append(cover);
  },
};
/** What paints far outside its box, or has none: the box says nothing of what lies under it. */
const PAINTED_AFAR: Readonly<
  Record<string, { readonly style: string; readonly inside?: string; readonly sheet?: string }>
> = {
  'a line around a point': { style: 'top:-9px;width:1px;height:1px;outline:3000px solid white' },
  'the shadow of a box out of view': {
    style: 'top:-900px;width:900px;height:900px;filter:drop-shadow(0 900px white)',
  },
  'the shadow of a text out of view': {
    style: 'top:-300px;font-size:200px;text-shadow:0 300px white,0 280px white',
    inside: '█████████',
  },
  'a picture around a border': {
    style: 'top:-20px;width:2px;height:2px;border:1px solid;border-image:linear-gradient(white,white) 1/1px/2000px',
  },
  'a drawing larger than its box': {
    style: 'top:0;width:0;height:0',
    inside: '<svg width="1" height="1" style="overflow:visible"><rect width="3000" height="3000" fill="white"/></svg>',
  },
  'a letter higher than its line': {
    style: 'top:0;width:0;height:0;font-size:3000px;line-height:0;color:white',
    inside: '█',
  },
  'a first letter higher than its line': {
    style: 'top:-5px;width:0;height:0;line-height:0',
    inside: '<p id="high">█a</p>',
    sheet: '#high::first-letter{font-size:3000px;color:white}',
  },
  'the mark of a list': {
    style: 'top:0;width:0;height:0;line-height:0',
    inside: '<ul><li id="item"></li></ul>',
    sheet: '#item::marker{content:"█";font-size:3000px;color:white}',
  },
  'a line through a text': {
    style: 'top:0;font-size:10px;color:white;text-decoration:line-through 3000px white',
    inside: 'quiet words '.repeat(9),
  },
  'the edge of a text': {
    style: 'top:-50px;font-size:10px;-webkit-text-stroke:400px white',
    inside: 'quiet words '.repeat(5),
  },
};

/** Our button is no longer where it was drawn, or cannot be hit: the press counts for nothing. */
const UNHEARD: typeof ASKED = {
  'an overlay of ours behind a mask': () =>
    (document.documentElement.lastElementChild as HTMLElement).style.setProperty(
      'mask-image',
      'linear-gradient(transparent, transparent)',
      'important',
    ),
  'an overlay of ours that fills the screen': () =>
    (document.documentElement.lastElementChild as HTMLElement).style.setProperty('transform', 'scale(30)', 'important'),
  'an overlay of ours beside another number': () =>
    (document.documentElement.lastElementChild as HTMLElement).style.setProperty('top', '40px', 'important'),
  'a number that was moved away from its button': () =>
    document.querySelector<HTMLElement>('#number')?.style.setProperty('margin-left', '200px'),
  'a number that moves away as the press comes': () =>
    addEventListener(
      'pointerdown',
      () => document.querySelector<HTMLElement>('#number')?.style.setProperty('margin-left', '200px'),
      true,
    ),
};

/** Numbers of which the eye sees another part than we read. */
const DISGUISED: Readonly<Record<string, string>> = {
  'digits of no size': '<p>Support: +1 617 555 <span style="font-size:0">01</span>70</p>',
  'digits without ink': '<p>Support: +1 617 555 <span style="color:transparent">01</span>70</p>',
  'faint digits': '<p>Support: +1 617 555 <span style="opacity:.01">01</span>70</p>',
  'digits that are cut off':
    '<p>Support: +1 617 555 <span style="display:inline-block;width:0;height:1em;overflow:hidden">01</span>70</p>',
};
/** Numbers that the eye reads otherwise than they stand there. */
const JUMBLED: Readonly<Record<string, string>> = {
  'digits from right to left':
    '<p>Support: +1 617 555 <span style="unicode-bidi:bidi-override;direction:rtl">0170</span></p>',
  'all digits from right to left':
    '<p><span style="unicode-bidi:bidi-override;direction:rtl">+1 617 555 0170</span></p>',
  'digits that changed places':
    '<p>Support: +1 617 555 <span style="position:relative;left:18px">01</span><span style="position:relative;left:-18px">70</span></p>',
  'digits upside down':
    '<p>Support: +1 617 555 <span style="display:inline-block;transform:rotate(180deg)">0170</span></p>',
  'digits in a mirror':
    '<p>Support: +1 617 555 <span style="display:inline-block;transform:scaleX(-1)">0170</span></p>',
  'a digit of the style sheet': '<style>b::after{content:"9"}</style><p>Support: +1 617 555 <b>01</b>70</p>',
  'digits far outside':
    '<p>Support: +1 617 555 <span style="display:inline-block;width:16px;overflow:hidden;text-indent:-9999px">01</span>70</p>',
  'digits in the colour of the ground': '<p>Support: +1 617 555 <span style="color:white">01</span>70</p>',
  'a first digit of no size':
    '<style>#it::first-letter{font-size:0}</style><p>Support: +1 617 555 <span id="it" style="display:inline-block">0170</span></p>',
};
/** Played in Chromium only, where it was found. */
const JUMBLED_IN_CHROMIUM: typeof JUMBLED = {
  'dots for digits': '<p>Support: +1 617 555 <span style="-webkit-text-security:disc">01</span>70</p>',
};

/** Links that show one number and name another where nobody sees it. */
const DISGUISED_LINKS: Readonly<Record<string, string>> = {
  'a number that is not drawn': '<span style="display:none">+1 617 555 0171</span>',
  'a number of no size': '<span style="font-size:0">+1 617 555 0171</span>',
  'a number without ink': '<span style="color:transparent">+1 617 555 0171</span>',
};

const POINT = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
const PICTURE =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='200' height='60'><rect width='200' height='60' fill='teal'/></svg>";

/** Links that take a press which was meant for something else. */
const UNSEEN_LINKS: Readonly<Record<string, string>> = {
  'nothing in it': '',
  'only spaces in it': '&nbsp; ',
  'text without ink': '<span style="color:transparent">Support</span>',
  'text of no size': '<span style="font-size:0">Support</span>',
  'text that is not drawn': '<span style="visibility:hidden">Support</span>',
  'a drawing of nothing':
    '<svg width="200" height="60"><rect width="200" height="60" fill="none" pointer-events="all"/></svg>',
  'a picture of one point': `<img width="200" height="60" alt="" src="${POINT}">`,
  'the size of the view': '<span style="position:fixed;inset:0">Support</span>',
};
/** The same in drawings and maps, whose links are no boxes. */
const UNSEEN_AREAS: Readonly<Record<string, string>> = {
  'a part of a drawing without ink':
    '<svg width="200" height="60"><a href="tel:+16175550171"><rect width="200" height="60" fill="none" pointer-events="all"/></a></svg>',
  'a part of a drawing with clear ink':
    '<svg width="200" height="60"><a href="tel:+16175550171"><rect width="200" height="60" fill="red" fill-opacity="0"/></a></svg>',
  'a faint part of a drawing':
    '<svg width="200" height="60"><a href="tel:+16175550171"><g opacity=".01"><rect width="200" height="60"/></g></a></svg>',
  'an area of a picture of one point': mapOn(`<img usemap="#map" width="200" height="60" alt="" src="${POINT}">`),
  'an area of a faint picture': mapOn(`<img usemap="#map" style="opacity:.01" alt="" src="${PICTURE}">`),
  'an area the size of the view': mapOn(
    `<img usemap="#map" style="width:100vw;height:100vh" alt="" src="${PICTURE}">`,
    'shape="default"',
  ),
};
const HONEST_AREAS: Readonly<Record<string, string>> = {
  'a filled part of a drawing':
    '<svg width="200" height="60"><a href="tel:+16175550175"><rect width="200" height="60" fill="green"/></a></svg>',
  'a line of a drawing':
    '<svg width="200" height="60"><a href="tel:+16175550175"><path d="M0 20H200" fill="none" stroke="red" stroke-width="40"/></a></svg>',
  'a text of a drawing':
    '<svg width="200" height="60"><a href="tel:+16175550175"><text y="30" font-size="30">Call us now</text></a></svg>',
  'an area of a picture': mapOn(`<img usemap="#map" alt="" src="${PICTURE}">`).replace('0171', '0175'),
};
const HONEST_LINKS: Readonly<Record<string, string>> = {
  'a word': 'Support',
  'a drawing': '<svg width="20" height="20"><circle cx="10" cy="10" r="9"/></svg>',
  'an icon of a font': '<style>#link i::before{content:"\\260E"}</style><i></i>',
  'a ground': '<span style="display:inline-block;width:20px;height:20px;background:green"></span>',
};

/** What honest pages do, and what must not make a call any harder. */
const HONEST: Readonly<Record<string, string>> = {
  'a plain page': TEXT,
  'a dark page by a filter': `<style>html{filter:invert(1) hue-rotate(180deg)}</style>${TEXT}`,
  'text in soft colours': `<main style="opacity:.75">${TEXT}</main>`,
  'a page that is zoomed': `<style>html{zoom:1.7}</style>${TEXT}`,
  'white text over a picture': `<div style="position:relative"><img alt="" style="position:absolute;inset:0;width:400px;height:60px;z-index:-1" src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><rect width='400' height='60' fill='teal'/></svg>"><p style="color:white">+1 617 555 0170</p></div>`,
  'a dense table': `<table style="line-height:1.1">${[0, 1, 2, 3, 4]
    .map((row) => `<tr><td>Ann</td><td>+1 617 555 017${row}</td><td>Sales</td></tr>`)
    .join('')}</table>`,
  'numbers close under each other':
    '<p style="line-height:19px">Office: +1 617 555 0170<br>Depots: +1 617 555 0171<br>Stores: +1 617 555 0172</p>',
  'a number in the middle of a line': '<p>Please call Ann at +1 617 555 0170 or write a mail to her about it.</p>',
  'a card with a shadow and round corners': `<section style="filter:drop-shadow(0 1px 3px #0004);border-radius:9px;overflow:hidden;transform:translateX(4px)">${TEXT}</section>`,
  'an open dialog around the number': `<dialog id="dialog">${TEXT}</dialog><script>document.querySelector('#dialog').showModal()</script>`,
  'a number in pieces':
    '<p>Support: <b>+1</b> <span>617</span> <i>555</i> <span style="color:#777">01<u>70</u></span></p>',
  'a number in gradient ink':
    '<p style="background:linear-gradient(red,blue);-webkit-background-clip:text;background-clip:text;color:transparent">+1 617 555 0170</p>',
  'a number in a line of Hebrew': '<p dir="rtl" lang="he">טלפון: +1 617 555 0170</p>',
  'a number over two lines': '<p style="width:120px">Support: +1 617 555 0170</p>',
  'a number in two colours': '<p>Support: <b style="color:#999">+1</b> 617 <i style="color:#06c">555 0170</i></p>',
  'white text on a dark ground':
    '<div style="background:#123;color:white"><p>Support: <b style="color:#9cf">+1</b> 617 555 0170</p></div>',
  'words for screen readers in the number':
    '<p>Support: <span style="position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)">Phone </span>+1 617 555 0170</p>',
  'a field': '<input type="tel" value="+1 617 555 0170" size="30">',
};

describe.each(SAMPLED_KINDS)('a press in %s', (kind) => {
  let office: Office;

  beforeAll(async () => {
    office = await openOffice(kind);
  });

  afterEach(async () => {
    await office?.tidy();
    await untilNothingAsked(office.browser);
  });

  afterAll(() => office?.close());

  /** Each trick takes more than a second: `npm test` plays some of them in each browser. */
  function sampled<T>(all: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
    return Object.entries(all).filter((_entry, at) => isSampled(kind, at, 4));
  }

  test.each(sampled(ASKED))('on %s asks', async (_name, trick) => {
    const page = await office.show(TEXT);
    const { x, y } = await findButton(office.browser, page, NUMBER);
    const before = office.pbx.places().length;

    await page.mouse.move(x, y + 200);
    await page.evaluate(trick, OVERLAY);
    await pressLikeAPerson(page, x, y);

    const question = await untilAsked(office.browser);
    expect(await textOf(question)).toMatch(words('confirm_reason_page_doubtful'));
    expect(office.pbx.places()).toHaveLength(before);
  });

  test.each(sampled(PAINTED_AFAR))('under %s asks', async (_name, { style, inside = '', sheet = '' }) => {
    const page = await office.show(`<style>${sheet}</style>${TEXT}`);
    const { x, y } = await findButton(office.browser, page, NUMBER);
    const before = office.pbx.places().length;

    await page.mouse.move(x, y + 200);
    await page.evaluate((html) => document.documentElement.insertAdjacentHTML('beforeend', html), cover(style, inside));
    await rest(SEE_MS);
    await pressLikeAPerson(page, x, y);

    expect(await textOf(await untilAsked(office.browser))).toMatch(words('confirm_reason_page_doubtful'));
    expect(office.pbx.places()).toHaveLength(before);
  });

  test.each(sampled(DISGUISED))('on a number with %s asks', async (_name, body) => {
    const page = await office.show(body);
    const before = office.pbx.places().length;

    await clickButton(office.browser, page, NUMBER);

    expect(await textOf(await untilAsked(office.browser))).toMatch(words('confirm_reason_page_doubtful'));
    expect(office.pbx.places()).toHaveLength(before);
  });

  test('on a faint body that shows as the press comes asks, however long the pointer has rested', async () => {
    const page = await office.show(TEXT);
    const { x, y } = await findButton(office.browser, page, NUMBER);
    const before = office.pbx.places().length;

    await page.mouse.move(x, y + 200);
    await page.evaluate(ASKED['a faint body that shows as the press comes'] as Trick, OVERLAY);
    await page.mouse.move(x, y);
    await rest(3 * SEE_MS);
    await pressLikeAPerson(page, x, y);

    expect(await textOf(await untilAsked(office.browser))).toMatch(words('confirm_reason_page_doubtful'));
    expect(office.pbx.places()).toHaveLength(before);
  });

  const jumbled = { ...JUMBLED, ...(kind === 'chromium' ? JUMBLED_IN_CHROMIUM : {}) };
  test.each(sampled(jumbled))('on a number that shows %s asks', async (_name, body) => {
    const page = await office.show(body);
    const before = office.pbx.places().length;

    await clickButton(office.browser, page, NUMBER);

    expect(await textOf(await untilAsked(office.browser))).toMatch(words('confirm_reason_page_doubtful'));
    expect(office.pbx.places()).toHaveLength(before);
  });

  test.each(sampled(DISGUISED_LINKS))('on a link with %s asks', async (_name, hidden) => {
    const page = await office.show(`<p><a id="link" href="tel:+16175550171">${hidden}+1 617 555 0199</a></p>`);
    await findNumber(office.browser, page, '+16175550171');
    const before = office.pbx.places().length;

    await page.click('#link');

    await untilAsked(office.browser);
    expect(office.pbx.places()).toHaveLength(before);
  });

  test.each(sampled(UNHEARD))('on %s does nothing', async (_name, trick) => {
    const page = await office.show(TEXT);
    const { x, y } = await findButton(office.browser, page, NUMBER);
    const before = office.pbx.places().length;

    await page.evaluate(trick, OVERLAY);
    await page.mouse.click(x, y);

    // A press on an honest page afterwards shows that the way to the PBX was open all the time.
    const honest = await office.show('<p>Sales: +1 617 555 0172</p>');
    await clickButton(office.browser, honest, '+16175550172');
    await until('the honest press is a call', () => office.pbx.places().length > before);
    expect(office.pbx.places().slice(before)).toMatchObject([{ number: '+16175550172' }]);
    expect(await questions(office.browser)).toEqual([]);
  });

  test.each(sampled(UNSEEN_LINKS))('on a link over the page with %s asks', async (name, inside) => {
    const style = name === 'the size of the view' ? 'width:100%;height:100%' : 'width:200px;height:60px';
    const page = await office.show(
      `<p>Next</p><a id="link" href="tel:+16175550171" style="position:fixed;top:0;left:0;${style}">${inside}</a>`,
    );
    await findNumber(office.browser, page, '+16175550171');
    const before = office.pbx.places().length;

    await page.mouse.click(20, 20);

    expect(await textOf(await untilAsked(office.browser))).toMatch(words('confirm_reason_page_doubtful'));
    expect(office.pbx.places()).toHaveLength(before);
  });

  test.each(sampled(UNSEEN_AREAS))('on %s asks', async (_name, body) => {
    const page = await office.show(besides(body));
    await findNumber(office.browser, page, OTHER);
    const before = office.pbx.places().length;

    await page.mouse.click(20, 20);

    expect(await textOf(await untilAsked(office.browser))).toMatch(words('confirm_reason_page_doubtful'));
    expect(office.pbx.places()).toHaveLength(before);
  });

  test.each(sampled(HONEST_AREAS))('on %s is a call on one press', async (_name, body) => {
    const page = await office.show(besides(body));
    await findNumber(office.browser, page, OTHER);
    const before = office.pbx.places().length;

    await page.mouse.click(20, 20);

    await until('the PBX is asked to call', () => office.pbx.places().length > before);
  });

  test.each(sampled(HONEST_LINKS))('on a link that shows %s is a call', async (_name, inside) => {
    const page = await office.show(`<p><a id="link" href="tel:+16175550175">${inside}</a></p>`);
    await findNumber(office.browser, page, '+16175550175');
    const before = office.pbx.places().length;

    await page.click('#link');

    await until('the PBX is asked to call', () => office.pbx.places().length > before);
  });

  test('a key that is held down calls once and hangs up nothing; the next one hangs up', async () => {
    const page = await office.show(TEXT);
    await findButton(office.browser, page, NUMBER);
    const before = office.pbx.places().length;

    await page.keyboard.press('Tab');
    for (let times = 0; times < 25; times += 1) {
      await page.keyboard.down('Enter');
      await rest(SEE_MS / 5);
    }
    await page.keyboard.up('Enter');
    expect(office.pbx.places()).toHaveLength(before + 1);
    expect(office.pbx.engine.live()).toHaveLength(1);

    await page.keyboard.press('Enter');
    await until('the call is hung up', () => office.pbx.engine.live().length === 0);
  });

  test.each(['a popover over all', 'a popover in a closed tree of an element that was there'])(
    'on a link under %s, which lets the pointer through, asks',
    async (cover) => {
      const page = await office.show('<p><a id="link" href="tel:+16175550171">Support</a></p>');
      await findNumber(office.browser, page, '+16175550171');
      const box = await (await page.$('#link'))?.boundingBox();
      const before = office.pbx.places().length;

      await page.evaluate(ASKED[cover] as Trick, OVERLAY);
      await rest(600);
      await page.mouse.click((box?.x ?? 0) + 5, (box?.y ?? 0) + 5);

      await untilAsked(office.browser);
      expect(office.pbx.places()).toHaveLength(before);
    },
  );

  test('on a link that repeats its number for screen readers is a call', async () => {
    const hidden = 'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap';
    const page = await office.show(
      `<p><a id="link" href="tel:+16175550174"><span style="${hidden}">Call +1 617 555 0174</span> (617) 555-0174</a></p>`,
    );
    await findNumber(office.browser, page, '+16175550174');
    const before = office.pbx.places().length;

    await page.click('#link');

    await until('the PBX is asked to call', () => office.pbx.places().length > before);
  });

  test('on a link in a popover is a call', async () => {
    const page = await office.show(
      '<div id="card" popover="manual"><a id="link" href="tel:+16175550173">Support</a></div>' +
        "<script>document.querySelector('#card').showPopover()</script>",
    );
    await findNumber(office.browser, page, '+16175550173');
    const before = office.pbx.places().length;

    await page.click('#link');

    await until('the PBX is asked to call', () => office.pbx.places().length > before);
  });

  test.each(sampled(HONEST))('on %s is a call on one press', async (_name, body) => {
    const page = await office.show(body);
    const before = office.pbx.places().length;
    const { x, y } = await findButton(office.browser, page, NUMBER);

    // Whoever waits hears what the browser tells of it.
    await page.mouse.move(x, y);
    await rest(SEE_MS);
    await pressLikeAPerson(page, x, y);

    await until('the PBX is asked to call', async () => {
      const asked = await questions(office.browser);
      expect(asked).toEqual([]);
      return office.pbx.places().length > before;
    });
    expect(office.pbx.places().at(-1)?.number).toBe(NUMBER);
  });
});

/** Lies over all, by its place and height, and lets the pointer through. */
function cover(style: string, inside: string): string {
  return `<div style="position:fixed;left:0;pointer-events:none;z-index:2147483647;${style}">${inside}</div>`;
}

/** An area alone is no number that the popup lists: this page has another one. */
function besides(body: string): string {
  return `<div style="position:fixed;top:0;left:0">${body}</div><p style="margin-top:300px">Office: ${OTHER}</p>`;
}

function mapOn(image: string, shape = 'shape="rect" coords="0,0,200,60"'): string {
  return `${image}<map name="map"><area href="tel:+16175550171" alt="" ${shape}></map>`;
}

/** A pointer arrives, stays for as long as people need to see where it is, and presses. */
async function pressLikeAPerson(page: Page, x: number, y: number): Promise<void> {
  await page.mouse.move(x, y);
  await rest(SEE_MS);
  await page.mouse.down();
  await page.mouse.up();
}
