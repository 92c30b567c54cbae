import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFinder, type FoundNumber, type NumberFinder } from '../../src/phone/find-numbers.ts';
import { fold } from '../../src/phone/normalise.ts';
import { readTypedNumber } from '../../src/phone/typed-number.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

const PAGE = { lang: 'en', host: '', userCountry: 'US', hints: [] };

function finderOf(lang = 'en'): NumberFinder {
  return createFinder({ ...PAGE, lang }, WHOLE_ATLAS);
}

function find(text: string, finder = finderOf()): readonly FoundNumber[] {
  const block = { text, nodeStarts: [0], label: '' };
  finder.learn(block);
  return finder.find(block);
}

/** What would be dialled on one click: `+16175550123`, `+16175550123 x45`; nothing where it is refused or no number. */
function dialled(text: string): readonly string[] {
  return find(text)
    .filter(({ refused }) => refused === undefined)
    .map(({ e164, dial, ext }) => `${e164 ?? dial}${ext === undefined ? '' : ` x${ext}`}`);
}

const SHOWN = '+16175550123';

describe('what is dialled is what the eye sees', () => {
  test.each([
    // Marks that nobody sees are folded away, digits of every script are digits.
    ['+1 617 555 0123', [SHOWN]],
    ['+1\u200b617\u200b555\u200b0123', [SHOWN]],
    ['+1 617\u00ad555\u00ad0123', [SHOWN]],
    ['+1\u2060 617 555 0123', [SHOWN]],
    ['+1 617\ufeff 555 0123', [SHOWN]],
    ['+1 617 555 01\u200d23', [SHOWN]],
    ['+1 617 555 01\u200c23', [SHOWN]],
    ['+1\u00a0617\u2009555\u202f0123', [SHOWN]],
    ['+1\u2010617\u2011555\u20120123', [SHOWN]],
    ['+1\u2013617\u2014555\u22120123', [SHOWN]],
    ['\uff0b\uff11 \uff16\uff11\uff17 \uff15\uff15\uff15 \uff10\uff11\uff12\uff13', [SHOWN]],
    ['+\u0661 \u0666\u0661\u0667 \u0665\u0665\u0665 \u0660\u0661\u0662\u0663', [SHOWN]],
    ['+\u06f1 \u06f6\u06f1\u06f7 \u06f5\u06f5\u06f5 \u06f0\u06f1\u06f2\u06f3', [SHOWN]],
    ['+\u0967 \u096c\u0967\u096d \u096b\u096b\u096b \u0966\u0967\u0968\u0969', [SHOWN]],
    [
      '+\u{1d7cf} \u{1d7d4}\u{1d7cf}\u{1d7d5} \u{1d7d3}\u{1d7d3}\u{1d7d3} \u{1d7ce}\u{1d7cf}\u{1d7d0}\u{1d7d1}',
      [SHOWN],
    ],
    ['+1 (617) 555-0123', [SHOWN]],
    ['+1 617 555 0123 ext. 45', [`${SHOWN} x45`]],
    // What changes the order the eye sees; marks that leave it as it is are none of that.
    ['+1 617 555 \u202e3210', []],
    ['\u202e+1 617 555 0123', []],
    ['+1 617\u202d 555 0123', [SHOWN]],
    ['+1 617 \u2067555\u2069 0123', []],
    ['+1 617 \u2066555\u2069 0123', [SHOWN]],
    ['+1 617 555\u2068 0123\u2069', [SHOWN]],
    ['+1 617 555 \u202b0123\u202c', []],
    ['+1 617 555 \u202a0123\u202c', [SHOWN]],
    // Private use may be drawn as one more digit.
    ['+1 617 555 012\ue0003', []],
    ['+1 617\uf8ff 555 0123', []],
    ['\ue000+1 617 555 0123', []],
    ['+1 617 555 0123\u{f0000}', []],
    // Letters that look like digits.
    ['+1 617 555 O123', []],
    ['+1 6l7 555 0l23', []],
    ['+1 617 555 \u041e123', []],
    ['+1 617 5S5 0123', []],
    ['+I 617 555 0123', [SHOWN]],
    ['+1 617 555 \u03bf123', []],
    // Codes are nothing a page can dial.
    ['*21*16175550123#', []],
    ['*#06#', []],
    ['#31#6175550123', []],
    ['**61*6175550123#', []],
    ['*97', []],
    ['\uff0a97', []],
    // Part of something else.
    ['IBAN DE89 3704 0044 0532 0130 00', []],
    ['4111 1111 1111 1111', []],
    ['ISBN 978-3-16-148410-0', []],
    ['https://example.com/6175550123', []],
    ['2026-11-21 10:15:00', []],
    ['192.168.100.200', []],
    ['Order 6175550123', []],
    ['GTIN 06175550123456', []],
    ['$6,175,550,123', []],
    ['Math.PI 3.14159265358979', []],
    // Too long, too short, no plan.
    ['+1617555012345678901', []],
    ['+1 617 555', []],
    ['+999 617 555 0123', []],
    ['+0 617 555 0123', []],
    ['++1 617 555 0123', [SHOWN]],
    ['0000000000', []],
    ['1111111111', []],
    // The words around it, not of it.
    ['x+1 617 555 0123', [SHOWN]],
    ['a6175550123b', []],
    ['6175550123@example.com', []],
    ['#6175550123', []],
    ['', []],
    ['javascript:6175550123', [SHOWN]],
  ])('%j', (text, numbers) => {
    expect(dialled(text)).toEqual(numbers);
  });

  const PIECES = [
    ...[
      '+1',
      '617',
      '555',
      '0123',
      '44',
      '20',
      '7946',
      '0',
      '5',
      '(',
      ')',
      '-',
      '.',
      ' ',
      ' ',
      '/',
      ',',
      ' x',
      ' ext ',
      '45',
    ],
    ...[
      '\u200b',
      '\u202e',
      '\u2066',
      '\ue000',
      '\uff11',
      '\u0661',
      '\u00ad',
      'O',
      'l',
      '*',
      '#',
      ';',
      'Tel ',
      'Fax ',
      '\n',
    ],
  ];
  const texts = fc.array(fc.constantFrom(...PIECES), { minLength: 2, maxLength: 16 }).map((pieces) => pieces.join(''));

  test('every digit that is dialled stands there, in its order, and nothing else is ever dialled', () => {
    const finder = finderOf();
    let numbers = 0;

    fc.assert(
      fc.property(texts, (text) => {
        for (const { start, end, e164, dial, ext, refused } of finder.find({ text, nodeStarts: [0], label: '' })) {
          if (refused !== undefined) continue;
          numbers += 1;
          const number = e164 ?? dial ?? '';
          if (!/^(?:\+\d{6,15}|\d{2,6})$/.test(number)) throw new Error(`${number} of ${JSON.stringify(text)}`);
          if (ext !== undefined && !/^\d{1,8}$/.test(ext)) throw new Error(`extension ${ext}`);
          const shown = text.slice(start, end);
          if (/[\u202b\u202e\u2067\ue000-\uf8ff]/.test(shown)) throw new Error(`controls in ${JSON.stringify(text)}`);
          const digits = fold(shown).text.replace(/\D/g, '');
          // The country code may be ours, and a national 0 or an international 00 is not dialled.
          const own = number.replace(/\D/g, '');
          const isThere = [own, own.replace(/^1/, ''), own.slice(2)].some(
            (part) => part !== '' && digits.includes(part),
          );
          if (!isThere) throw new Error(`${number} is not in ${JSON.stringify(shown)}`);
        }
      }),
      { numRuns: 100_000, seed: 4 },
    );

    expect(numbers).toBeGreaterThan(1_500);
  }, 30_000);
});

describe('what somebody types', () => {
  const typed = fc.array(
    fc.constantFrom(...'0123456789+-*#().,;xwp@: /aé\u202e\u0661\ue000', 'tel:', 'sip:', 'ext', '%2B', '<'),
    {
      maxLength: 20,
    },
  );

  test('becomes a number, a code or nothing', () => {
    fc.assert(
      fc.property(typed, (pieces) => {
        const read = readTypedNumber(pieces.join(''), 'US', WHOLE_ATLAS);
        if (!read) return;
        if (!/^(?:\+?\d{1,15}|[*#\d]{1,40}|\+\d{2,15})$/.test(read.number))
          throw new Error(JSON.stringify([pieces, read]));
        if (read.ext !== undefined && !/^\d{1,8}$/.test(read.ext)) throw new Error(JSON.stringify(read));
      }),
      { numRuns: 100_000, seed: 5 },
    );
  }, 30_000);
});

describe('a page that calls its language %s is read all the same', () => {
  test.each([
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'x'.repeat(100_000),
    '-'.repeat(1_000),
    '\u202e',
  ])('%j', (lang) => {
    expect(find('+1 617 555 0123', finderOf(lang))).toMatchObject([{ e164: SHOWN }]);
  });
});

describe('a megabyte of anything is read in time', () => {
  const PIECES_OF_A_MEGABYTE = [
    ...[
      '0',
      '1 ',
      '617 555 0123 ',
      '+',
      '+1',
      '(',
      '(1',
      '1-',
      '1.',
      '1,',
      '1/',
      '01:',
      '1x',
      'x1',
      ' ',
      '\n',
      '\u200b',
      '\u202e',
    ],
    ...[
      'a',
      'a1',
      'Tel ',
      'Tel: ',
      'Fax 1 ',
      'ext 1',
      'IBAN ',
      '\u0661',
      '\uff11',
      '\u4e001',
      '1\u00ad',
      '1-800-FLOWERS ',
      'A',
      '@1',
      '1@',
    ],
    ...['http://1/', '%20', '\ud83d\ude001', '1 rue ', 'Via A', '*21*', '#1'],
  ];

  test.each(PIECES_OF_A_MEGABYTE)(
    '%j',
    (piece) => {
      const finder = finderOf();
      const huge = { text: piece.repeat(1_000_000 / piece.length), nodeStarts: [0], label: piece.repeat(1_000) };
      // Of this process: the machine may have other work.
      const before = process.cpuUsage();

      finder.learn(huge);
      finder.find(huge);
      readTypedNumber(huge.text, 'US', WHOLE_ATLAS);

      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1_000).toBeLessThan(3_000);
    },
    30_000,
  );
});
