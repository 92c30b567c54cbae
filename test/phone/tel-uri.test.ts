import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold } from '../../src/phone/normalise.ts';
import { parseCallNumber, parseTelUri } from '../../src/phone/tel-uri.ts';

/** `+16175550123`, `45 x12`, `8631234 in +1914555`, a SIP address, or `refused: why`. */
function read(uri: string): string {
  return told(parseTelUri(uri));
}

function told(asked: ReturnType<typeof parseTelUri>): string {
  if (!asked.ok) return `refused: ${asked.error}`;
  if (asked.value.kind === 'sip') return asked.value.uri;
  const { number, ext, context } = asked.value;
  return number + (ext === undefined ? '' : ` x${ext}`) + (context === undefined ? '' : ` in ${context}`);
}

describe('what a tel: link asks for', () => {
  test.each([
    // RFC 3966
    ['tel:+1-617-555-0123', '+16175550123'],
    ['tel:+44.20.7946.0123', '+442079460123'],
    ['TEL:+1(617)555-0123', '+16175550123'],
    ['tel:6175550123', '6175550123'],
    ['tel:45', '45'],
    ['tel:+16175550123;ext=45', '+16175550123 x45'],
    ['tel:+16175550123;EXT=4-5', '+16175550123 x45'],
    ['tel:+16175550123;isub=12345;ext=45', '+16175550123 x45'],
    ['tel:+16175550123;ext=', '+16175550123'],
    ['tel:+16175550123;foo=bar;baz', '+16175550123'],
    ['tel:7042;phone-context=+1-617-555', '7042 in +1617555'],
    ['tel:20 7946 0123;phone-context=+44', '2079460123 in +44'],
    ['tel:+442079460123;phone-context=+1', '+442079460123'],
    // as people write it
    [' tel: +1 617 555 0123 ', '+16175550123'],
    ['tel://+16175550123', '+16175550123'],
    ['tel:+1%20617%20555%200123', '+16175550123'],
    ['tel:%2B16175550123%E2%80%8B', '+16175550123'],
    ['tel:(%2B1617)5550123', '+16175550123'],
    ['tel:+1\u00a0617\u2011555\u20130123', '+16175550123'],
    ['tel:\u0660\u0661\u0662\u0663\u0664', '01234'],
    ['tel:\uff0b\uff11\uff16175550123', '+16175550123'],
    ['tel:+49 (0)30 23125123', '+493023125123'],
    ['tel:+49 (0) 30 / 23125 - 123', '+493023125123'],
    ['tel:030/23125123', '03023125123'],
    ['tel:030 23125123/24', '03023125123'],
    ['tel:030/1234', '0301234'],
    ['tel:617-555-0123x45', '6175550123 x45'],
    ['tel:617-555-0123 ext. 45', '6175550123 x45'],
    ['tel:617-555-0123 \u00d7 45', '6175550123 x45'],
    ['tel:+16175550123?call', '+16175550123'],
    ['callto:+1 617 555 0123', '+16175550123'],
    ['callto://+16175550123+type=phone', 'refused: letters'],
    // vanity
    ['tel:1-800-FLOWERS', '18003569377'],
    ['tel:+1-800-CONTACTS', '+18002668228'],
    ['tel:1300 FLOWER', '1300356937'],
  ])('%s asks for %s', (uri, target) => {
    expect(read(uri)).toBe(target);
  });

  test.each([
    ['tel:+16175550123;postd=22', '+16175550123'],
    ['tel:+16175550123,,1234#', '+16175550123'],
    ['tel:+16175550123;1234#', '+16175550123'],
    ['tel:+16175550123p1234', '+16175550123'],
    ['tel:+1 617 555 0123 W 12*3#', '+16175550123'],
    ['tel:+16175550123%2C6175550199', '+16175550123'],
  ])('%s: what comes after the call is answered is left out', (uri, target) => {
    expect(read(uri)).toBe(target);
  });

  test.each([
    ['sip:+16175550123@pbx.example', '+16175550123'],
    ['sip:16175550123@pbx.example:5061;user=phone', '16175550123'],
    ['sip:+16175550123;ext=45@pbx.example', '+16175550123 x45'],
    ['sips:%2B16175550123:secret@pbx.example', '+16175550123'],
    ['sip:+16175550123', '+16175550123'],
    // Somebody's extension at a host that may not be ours.
    ['sip:45@pbx.example', 'sip:45@pbx.example'],
    ['sip:ann@pbx.example', 'sip:ann@pbx.example'],
    ['SIPS:ann.lee@pbx.example:5061;transport=tls?subject=x', 'sips:ann.lee@pbx.example:5061'],
    ['sip:ann:secret@pbx.example', 'sip:ann@pbx.example'],
    ['sip:pbx.example', 'refused: letters'],
    ['sip:an n@pbx.example', 'refused: malformed'],
    ['sip:ann@pbx.ex\u0430mple', 'refused: malformed'],
    ['sip:ann@', 'refused: letters'],
    ['sip:*97@pbx.example', 'refused: feature-code'],
    ['sip:\u202e45@pbx.example', 'refused: order-controls'],
  ])('%s is %s', (uri, target) => {
    expect(read(uri)).toBe(target);
  });

  test.each([
    ['tel:*21*6175550123#', 'feature-code'],
    ['tel:%2321%23', 'feature-code'],
    ['tel:#31#6175550123', 'feature-code'],
    ['tel:*97', 'feature-code'],
    ['tel:+16175550123#1', 'feature-code'],
    ['tel:\uff0a97', 'feature-code'],
    ['tel:+16175550123;ext=*97', 'feature-code'],
    ['tel:\u202e3210555716', 'order-controls'],
    ['tel:+1617\u2067555\u20690123', 'order-controls'],
    ['tel:+1%E2%80%AE6175550123', 'order-controls'],
    ['tel:+16175550123;ext=\u202e45', 'order-controls'],
    ['tel:+1617555\ue0000123', 'private-use'],
    ['tel:+1617555O123', 'look-alike'],
    ['tel:+1617555\u041e123', 'look-alike'],
    ['tel:+1617555l0l', 'look-alike'],
    ['callto:echo123', 'letters'],
    ['tel:Roaming line: 617555', 'letters'],
    ['tel:1-800-flowers', 'letters'],
    ['tel:7042;phone-context=pbx.example', 'foreign-context'],
    ['tel:7042;phone-context=+1x', 'foreign-context'],
    ['tel:', 'not-a-number'],
    ['tel:+', 'not-a-number'],
    ['tel:5', 'not-a-number'],
    ['tel:+1+617', 'not-a-number'],
    ['tel:617=555', 'not-a-number'],
    ['tel:254202849000/2210988', 'not-a-number'],
    [`tel:${'6175550123'.repeat(60)}`, 'too-long'],
    ['tel:%E0%A4%A', 'malformed'],
    ['tel:%2', 'malformed'],
    ['tel:+16175550123;ext=45;ext=46', 'malformed'],
    ['tel:+16175550123;ext=ann', 'malformed'],
    ['tel:+16175550123;ext=123456789', 'malformed'],
    ['mailto:ann@pbx.example', 'not-a-call-link'],
    ['telnet:617555', 'not-a-call-link'],
    ['javascript:tel:6175550123', 'not-a-call-link'],
    ['', 'not-a-call-link'],
  ])('%s is refused: %s', (uri, reason) => {
    expect(read(uri)).toBe(`refused: ${reason}`);
  });

  test('escapes are decoded once: a second layer hides nothing', () => {
    expect(read('tel:617%25355550123')).toBe('refused: not-a-number');
  });
});

describe('a number written for a machine, without scheme', () => {
  test.each([
    ['(617) 555-0123 x45', '6175550123 x45'],
    ['+16175550123;ext=45', '+16175550123'],
    ['50%', 'refused: not-a-number'],
    ['*97', 'refused: feature-code'],
    ['\ud800', 'refused: not-a-number'],
  ])('%s is %s', (text, target) => {
    expect(told(parseCallNumber(text))).toBe(target);
  });
});

const PIECES = [
  ...'0123456789+-.()/~ *#,;:pwPWxXeEtT@?&=%',
  ...[
    'ext=',
    ';ext=',
    ';phone-context=',
    ';postd=',
    ';isub=',
    'FLOWERS',
    'ann',
    'pbx.example',
    '%2B',
    '%23',
    '%25',
    '%E2%80%AE',
  ],
  ...[
    '\u202e',
    '\u2066',
    '\u200b',
    '\u00ad',
    '\ue000',
    '\uff11',
    '\u0661',
    '\u041e',
    '\u2011',
    '\u00a0',
    '\ud800',
    '\u{1d7d8}',
  ],
];
const uris = fc
  .tuple(
    fc.constantFrom('tel:', 'tel:+', 'tel://', 'callto:', 'sip:', 'sips:', 'TEL:', ' tel: ', ''),
    fc.array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...'0123456789') }, fc.constantFrom(...PIECES)), {
      maxLength: 24,
    }),
  )
  .map(([scheme, pieces]) => scheme + pieces.join(''));

describe('whatever a page writes', () => {
  test('the answer is a number, a SIP address or a reason, and its digits are those of the link in their order', () => {
    let numbers = 0;
    fc.assert(
      fc.property(uris, (uri) => {
        const asked = parseTelUri(uri);
        if (!asked.ok) return;
        if (asked.value.kind === 'sip') {
          expect(asked.value.uri).toMatch(/^sips?:[\w.+-]{1,64}@[\w.-]{1,253}(:\d{1,5})?$/);
          return;
        }
        const { number, ext = '1', context = '+1' } = asked.value;
        numbers += 1;
        if (!/^\+?\d{2,15}$/.test(number) || !/^\d{1,8}$/.test(ext) || !/^\+\d{1,15}$/.test(context)) {
          throw new Error(`${number} ${ext} ${context}`);
        }
        const written = fold(decodeURIComponent(uri.split(/[:;?@]/)[1] ?? '')).text.replace(/\D/g, '');
        if (!/[A-Z]{3}/.test(uri) && !isWithin(number.replace('+', ''), written))
          throw new Error(`${number} of ${uri}`);
      }),
      { numRuns: 100_000, seed: 3966 },
    );

    expect(numbers).toBeGreaterThan(5_000);
  }, 30_000);

  test.each([
    ['1 ', ''],
    [' ', '1'],
    ['1/', 'x'],
    ['x1', '*'],
    ['%20', '%'],
    [';ext=1', ';'],
    ['1p', '!'],
    ['(0)', '+'],
    ['a@', '@'],
  ])('%j over and over costs no time, a megabyte or just what is read', (piece, end) => {
    const huge = piece.repeat(1_000_000 / piece.length) + end;
    const read = piece.repeat(480 / piece.length) + end;
    const from = performance.now();

    for (const scheme of ['tel:', 'sip:']) parseTelUri(scheme + huge);
    for (let round = 0; round < 50; round++) for (const scheme of ['tel:1', 'sip:1']) parseTelUri(scheme + read);

    expect(performance.now() - from).toBeLessThan(500);
  });
});

function isWithin(digits: string, written: string): boolean {
  let at = 0;
  for (const digit of written) if (digit === digits[at]) at += 1;
  return at === digits.length;
}
