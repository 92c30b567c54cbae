import { isTaughtText, type Taught } from './taught.ts';

/** When the caller's record is opened: never, when it rings, or once it is answered. */
export type PopOn = 'never' | 'ring' | 'answer';

/** What the user wants to be told, shown and kept. */
export interface Preferences {
  readonly alerts: { readonly incoming: boolean; readonly failed: boolean };
  /** `address` holds `{e164}`, `{national}` or `{digits}`; empty while none is set. */
  readonly screenPop: { readonly on: PopOn; readonly address: string };
  /** Whether ended calls are kept on this computer. */
  readonly recentCalls: { readonly keep: boolean };
  readonly taught: Taught;
}

/** Until the user says otherwise. */
export const USUAL: Preferences = {
  alerts: { incoming: true, failed: true },
  screenPop: { on: 'never', address: '' },
  recentCalls: { keep: true },
  taught: { numbers: [], countries: {} },
};

export const MOST_TAUGHT = 500;
const LONGEST_ADDRESS = 2_000;
const PLACE = /\{(e164|national|digits)\}/;

/** True for an address a number can be put into. Only web addresses: a script or a file must not be opened by a caller's number. */
export function isPopAddress(address: string): boolean {
  if (address.length > LONGEST_ADDRESS || !PLACE.test(address)) return false;
  const filled = address.replaceAll(/\{(?:e164|national|digits)\}/g, '1');
  if (/[{}]/.test(filled) || !URL.canParse(filled)) return false;
  const { protocol, host, username, password } = new URL(filled);
  // The number may not choose the server: it comes from the caller.
  const hasFixedHost = !PLACE.test(address.split('/').slice(0, 3).join('/'));
  return (protocol === 'https:' || protocol === 'http:') && host !== '' && username + password === '' && hasFixedHost;
}

/** Stored preferences of any age: what cannot be used becomes its default. Pure; never throws. */
export function readPreferences(stored: unknown): Preferences {
  const { alerts, screenPop, recentCalls, taught } = recordOf(stored);
  const pop = recordOf(screenPop);
  const address = typeof pop.address === 'string' && isPopAddress(pop.address) ? pop.address : '';
  return {
    alerts: {
      incoming: orElse(recordOf(alerts).incoming, USUAL.alerts.incoming),
      failed: orElse(recordOf(alerts).failed, USUAL.alerts.failed),
    },
    screenPop: { on: isPopOn(pop.on) ? pop.on : USUAL.screenPop.on, address },
    recentCalls: { keep: orElse(recordOf(recentCalls).keep, USUAL.recentCalls.keep) },
    taught: readTaught(taught),
  };
}

/** Where preferences in a settings file or a policy are wrong, as a path; undefined when all of them can be used. */
export function faultOfPreferences(file: unknown): string | undefined {
  const { alerts = {}, screenPop = {}, recentCalls = {}, taught = {} } = recordOf(file);
  if (!isRecord(alerts)) return 'alerts';
  if (!isFlag(alerts.incoming)) return 'alerts.incoming';
  if (!isFlag(alerts.failed)) return 'alerts.failed';
  if (!isRecord(screenPop)) return 'screenPop';
  if (screenPop.on !== undefined && !isPopOn(screenPop.on)) return 'screenPop.on';
  const { address = '' } = screenPop;
  if (typeof address !== 'string' || (address !== '' && !isPopAddress(address))) return 'screenPop.address';
  if (!isRecord(recentCalls)) return 'recentCalls';
  if (!isFlag(recentCalls.keep)) return 'recentCalls.keep';
  return faultOfTaught(taught);
}

function readTaught(stored: unknown): Taught {
  const { numbers, countries } = recordOf(stored);
  const list: readonly unknown[] = Array.isArray(numbers) ? numbers : [];
  const good = list.filter(isLesson).map(({ host, text, isPhone }) => ({ host, text, isPhone }));
  const pairs = Object.entries(recordOf(countries)).filter(([, country]) => isCountry(country));
  return {
    numbers: good.slice(-MOST_TAUGHT),
    countries: Object.fromEntries(pairs.slice(-MOST_TAUGHT)) as Readonly<Record<string, string>>,
  };
}

function faultOfTaught(taught: unknown): string | undefined {
  if (!isRecord(taught)) return 'taught';
  const { numbers = [], countries = {} } = taught;
  if (!Array.isArray(numbers)) return 'taught.numbers';
  const lesson = numbers.findIndex((one) => !isLesson(one));
  if (lesson >= 0) return `taught.numbers.${lesson}`;
  if (!isRecord(countries)) return 'taught.countries';
  const wrong = Object.entries(countries).find(([, country]) => !isCountry(country));
  return wrong && `taught.countries.${wrong[0]}`;
}

function isLesson(value: unknown): value is Taught['numbers'][number] {
  const { host, text, isPhone } = recordOf(value);
  return typeof host === 'string' && typeof text === 'string' && isTaughtText(text) && typeof isPhone === 'boolean';
}

function isPopOn(value: unknown): value is PopOn {
  return value === 'never' || value === 'ring' || value === 'answer';
}

function isCountry(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Z]{2}$/.test(value);
}

function isFlag(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}

function orElse(value: unknown, usual: boolean): boolean {
  return typeof value === 'boolean' ? value : usual;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
