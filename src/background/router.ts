import type { CallOrigin } from '../core/calls.ts';
import type { FromPage, FromUi } from '../messaging/protocol.ts';
import { frameAddress, type SenderRecord, topHost, whoIs } from '../messaging/who-is.ts';

/** Who asks, by the browser's record. */
export type Asker =
  | { readonly kind: 'ui' }
  /** `address` is that of the frame, or the one it inherits; undefined where there is none. */
  | {
      readonly kind: 'page';
      readonly frame: CallOrigin;
      readonly address: URL | undefined;
      /** The host of the tab's page, where we may know it. */
      readonly top?: string;
      readonly isPrivate: boolean;
    };

/** What may be asked by pages, and what by our own pages alone. Each handler reads its payload piece by piece. */
export interface Handlers {
  readonly page: { readonly [K in keyof FromPage]: Handler<FromPage[K]['reply']> };
  readonly ui: { readonly [K in OnlyUi]: Handler<FromUi[K]['reply']> };
}

type OnlyUi = Exclude<keyof FromUi, keyof FromPage>;
type Handler<Reply> = (payload: Readonly<Record<string, unknown>>, asker: Asker) => Promise<Reply>;

/** The browser's sender record, as far as we read it. */
export interface MessageSender {
  readonly id?: string | undefined;
  readonly url?: string | undefined;
  readonly origin?: string | undefined;
  readonly frameId?: number | undefined;
  readonly tab?:
    | { readonly id?: number | undefined; readonly url?: string | undefined; readonly incognito?: boolean | undefined }
    | undefined;
}

/**
 * The one listener for messages. Not async: an async listener answers every message, also those that are not its own. What nobody may
 * ask, or what a page asks beyond its list, gets no answer at all.
 */
export function createRouter(
  own: { readonly id: string; readonly origin: string },
  handlers: Handlers,
): (message: unknown, sender: MessageSender) => Promise<unknown> | undefined {
  return (message, sender) => {
    const asker = askerOf(sender, own);
    const asked = readMessage(message);
    if (!asker || !asked) return undefined;
    const handler =
      find(handlers.page, asked.type) ?? (asker.kind === 'ui' ? find(handlers.ui, asked.type) : undefined);
    return handler?.(asked.payload, asker);
  };
}

function askerOf(sender: MessageSender, own: { readonly id: string; readonly origin: string }): Asker | undefined {
  const record: SenderRecord = {
    hasTab: sender.tab !== undefined,
    ...(sender.id === undefined ? {} : { id: sender.id }),
    ...(sender.url === undefined ? {} : { url: sender.url }),
    ...(sender.origin === undefined ? {} : { origin: sender.origin }),
    ...(sender.tab?.url === undefined ? {} : { tabUrl: sender.tab.url }),
  };
  const kind = whoIs(record, own.id, own.origin);
  if (kind === 'ui') return { kind };
  const tabId = sender.tab?.id;
  if (kind !== 'page' || tabId === undefined || sender.frameId === undefined) return undefined;
  const frame = { tabId, frameId: sender.frameId };
  const top = topHost(record);
  return {
    kind,
    frame,
    address: frameAddress(record),
    isPrivate: sender.tab?.incognito === true,
    ...(top === undefined ? {} : { top }),
  };
}

function readMessage(
  message: unknown,
): { readonly type: string; readonly payload: Readonly<Record<string, unknown>> } | undefined {
  if (!isRecord(message) || typeof message.type !== 'string') return undefined;
  const payload = message.payload ?? {};
  return isRecord(payload) ? { type: message.type, payload } : undefined;
}

function find<T extends object>(handlers: T, type: string): T[keyof T] | undefined {
  // Own keys only: `constructor` and the like are not among what we answer.
  return Object.hasOwn(handlers, type) ? handlers[type as keyof T] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
