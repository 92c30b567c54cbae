/** What of the browser's sender record decides who asks. */
export interface SenderRecord {
  readonly id?: string;
  readonly url?: string;
  readonly hasTab: boolean;
}

/**
 * Who sent a message: a content script in a page, our own UI, or nobody we listen to. Decided by the browser's sender record alone,
 * never by the message. Pure.
 * @param ownOrigin - e.g. `chrome-extension://abc`, without a slash at the end
 */
export function whoIs(sender: SenderRecord, ownId: string, ownOrigin: string): 'page' | 'ui' | undefined {
  if (sender.id !== ownId || sender.url === undefined) return undefined;
  if (sender.url.startsWith(`${ownOrigin}/`)) return 'ui';
  return sender.hasTab ? 'page' : undefined;
}
