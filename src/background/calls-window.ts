import { browser } from '../browser.ts';

const PAGE = 'src/panel/panel.html';
const WIDTH = 400;
const HEIGHT = 640;

/** Shows the calls in a window of their own, or brings the one that is there to the front. */
export async function openCallsWindow(): Promise<void> {
  const url = browser.runtime.getURL(PAGE);
  const there = (await browser.tabs.query({})).find((tab) => tab.url === url);
  if (there?.windowId !== undefined) await browser.windows.update(there.windowId, { focused: true });
  else await browser.windows.create({ url, type: 'popup', focused: true, width: WIDTH, height: HEIGHT });
}
