import { browser } from '../browser.ts';

const RULE_ID = 1;

type SessionRules = Parameters<typeof browser.declarativeNetRequest.updateSessionRules>[0];

/**
 * Has every request of ours travel on a connection of its own, as far as the PBX speaks HTTP/1.1. Browsers send a request once more by
 * themselves, a POST as well, when a connection that was used before breaks before the answer (Chromium 156 and Firefox 153, measured):
 * a PBX that had placed the call would place it twice. Over HTTP/2 nothing an extension can do prevents it.
 * Safe to call at every start. Never rejects: without the rule everything else works.
 */
export async function useFreshConnections(): Promise<void> {
  // `as`: the polyfill's types do not know all resource types.
  const rules = {
    removeRuleIds: [RULE_ID],
    addRules: [
      {
        id: RULE_ID,
        condition: {
          // Ours alone: pages that talk to the same server are none of our business.
          initiatorDomains: [new URL(browser.runtime.getURL('')).host],
          resourceTypes: ['xmlhttprequest', 'other'],
        },
        action: {
          type: 'modifyHeaders',
          requestHeaders: [{ header: 'connection', operation: 'set', value: 'close' }],
        },
      },
    ],
  } as SessionRules;
  await browser.declarativeNetRequest?.updateSessionRules(rules).catch(() => {});
}
