import { browser } from '../browser.ts';
import type { Proposal } from '../core/proposal.ts';

interface Place {
  readonly left: number;
  readonly top: number;
}

interface Area extends Place {
  readonly width: number;
  readonly height: number;
}

const PAGE = 'src/confirm/confirm.html';
const WIDTH = 440;
/** With one number and one reason; more of both make it higher, and what does not fit scrolls. */
const HEIGHT = 430;
const PER_REASON = 46;
const PER_CHOICE = 78;

/** Opens the window that asks the user, in front and over the window it is about; undefined where there are no windows (Android). */
export async function openConfirmWindow({ id, choices, origin }: Proposal): Promise<number | undefined> {
  const windows = windowsApi();
  if (!windows) return undefined;
  const reasons = Math.max(...choices.map((choice) => choice.reasons.length));
  const size = {
    width: WIDTH,
    height: HEIGHT + PER_REASON * (reasons - 1) + PER_CHOICE * (choices.length - 1),
  };
  const url = browser.runtime.getURL(`${PAGE}?id=${encodeURIComponent(id)}`);
  const place = await placeOver(windows, origin.tabId, size);
  const question = { url, type: 'popup', focused: true, ...size } as const;
  try {
    return (await windows.create({ ...question, ...place })).id;
  } catch {
    // Chrome refuses places that are mostly off the screen: half a window dragged out of sight is enough for that.
    return (await windows.create(question)).id;
  }
}

/** Brings the window to the front; false when it is not there any more. */
export async function focusConfirmWindow(windowId: number): Promise<boolean> {
  try {
    return (await windowsApi()?.update(windowId, { focused: true, drawAttention: true })) !== undefined;
  } catch {
    return false;
  }
}

/** Closes the window, where it is still there. */
export async function closeConfirmWindow(windowId: number): Promise<void> {
  await windowsApi()?.remove(windowId);
}

/** Calls back when any window is closed. */
export function onWindowClosed(listener: (windowId: number) => void): void {
  windowsApi()?.onRemoved.addListener(listener);
}

/** Where a window of this size is in the middle of another. Whole pixels: the browsers take nothing else. */
export function centred(over: Area, size: Pick<Area, 'width' | 'height'>): Place {
  return {
    left: Math.round(over.left + (over.width - size.width) / 2),
    top: Math.round(over.top + Math.max(0, (over.height - size.height) / 2)),
  };
}

/** The types promise it everywhere; Firefox for Android has none. */
function windowsApi(): typeof browser.windows | undefined {
  return browser.windows as typeof browser.windows | undefined;
}

async function placeOver(
  windows: typeof browser.windows,
  tabId: number,
  size: Pick<Area, 'width' | 'height'>,
): Promise<Place | undefined> {
  try {
    const { windowId } = await browser.tabs.get(tabId);
    if (windowId === undefined) return undefined;
    const { left, top, width, height } = await windows.get(windowId);
    if (left === undefined || top === undefined || width === undefined || height === undefined) return undefined;
    return centred({ left, top, width, height }, size);
  } catch {
    // The tab was closed meanwhile: the browser chooses the place.
    return undefined;
  }
}
