import { browser } from '../browser.ts';

/** Tells the page its language and direction, so that screen readers and layout follow the browser's. */
export function setPageLanguage(): void {
  document.documentElement.lang = browser.i18n.getUILanguage();
  document.documentElement.dir = browser.i18n.getMessage('@@bidi_dir') === 'rtl' ? 'rtl' : 'ltr';
}
