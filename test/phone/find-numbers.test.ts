import { describe, expect, test } from 'vitest';
import { createFinder, type FoundNumber, type PageEvidence, type TextBlock } from '../../src/phone/find-numbers.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

/** What the finder makes of texts of one page, for a user in the US unless `about` says otherwise. */
function find(
  texts: string | readonly string[],
  about: Partial<PageEvidence> & Partial<TextBlock> = {},
): FoundNumber[] {
  const { lang = '', host = '', userCountry = 'US', hints = [], ...more } = about;
  const finder = createFinder({ lang, host, userCountry, hints }, WHOLE_ATLAS);
  const blocks = (typeof texts === 'string' ? [texts] : texts).map((text) => ({
    text,
    nodeStarts: [0],
    label: '',
    ...more,
  }));
  for (const block of blocks) finder.learn(block);
  return blocks.flatMap((block) => finder.find(block));
}

function dialled(texts: string | readonly string[], about: Partial<PageEvidence> & Partial<TextBlock> = {}): string[] {
  return find(texts, about).flatMap((number) => number.e164 ?? number.dial ?? []);
}

describe('a number is found as it is written', () => {
  test.each([
    ['Call 617-555-0123 today', '+16175550123'],
    ['(617) 555-0123', '+16175550123'],
    ['1-617-555-0123', '+16175550123'],
    ['+1.617.555.0123', '+16175550123'],
    ['617‑555‑0123', '+16175550123'],
    ['６１７－５５５－０１２３', '+16175550123'],
    ['Phone: +44 (0)20 7946 0123', '+442079460123'],
    ['011 44 20 7946 0123', '+442079460123'],
  ])('%s', (text, e164) => {
    expect(dialled(text)).toEqual([e164]);
  });

  test('a number of a country that shares the calling code needs no prefix', () => {
    expect(dialled('Office: (416) 555-0123')).toEqual(['+14165550123']);
    expect(dialled('Tel: 01534 496 012', { userCountry: 'GB' })).toEqual(['+441534496012']);
  });

  test('two numbers side by side are two', () => {
    expect(dialled('617-555-0123 / 617-555-0124')).toEqual(['+16175550123', '+16175550124']);
  });

  test('a bracket behind a number is no part of it', () => {
    expect(dialled('Support 1.617.555.0123 ( 24/7 )')).toEqual(['+16175550123']);
  });

  test.each([
    'Call 24/7(617) 555-0123',
    'Open 24/7. (617) 555-0123',
    '24/7/365 (617) 555-0123',
    'Call 617 555 0123 24/7',
    'Open daily until 10. (617) 555-0123',
  ])('opening hours beside it are no part of it: %s', (text) => {
    expect(dialled(text)).toEqual(['+16175550123']);
  });

  test('a number with its country is one before its range is known here', () => {
    expect(dialled('+44 7700 900049')).toEqual(['+447700900049']);
    expect(dialled('Mobile: +44 (0)7700 900049')).toEqual(['+447700900049']);
    for (const text of ['+1 555 555 5555', '+44 77009 00049 12', 'Ref. A+447700900049'])
      expect(dialled(text), text).toEqual([]);
  });

  test.each([
    '020 7946 0120-9',
    '020 7946 0120 - 29',
    '020 7946 0120~3',
    '020 7946 0120/0121',
    '020 7946 0120/1',
    '020-79460120/79460121',
  ])('further lines are no part of it: Tel: %s', (text) => {
    expect(dialled(`Tel: ${text}`, { userCountry: 'GB' })).toEqual(['+442079460120']);
  });

  test('a number does not begin in the line above', () => {
    expect(dialled('Musterstraße 5\n030 23125 012', { userCountry: 'DE' })).toEqual(['+493023125012']);
    expect(dialled('Tels. 5555-0125\n01 (55) 5555 0126', { userCountry: 'MX' })).toEqual(['+525555550126']);
  });

  test('a figure in front of it is no part of a number', () => {
    expect(dialled('Room 12 020 7946 0123', { userCountry: 'GB' })).toEqual(['+442079460123']);
    expect(dialled('Dept 5 617 555 0123')).toEqual(['+16175550123']);
    for (const text of ['1234 5678 617 555 0123', 'IBAN 12 617 555 0123', '12.617 555 0123', '012345 617 555 0123'])
      expect(dialled(text), text).toEqual([]);
  });

  test('an hour behind it makes no longer number', () => {
    for (const text of ['030 23125 012 8-18 Uhr', 'Tel. 030 23125 012 10 Uhr', '030 23125 012 8 pm'])
      expect(dialled(text, { userCountry: 'DE' }), text).toEqual([]);
    expect(dialled('Tel. 030 23125 012 am Montag', { userCountry: 'DE' })).toEqual(['+493023125012']);
  });

  test('a range is no number, even where it would be one', () => {
    expect(dialled('전화 (02) 555-0123~6', { userCountry: 'KR' })).toEqual(['+8225550123']);
  });

  test('a number with a spaced dash ends before a spaced slash', () => {
    expect(dialled('020 - 7946 0123 / 7946 0124', { userCountry: 'GB' })).toEqual(['+442079460123']);
  });

  test('what counts on is a further line only where the plan has no longer number', () => {
    expect(dialled('Tel: 030 23125-14', { userCountry: 'DE' })).toEqual(['+49302312514']);
    expect(dialled('Tel: 020 7946 0129-4', { userCountry: 'GB' })).toEqual([]);
    expect(dialled('020 7946 0120-9', { userCountry: 'GB' })).toEqual([]);
  });

  test.each([
    ['Tel.: +49 30 23125-12/13', '+49302312512'],
    ['Tel.: 030 / 23 12 50 - 12/13', '+493023125012'],
    ['Tel. 030 23125012/13', '+493023125012'],
    ['Tel. 01/99/00/12/34', '+33199001234'],
  ])('behind a slash stands the next line, not the end of a longer number: %s', (text, e164) => {
    expect(dialled(text, { userCountry: e164.startsWith('+33') ? 'FR' : 'DE' })).toEqual([e164]);
  });

  test('the digit that all mobile numbers got may stand alone', () => {
    const about = { userCountry: 'BR' };
    for (const text of ['(11) 9 9999-0123', '(11) 9.9999-0123', '11 9 9999-0123'])
      expect(dialled(text, about), text).toEqual(['+5511999990123']);
    expect(dialled('3 (11) 9 99 99-01 23', about)).toEqual([]);
  });

  test('what once told mobile numbers is left out behind the calling code, but nowhere else', () => {
    expect(dialled('WhatsApp: +52 1 55 5555 0123')).toEqual(['+525555550123']);
    expect(dialled('+5215555550123')).toEqual(['+525555550123']);
    expect(dialled('Tel. 1 617 555 0123', { host: 'tienda.com.mx' })).not.toContain('+526175550123');
  });

  test('a bracket around a number is no part of it, neither end', () => {
    const text = 'Support (617-555-0123) and ((617) 555-0124)';
    expect(find(text).map(({ start, end }) => text.slice(start, end))).toEqual(['617-555-0123', '(617) 555-0124']);
  });

  test('a former trunk prefix is read where the country has given it up', () => {
    expect(dialled('Tel. 01 55 5555 0123', { host: 'tienda.com.mx' })).toEqual(['+525555550123']);
    expect(dialled('Cel. 044 55 5555 0123', { host: 'tienda.com.mx' })).toEqual(['+525555550123']);
  });

  test('a mobile number in one piece is one where the country is sure', () => {
    const about = { lang: 'it', host: 'negozio.it' };
    expect(dialled('Mario Rossi 3200000012', about)).toEqual(['+393200000012']);
    expect(dialled('Mario Rossi 3200000012')).toEqual([]);
    for (const text of ['3200000012', 'Codice,3200000012,5']) expect(dialled(text, about), text).toEqual([]);
  });

  test('a mark for a note below touches it', () => {
    expect(dialled('Call 0345 496 0123* now', { userCountry: 'GB' })).toEqual(['+443454960123']);
    expect(dialled('0345 496 0123*21#', { userCountry: 'GB' })).toEqual([]);
  });

  test('the extension goes with the number', () => {
    expect(find('617-555-0123 ext. 45')).toMatchObject([{ e164: '+16175550123', ext: '45' }]);
  });
});

describe('what only looks like a number is left alone', () => {
  test.each([
    ['dates', 'From 2025/26 to 29.12.2014'],
    ['a log', '081110 040800 6739 INFO started'],
    ['two decimals', '180.48 (290.454)'],
    ['a range of decimals', '32.86 - 32.99'],
    ['months from and to', 'Sales, 06/2017 – 03/2021'],
    ['a sum', 'ratio = 512 / (2350-512)'],
    ['bytes', 'Buffer 61 61 61 61 61'],
    ['a figure with its sign', 'was +35236450.6 before'],
    ['a commit', 'Fixed since [`8664084166`](there) in the loop'],
    ['a weakness', 'denial of service (CVE-2018-7158)'],
    ['a clause', 'as defined in DFARS 252.227-7014 (June 1995)'],
    ['a placeholder', 'like 123-456-78-90'],
    ['a document id', 'doi 10.1016/j.cell.2006.03.032'],
    ['an order', 'Order ID: 2015550123'],
    ['a tax number', 'P.I. 01601990136'],
    ['a postcode behind a street', 'Office Musterstrasse 9 10179 Berlin'],
    ['a local number without its area', 'Tel: 235 7981'],
  ])('%s', (_, text) => {
    for (const userCountry of ['US', 'DE', 'GB', 'BR', 'MX']) expect(dialled(text, { userCountry })).toEqual([]);
  });

  test.each([
    ['a browser’s version', 'Chrome/80.0.3987.132 Mobile Safari/537.36', 'JP'],
    ['one version of a program', 'mobile 79.0.3945.93', 'JP'],
    ['one or the other', 'Weights: 300 / 400 / 500', 'HU'],
    ['a place on the globe', 'BR -0351-03225 Fortaleza', 'DE'],
    ['a place in the north', 'CA +4953-09709 Winnipeg', 'DE'],
    ['a place to the second', 'GG +492717-0023210 Guernsey', 'DE'],
  ])('%s, where it would be a number', (_, text, userCountry) => {
    expect(dialled(text, { userCountry })).toEqual([]);
  });

  test('no number is longer than any can be', () => {
    // Germany's plan knows 15 national digits; with the calling code no network takes them.
    expect(dialled('Tel. 0811 1100 4080 06739', { userCountry: 'DE' })).toEqual([]);
  });
});

describe('the country comes from the page, then from the user', () => {
  test('nothing but digits: the user’s', () => {
    expect(dialled('Phone: 020 7946 0123', { userCountry: 'GB' })).toEqual(['+442079460123']);
  });

  test.each([
    ['a place', { texts: ['Musterstraße 5, 10115 Berlin', 'Tel.: 030 23125 012'] }, '+493023125012'],
    ['a city that is no capital', { texts: ['Unser Laden in Bochum', 'Tel.: 030 23125 012'] }, '+493023125012'],
    ['a city of a country few pages are from', { texts: ['Kabul', 'Phone: 020 210 1234'] }, '+93202101234'],
    [
      'a language of many countries, and a city of one',
      { lang: 'fr', texts: ['Fait à Casablanca', 'Tél : 05 24 00 12 34'] },
      '+212524001234',
    ],
    ['a country’s name in capitals', { texts: ['UNITED KINGDOM', 'Call 020 7946 0123'] }, '+442079460123'],
    ['a postcode', { texts: ['1 High Street, SW1A 2AA', 'Call 020 7946 0123'] }, '+442079460123'],
    ['the site’s domain', { host: 'www.shop.co.uk', texts: ['Call 020 7946 0123'] }, '+442079460123'],
    ['a link’s domain', { hints: ['://shop.co.uk'], texts: ['Call 020 7946 0123'] }, '+442079460123'],
    ['a record for search engines', { hints: ['GB'], texts: ['Call 020 7946 0123'] }, '+442079460123'],
    ['another number', { texts: ['+44 20 7946 0124', 'Call 020 7946 0123'] }, '+442079460123'],
    ['a number in a link', { hints: ['+447700900123'], texts: ['Call 020 7946 0123'] }, '+442079460123'],
    ['how it is written', { texts: ['Call 020 7946 0123'] }, '+442079460123'],
    ['its letters', { lang: 'en', texts: ['Gọi ngay để được tư vấn', 'Hotline 0912 345 678'] }, '+84912345678'],
    [
      'its words',
      {
        lang: 'en',
        texts: ['Wir sind für Sie da und freuen uns auf Ihre Anfrage mit dem Formular', 'Tel: 030 23125012'],
      },
      '+493023125012',
    ],
  ])('%s', (_, { texts, ...about }, e164) => {
    expect(dialled(texts as string[], { userCountry: 'US', ...about }).at(-1)).toBe(e164);
  });

  test.each(['DE', 'IN', 'BR'])(
    'for a user in %s, 617-555-0123 on an English page is North American',
    (userCountry) => {
      expect(dialled('Call (617) 555-0123 or 617-555-0124', { userCountry, lang: 'en' })).toEqual([
        '+16175550123',
        '+16175550124',
      ]);
    },
  );

  test.each([
    ['020-555 0123', 'NL', '+31205550123'],
    ['040 555 0123', 'FI', '+358405550123'],
    ['(01) 555-0123', 'PE', '+5115550123'],
  ])('hardly any words: %s is the user’s in %s, however others write theirs', (text, userCountry, e164) => {
    for (const lang of ['', 'en']) expect(dialled(text, { userCountry, lang }), lang).toEqual([e164]);
  });

  test('what templates say by default outweighs nothing', () => {
    expect(dialled(['London SW1A 2AA', '020 7946 0123'], { lang: 'en-US', hints: ['en_US'] })).toEqual([
      '+442079460123',
    ]);
  });

  test('two numbers side by side tell it as one does', () => {
    expect(dialled('Call 020 7946 0123 / 020 7946 0124')).toEqual(['+442079460123', '+442079460124']);
  });

  test('a record’s own country is the only one', () => {
    expect(dialled('020 7946 0123', { recordCountry: 'GB', label: 'Phone' })).toEqual(['+442079460123']);
    // No such number in Britain; the page's other countries are not asked.
    expect(dialled(['+49 30 23125012', '(171) 555-2222'], { recordCountry: 'GB' })).toEqual(['+493023125012']);
  });

  test('the country named with a number counts more than the page’s', () => {
    const offices = [
      'New York: (212) 555-0123',
      'London: 020 7946 0123',
      'Berlin: 030 23125 012',
      'Paris 01 99 00 12 34',
    ];
    const numbers = ['+12125550123', '+442079460123', '+493023125012', '+33199001234'];
    expect(dialled(offices)).toEqual(numbers);
    expect(dialled(offices.join('\n'))).toEqual(numbers);
    expect(dialled(offices.join(', '))).toEqual(numbers);
  });

  test('a country named with a number counts for little where only another writes numbers so', () => {
    for (const text of ['India tours: 212 555 0123', 'Paris, TX (903) 555-0123', 'Birmingham (205) 555-0123'])
      expect(dialled(text)).toHaveLength(1);
    expect(dialled('India tours: 212 555 0123', { lang: 'en' })).toEqual(['+12125550123']);
    expect(dialled('Sydney: 030 23125 012', { lang: 'de', host: 'reisen.de' })).toEqual(['+493023125012']);
  });

  test('a country that is hardly likely is not asked', () => {
    const french = ['12 rue de la Paix, 75002 Paris', 'France', 'Tél. 01 99 00 12 34'];
    expect(dialled([...french, '61.77.61.10'], { lang: 'fr' })).toEqual(['+33199001234']);
  });

  test('a doubtful one says what else it may be', () => {
    const [number] = find('Call 020 7946 0123', { userCountry: 'ZA' });
    expect([number?.e164, ...(number?.alternatives ?? [])]).toContain('+442079460123');
  });
});

describe('a label says what a number is', () => {
  test.each([
    ['Fax: 617-555-0123', 'fax'],
    ['F 617-555-0123', 'fax'],
    ['T 617-555-0123', 'phone'],
    ['Fax: 1-617-555-0123 (toll free)', 'fax'],
    ['617-555-0123 (fax)', 'fax'],
    ['Tel/Fax: 617-555-0123', 'phone'],
    ['Télécopie : 617-555-0123', 'fax'],
  ])('%s is a %s', (text, kind) => {
    expect(find(text)).toMatchObject([{ kind }]);
  });

  test.each([
    'Phone: 6175550123 / 6175550124',
    'Phone: 6175550123 / 617 555 0124',
    'Phone: 617-555-0123\n6175550124',
    'Phone: 6175550123\n6175550124, 6175550125.',
  ])('numbers of one make share it: %s', (text) => {
    expect(dialled(text).slice(0, 2)).toEqual(['+16175550123', '+16175550124']);
  });

  test('what is shorter than the number in front does not share it', () => {
    expect(dialled('Phone: 01 2345 6789 / 12345678', { userCountry: 'FR', lang: 'fr' })).not.toContain('+3312345678');
    expect(dialled('Tlf. 22 12 34 56 / 20.00-23.00', { host: 'x.no' })).toEqual(['+4722123456']);
  });

  test('a fax number is not told by the fax of the line above', () => {
    expect(find('Fax: 617-555-0123\n617-555-0124')).toMatchObject([{ kind: 'fax' }, { kind: 'phone' }]);
    expect(find('Fax: 617-555-0123 / 617-555-0124')).toMatchObject([{ kind: 'fax' }, { kind: 'fax' }]);
    expect(find('传 真:010-5555 0123', { userCountry: 'CN' })).toMatchObject([{ kind: 'fax' }]);
    expect(find('T 617-555-0123 | F 617-555-0124')).toMatchObject([{ kind: 'phone' }, { kind: 'fax' }]);
  });

  test.each([
    ['Τηλεφωνικό κέντρο 2105550123', 'GR', '+302105550123'],
    ['Çağrı Merkezi: 444 0 012', 'TR', '+904440012'],
    ['الرقم الموحد: 920000012', 'SA', '+966920000012'],
    ['Port. 01 99 00 12 34', 'FR', '+33199001234'],
    ['手机号码 13000000012', 'CN', '+8613000000012'],
  ])('in the words of its country: %s', (text, userCountry, e164) => {
    expect(dialled(text, { userCountry })).toEqual([e164]);
  });

  test.each([
    ['Kundennummer: 030 231250', 'DE'],
    ['Bestellnummer 0171-2312501', 'DE'],
    ['Invoice No. 617-555-0123', 'US'],
    ['Protocolo: (11) 5555-0123', 'BR'],
    ['编号:13000000012', 'CN'],
  ])('a word that denies holds for what is written as a number: %s', (text, userCountry) => {
    expect(dialled(text, { userCountry })).toEqual([]);
  });

  test('a bracket in front of the first group makes no sum', () => {
    expect(dialled('020 7946 0123\n(44-20) 7946 0124', { userCountry: 'GB', label: 'Phone' })).toEqual([
      '+442079460123',
      '+442079460124',
    ]);
  });

  test('a column of phone numbers takes what its cells say alone', () => {
    const key = {};
    const cells = ['6175550123', '6175550124'];
    expect(dialled(cells, { column: { key, header: 'Phone' } })).toEqual(['+16175550123', '+16175550124']);
    expect(dialled(cells, { column: { key, header: 'Order no.' } })).toEqual([]);
  });
});

describe('what a hostile page writes is read in time', () => {
  test.each([
    ['digits', '1 '],
    ['brackets', '(('],
    ['dashes', '12-'],
    ['hosts', 'a.'],
    ['spaces', ' '],
  ])('%s', (_, piece) => {
    const time = (length: number): number => {
      const text = `${piece.repeat(length / piece.length)} 617-555-0123`;
      // The best of a few: the machine may be busy with other things.
      const runs = [1, 2, 3].map(() => {
        const before = performance.now();
        find(text);
        return performance.now() - before;
      });
      return Math.min(...runs);
    };
    // Sixteen times the text takes about sixteen times as long; squared it would be 256.
    expect(time(32_000)).toBeLessThan(80 * Math.max(time(2_000), 2));
  });
});
