import type { CallId, CallOrigin } from '../core/calls.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { COUNT_WITHIN_MS, type RiskReason, riskReasons } from '../core/risk.ts';
import { isSiteEnabled } from '../core/site-rule.ts';
import { type AppState, findRepeat } from '../core/update.ts';
import type { DialRefusal } from '../messaging/protocol.ts';
import { classify } from '../phone/classify.ts';
import { toDialString } from '../phone/dial-string.ts';
import { readTypedNumber } from '../phone/typed-number.ts';
import type { Settings } from '../storage/settings.ts';
import type { Decision, Keeper } from './keeper.ts';
import type { Asker } from './router.ts';

export interface DialingParts {
  readonly keeper: Keeper;
  settings(): Promise<Settings>;
  knownCountries(): Promise<readonly string[]>;
  rememberCountry(country: string): Promise<void>;
  /** False when the machine has no network at all. */
  isOnline(): boolean;
  /** True when the account tells its PBX something about the page; the page's address is kept with the call only then. */
  wantsPage(settings: Settings): boolean;
  newId(): string;
}

/** The way of every wish to dial from a message to the keeper. */
export interface Dialing {
  /** `call/dial`: a click in a page, or on a number in our own surface. */
  dial(payload: Readonly<Record<string, unknown>>, asker: Asker): Promise<DialAnswer>;
  /** `ui/dial`: a number typed into our own surface. */
  dialTyped(payload: Readonly<Record<string, unknown>>): Promise<DialAnswer>;
}

type DialAnswer = Result<CallId, DialRefusal>;

/** Something to dial, checked. */
interface Wanted {
  readonly number: string;
  readonly ext?: string;
  readonly requestId: string;
  readonly origin?: CallOrigin;
  readonly pageUrl?: string;
}

const E164 = /^\+\d{6,15}$/;
const SHORT = /^\d{2,6}$/;
const EXTENSION = /^\d{1,8}$/;
const REQUEST_ID = /^[\w-]{1,64}$/;
/** Three digits look like an extension; a page must not bring the police to the door on one click. */
const EMERGENCY = new Set(['112', '911', '999', '000']);

/** Checks who wants to call whom, and from where, before anything is journalled. */
export function createDialing(parts: DialingParts): Dialing {
  async function dialFromPage(wanted: Wanted, { host, href }: URL): Promise<DialAnswer> {
    const settings = await parts.settings();
    if (!isSiteEnabled(settings.sites, host)) return refuse('site-off');
    const known = await parts.knownCountries();
    const page = parts.wantsPage(settings) ? { pageUrl: href } : {};
    return place({ ...wanted, ...page }, settings, (state, now) =>
      pageRisk(wanted.number, settings.country, known, state, now),
    );
  }

  async function dialFromUi(wanted: Wanted, settings: Settings): Promise<DialAnswer> {
    const answer = await place(wanted, settings, () => undefined);
    const { country } = wanted.number.startsWith('+') ? classify(wanted.number) : {};
    // The deliberate act: from now on pages may dial this country on one click.
    if (answer.ok && country !== undefined) await parts.rememberCountry(country).catch(() => {});
    return answer;
  }

  function place(
    wanted: Wanted,
    settings: Settings,
    riskOf: (state: AppState, now: number) => RiskReason | undefined,
  ): Promise<DialAnswer> {
    return parts.keeper.decide((state, now): Decision<DialAnswer> => {
      const repeat = findRepeat(state, wanted, now);
      if (repeat) return { answer: repeat.requestId === wanted.requestId ? ok(repeat.id) : refuse('already-calling') };
      if (!settings.account) return { answer: refuse('no-account') };
      if (state.connection.status !== 'online' && !parts.isOnline()) return { answer: refuse('offline') };
      const risk = riskOf(state, now);
      if (risk) return { answer: refuse(risk) };
      const id = parts.newId();
      const dialled = toDialString(wanted.number, settings.dialing, settings.country);
      return { answer: ok(id), event: { type: 'dial', id, dialled, ...wanted } };
    });
  }

  return {
    async dial(payload, asker) {
      const read = readWanted(payload);
      if (!read.ok) return read;
      if (asker.kind === 'ui') return dialFromUi(read.value, await parts.settings());
      if (!asker.address) return refuse('site-off');
      return dialFromPage({ ...read.value, origin: asker.frame }, asker.address);
    },
    async dialTyped({ text, requestId }) {
      if (typeof text !== 'string' || !isRequestId(requestId)) return refuse('not-a-number');
      if (/^\s*sips?:/i.test(text)) return refuse('sip-uri');
      const settings = await parts.settings();
      const typed = readTypedNumber(text, settings.country);
      return typed ? dialFromUi({ ...typed, requestId }, settings) : refuse('not-a-number');
    },
  };
}

/** True for ids as our own content script and popup make them. */
export function isRequestId(value: unknown): value is string {
  return typeof value === 'string' && REQUEST_ID.test(value);
}

function readWanted({ number, ext, requestId }: Readonly<Record<string, unknown>>): Result<Wanted, DialRefusal> {
  if (typeof number !== 'string' || !isRequestId(requestId)) return refuse('not-a-number');
  if (!E164.test(number) && !SHORT.test(number)) return refuse(whyNot(number));
  if (ext === undefined) return ok({ number, requestId });
  return typeof ext === 'string' && EXTENSION.test(ext) ? ok({ number, ext, requestId }) : refuse('not-a-number');
}

function whyNot(number: string): DialRefusal['reason'] {
  if (/^[*#][\d*#]*$/.test(number)) return 'feature-code';
  return /^sips?:/i.test(number) ? 'sip-uri' : 'not-a-number';
}

function pageRisk(
  number: string,
  userCountry: string,
  knownCountries: readonly string[],
  state: AppState,
  now: number,
): RiskReason | undefined {
  const recentPageDials = state.calls.filter(
    (call) => call.origin !== undefined && now - call.startedAt < COUNT_WITHIN_MS,
  ).length;
  const line = number.startsWith('+') ? classify(number) : shortLine(number, userCountry);
  return riskReasons({ ...line, userCountry, knownCountries, recentPageDials })[0];
}

/** A short extension is at home in the company. */
function shortLine(number: string, userCountry: string): Pick<Parameters<typeof riskReasons>[0], 'type' | 'country'> {
  return EMERGENCY.has(number) ? { type: 'unknown', country: userCountry } : { type: 'fixed', country: userCountry };
}

function refuse(reason: DialRefusal['reason']): { readonly ok: false; readonly error: DialRefusal } {
  return fail({ reason });
}
