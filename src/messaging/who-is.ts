/** What of the browser's sender record decides who asks. */
export interface SenderRecord {
  readonly id?: string;
  readonly url?: string;
  /** Chrome only, as a rule: the frame's real origin, `null` for opaque ones. */
  readonly origin?: string;
  /** Of the tab's top document, where we may know it. */
  readonly tabUrl?: string;
  readonly hasTab: boolean;
}

/**
 * Who sent a message: a content script in a page, our own UI, or nobody we listen to. Decided by the browser's sender record alone,
 * never by the message. Pure.
 * @param ownOrigin - e.g. `chrome-extension://abc`, without a slash at the end
 */
export function whoIs(sender: SenderRecord, ownId: string, ownOrigin: string): 'page' | 'ui' | undefined {
  if (sender.id !== ownId || sender.url === undefined) return undefined;
  if (sender.url.startsWith(`${ownOrigin}/`)) {
    return sender.origin === undefined || sender.origin === ownOrigin ? 'ui' : undefined;
  }
  return sender.hasTab ? 'page' : undefined;
}

/**
 * The address whose site rule holds for a frame: its own; for frames without one (`about:blank`, `srcdoc`, `data:`, `blob:`) that of the
 * origin they inherit, else of the tab they stand in. Undefined when there is none.
 */
export function frameAddress(sender: SenderRecord): URL | undefined {
  for (const address of [sender.url, sender.origin, sender.tabUrl]) {
    const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
    if (url && ['https:', 'http:', 'file:'].includes(url.protocol)) return url;
  }
  return undefined;
}

/** The host of the tab's page; undefined where we may not know it, or where it has none. */
export function topHost({ tabUrl }: SenderRecord): string | undefined {
  const host = tabUrl !== undefined && URL.canParse(tabUrl) ? new URL(tabUrl).host : '';
  return host === '' ? undefined : host;
}
