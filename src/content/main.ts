import type { PageCall, PageSettings, ToPage } from '../messaging/protocol.ts';
import { api, isAlive } from './extension-api.ts';
import { createHeadStart, type HeadStart } from './head-start.ts';
import { removeLeftovers } from './host.ts';
import { type PageSession, startPageSession } from './page-session.ts';
import { shadowOf } from './roots.ts';

/** One copy per frame. A copy that an update has cut off makes way for the new one. */
interface Instance {
  isAlive(): boolean;
  stop(): void;
}

const SLOT = Symbol.for('pagedial');

function start(headStart?: HeadStart): void {
  const slots = globalThis as { [SLOT]?: Instance };
  const before = slots[SLOT];
  if (before?.isAlive()) {
    headStart?.take();
    return;
  }
  before?.stop();
  // A copy that was there as the page began has none before it.
  if (!headStart) removeLeftovers(shadowOf);

  const session = startPageSession(document, stop, headStart);
  const onMessage = routerFor(session);
  const onConnect = (port: chrome.runtime.Port) => answerPort(port, session);
  api.runtime.onMessage.addListener(onMessage);
  api.runtime.onConnect.addListener(onConnect);

  function stop(): void {
    session.stop();
    if (isAlive()) {
      api.runtime.onMessage.removeListener(onMessage);
      api.runtime.onConnect.removeListener(onConnect);
    }
    delete slots[SLOT];
  }

  slots[SLOT] = { isAlive, stop };
}

type Sender = chrome.runtime.MessageSender;

/** Answers our own pages and the background; nobody else, and no other message. */
function routerFor(session: PageSession) {
  return (message: unknown, sender: Sender, answer: (reply: unknown) => void): boolean => {
    if (!isOurs(sender)) return false;
    const { type, payload } = (message ?? {}) as { readonly type?: keyof ToPage; readonly payload?: unknown };
    switch (type) {
      case 'page/numbers':
        session.numbers().then(answer, () => answer({ complete: false, numbers: [] }));
        return true;
      case 'page/settings-changed':
        session.onSettings(payload as PageSettings);
        return false;
      case 'page/next-number':
        void session.goToNext();
        return false;
      case 'page/call':
        session.onCall(payload as PageCall);
        return false;
      default:
        return false;
    }
  };
}

/** The popup opens one port to a tab, and every frame answers it once. */
function answerPort(port: chrome.runtime.Port, session: PageSession): void {
  if (port.name !== 'page/numbers' || !port.sender || !isOurs(port.sender)) return;
  session.numbers().then(
    (frame) => {
      try {
        port.postMessage({ frame });
      } catch {
        // The popup was closed before the answer was there.
      }
    },
    () => undefined,
  );
}

function isOurs(sender: Sender): boolean {
  if (sender.id !== api.runtime.id) return false;
  return sender.tab === undefined || (sender.url?.startsWith(api.runtime.getURL('')) ?? false);
}

/** The end of parsing is looked for this often where its event does not come: `document.open` takes every listener away. */
const LOOK_EVERY_MS = 1_000;

/**
 * Evaluated before the page is parsed, and started at the end of that, after the page's own listeners: a script that the browser brings
 * only then has to wait for its turn.
 */
function startWhenParsed(): void {
  if (document.readyState !== 'loading') {
    start();
    return;
  }
  const headStart = createHeadStart(document);
  let looking = setTimeout(look, LOOK_EVERY_MS);
  addEventListener('DOMContentLoaded', look, { once: true });

  function look(): void {
    clearTimeout(looking);
    if (document.readyState === 'loading') looking = setTimeout(look, LOOK_EVERY_MS);
    else start(headStart);
  }
}

startWhenParsed();
