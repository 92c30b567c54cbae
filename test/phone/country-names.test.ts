import { describe, expect, test } from 'vitest';
import { countryNamedBy, namesIn } from '../../src/phone/country-names.ts';
import { guessLanguage } from '../../src/phone/language.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

describe('names of countries and places', () => {
  test.each([
    ['Our office in London, United Kingdom', ['GB'], ['GB']],
    ['LONDON AND PARIS', [], ['GB', 'FR']],
    ['Made in USA', ['US'], []],
    ['parish of limassol, a turkey sandwich', [], []],
    ['Parisian style', [], []],
    ['Washington, DC 20001', [], ['US']],
    ['Großbritannien und Österreich', ['GB', 'AT'], []],
  ])('%s', (text, countries, places) => {
    const named = namesIn(text, WHOLE_ATLAS.names);
    expect([...named.countries]).toEqual(countries);
    expect([...named.places]).toEqual(places);
  });

  test.each([
    ['South Africa', 'ZA'],
    [' DE ', 'DE'],
    ['UK', 'GB'],
    ['Deutschland', 'DE'],
    ['Germany and France', undefined],
    ['ZZ', undefined],
  ])('a cell %j names %s', (text, country) => {
    expect(countryNamedBy(text, WHOLE_ATLAS)).toBe(country);
  });
});

describe('the language of a text', () => {
  test.each([
    ['Wir freuen uns auf Sie und beraten Sie gerne auch am Telefon für die Planung mit dem Team', 'de'],
    [
      'Siamo a disposizione per tutte le domande che avete sulla nostra azienda e sono gratis con il modulo della pagina',
      'it',
    ],
    ['Vi är ett företag som har funnits i tjugo år och vi kan hjälpa dig med det du vill för att bygga', 'sv'],
    ['Home About Contact', undefined],
    ['Berlin Hamburg Bremen Leipzig Dresden Hannover Kiel Essen Bonn', undefined],
  ])('%s', (text, language) => {
    const guess = guessLanguage(WHOLE_ATLAS.commonWords);
    guess.addText(text);
    expect(guess.language()).toBe(language);
  });
});
