import type { PbxError } from '../../src/core/connection.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import type { SimClock } from './clock.ts';
import { Journal } from './journal.ts';

/** How the pretended system takes a link. A real one tells nobody whether a program opened, so the first two look the same from here. */
export interface SystemVariants {
  app: 'opens' | 'none' | 'browser-refuses';
}

export const SYSTEM_VARIANT_VALUES: { readonly [K in keyof SystemVariants]: readonly SystemVariants[K][] } = {
  app: ['opens', 'none', 'browser-refuses'],
};

/** What the phone app read out of a link. */
export interface OpenedCall {
  readonly at: number;
  readonly link: string;
  readonly number: string;
  readonly ext?: string;
  readonly name?: string;
}

/** A pretended system with a phone app that reads links strictly, as the documents of their kinds want them. */
export interface PhoneSystem {
  readonly variants: SystemVariants;
  readonly journal: Journal;
  /** Links that no phone app should ever see. */
  readonly violations: readonly string[];
  /** Calls the app began. */
  opened(): readonly OpenedCall[];
  handOver(link: string): Promise<Result<void, PbxError>>;
}

export function startPhoneSystem(clock: SimClock, variants: Partial<SystemVariants> = {}): PhoneSystem {
  const journal = new Journal(clock);
  const opened: OpenedCall[] = [];
  const system: PhoneSystem = {
    variants: { app: 'opens', ...variants },
    journal,
    violations: journal.violations,
    opened: () => opened,
    async handOver(link) {
      const read = readLink(link);
      if (!read) journal.violation(`a link no phone app can read: ${link}`);
      if (system.variants.app === 'browser-refuses')
        return fail({ kind: 'rejected', detail: 'the browser did not open it' });
      if (read && system.variants.app === 'opens') opened.push({ at: clock.now(), link, ...read });
      return ok(undefined);
    },
  };
  return system;
}

function readLink(link: string): Omit<OpenedCall, 'at' | 'link'> | undefined {
  // RFC 3986: nothing else may stand in an address unescaped.
  if (!/^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/.test(link)) return undefined;
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/.exec(link) ?? [];
  switch (scheme) {
    case 'tel': {
      const [, number = '', ext] = /^([^;]+)(?:;ext=(\d+))?$/.exec(rest) ?? [];
      return numbered(number, ext === undefined ? {} : { ext });
    }
    case 'callto':
      return numbered(rest);
    case 'sip': {
      const [, user = '', host] = /^([^@]+)@([a-z0-9.:-]+)$/i.exec(rest) ?? [];
      return host === undefined ? undefined : numbered(user);
    }
    case 'vodia': {
      const url = URL.canParse(link) ? new URL(link) : undefined;
      const name = url?.searchParams.get('name');
      return url?.host ? numbered(url.searchParams.get('dial') ?? '', name ? { name } : {}) : undefined;
    }
    default:
      return undefined;
  }
}

function numbered(written: string, more: { readonly ext?: string; readonly name?: string } = {}) {
  const number = decodeURIComponent(written);
  return /^\+?[0-9*#]+$/.test(number) ? { number, ...more } : undefined;
}
