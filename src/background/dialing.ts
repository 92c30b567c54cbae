import type { CallId, CallOrigin } from '../core/calls.ts';
import { cleanText } from '../core/clean-text.ts';
import type { Choice, Proposal } from '../core/proposal.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { COUNT_WITHIN_MS, type NumberType, PAGE_DOUBTS, type PageDoubt, riskReasons } from '../core/risk.ts';
import { isSiteEnabled } from '../core/site-rule.ts';
import { type AppState, canHandle, findRepeat } from '../core/update.ts';
import type { DialRefusal } from '../messaging/protocol.ts';
import { classify } from '../phone/classify.ts';
import { toDialString } from '../phone/dial-string.ts';
import { isEmergency } from '../phone/emergency.ts';
import type { NumberPlans } from '../phone/number-plan.ts';
import type { LinkedPbx } from '../phone/pbx-link.ts';
import { readPicked } from '../phone/picked-number.ts';
import { readTypedNumber, type TypedNumber } from '../phone/typed-number.ts';
import type { ReadAtlas } from '../storage/atlas-file.ts';
import type { Settings } from '../storage/settings.ts';
import type { Decision, Keeper } from './keeper.ts';
import type { Proposals } from './proposals.ts';
import type { Asker } from './router.ts';

export interface DialingParts {
  readonly keeper: Keeper;
  readonly proposals: Proposals;
  settings(): Promise<Settings>;
  /** Without it nothing is dialled: no number could be judged, nor written as the PBX wants it. */
  readonly atlas: ReadAtlas;
  knownCountries(): Promise<readonly string[]>;
  rememberCountry(country: string): Promise<void>;
  /** True where the user has once called from frames of `host` in pages of `top`, when asked about it. */
  isKnownFrame(host: string, top: string): Promise<boolean>;
  rememberFrame(host: string, top: string): Promise<void>;
  /** The user has said which country a site's number is of. */
  rememberSiteCountry(host: string, country: string): Promise<void>;
  /** The tab in front, where it is a private one: what is typed above it belongs to it. */
  privateTab(): Promise<number | undefined>;
  /** False when the machine has no network at all. */
  isOnline(): boolean;
  /** True when the account tells its PBX something about the page; the page's address is kept with the call only then. */
  wantsPage(settings: Settings): boolean;
  /** True when a link of this PBX and user is for the account. */
  ownsLink(settings: Settings, pbx: LinkedPbx): boolean;
  newId(): string;
  /** Tells the page that began it that its wish is over without a call. */
  tellRefused(proposal: Proposal, reason: DialRefusal['reason']): void;
}

/** The way of every wish to dial from a message to the keeper. */
export interface Dialing {
  /** `call/dial`: a click in a page, or on a number in our own surface. */
  dial(payload: Readonly<Record<string, unknown>>, asker: Asker): Promise<DialAnswer>;
  /** `ui/dial`: a number typed into our own surface. */
  dialTyped(payload: Readonly<Record<string, unknown>>): Promise<DialAnswer>;
  /** What the user picked in the browser's own menu, or by a key: a selection, a link, a field. Asks about risky numbers. */
  dialPicked(picked: Picked): Promise<DialAnswer>;
  /** `call/transfer`: a number typed into our own surface, under the same rules. Nothing is asked in a window: the refusal says what to read. */
  transfer(payload: Readonly<Record<string, unknown>>): Promise<Result<void, DialRefusal>>;
  /** `confirm/answer`: what the user said to a risky wish of a page, in our own window. */
  answer(payload: Readonly<Record<string, unknown>>): Promise<Result<void, DialRefusal>>;
}

type DialAnswer = Result<CallId, DialRefusal>;

/** A text of a page that the user picked, and where it stands. */
export interface Picked {
  readonly text: string;
  readonly requestId: string;
  readonly origin: CallOrigin;
  /** Absent where we may not know it. */
  readonly pageUrl?: string;
}

interface Typed {
  readonly typed: TypedNumber;
  readonly settings: Settings;
  readonly plans: NumberPlans;
}

/** Something to dial, checked. */
interface Wanted {
  readonly number: string;
  readonly ext?: string;
  readonly name?: string;
  readonly requestId: string;
  readonly origin?: CallOrigin;
  readonly pageUrl?: string;
}

/** The same from a page, with what only matters until the user has seen it. */
interface PageWish extends Wanted {
  readonly origin: CallOrigin;
  readonly host: string;
  readonly top?: string;
  readonly pageUrl: string;
  readonly alternatives: readonly string[];
  readonly doubts: readonly PageDoubt[];
  readonly pbx?: LinkedPbx;
  readonly isPicked?: true;
}

const E164 = /^\+\d{6,15}$/;
const SHORT = /^\d{2,6}$/;
const SIP = /^sips?:[\w.+-]{1,64}@[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?(?::\d{1,5})?$/i;
const EXTENSION = /^\d{1,8}$/;
const REQUEST_ID = /^[\w-]{1,64}$/;
const MOST_ALTERNATIVES = 3;
const LONGEST_NAME = 64;

/** Checks who wants to call whom, and from where, before anything is journalled. */
export function createDialing(parts: DialingParts): Dialing {
  const { proposals } = parts;

  async function dialFromPage(wish: PageWish): Promise<DialAnswer> {
    const { host, top, pageUrl, alternatives, pbx, isPicked, ...wanted } = wish;
    const [settings, knownCountries, doubts, judged] = await Promise.all([
      parts.settings(),
      parts.knownCountries(),
      unknownDoubts(wish),
      // Judged while the browser reads what is stored: it takes as long.
      parts.atlas().then((plans) => plans && { plans, line: lineOf(wanted.number, plans) }),
    ]);
    if (!judged) return refuse('plans-not-read');
    const { plans, line: ownLine } = judged;
    if (!isPicked && !isSiteEnabled(settings.sites, host)) return refuse('site-off');
    const isForOtherPbx = pbx !== undefined && !parts.ownsLink(settings, pbx);
    const facts = { plans, userCountry: settings.country, knownCountries, doubts, isForOtherPbx };
    const choiceOf = (number: string, state: AppState, now: number, line = lineOf(number, plans)) =>
      readChoice(number, { ...facts, ...recentDials(state, now) }, line);
    // Of a private window the PBX is told nothing but the number.
    const page = parts.wantsPage(settings) && !wanted.origin.isPrivate ? { pageUrl } : {};
    const placed = await place(
      { ...wanted, ...page },
      settings,
      plans,
      (state, now): readonly [Choice, ...Choice[]] | undefined => {
        const first = choiceOf(wanted.number, state, now, ownLine);
        if (first.reasons.length === 0) return undefined;
        return [first, ...alternatives.map((number) => choiceOf(number, state, now))];
      },
    );
    if ('ok' in placed) return placed;
    const { number: _first, ...rest } = wanted;
    const picked = isPicked ? { isPicked } : {};
    const around = top === undefined ? {} : { top };
    const proposed = await proposals.propose({ ...rest, ...page, ...picked, ...around, choices: placed.ask, host });
    // Where no window can be opened (Firefox for Android) it stays with the refusal, which says why.
    if (proposed === 'impossible') return refuse(placed.ask[0].reasons[0] ?? 'internal');
    return refuse(proposed === 'asked' ? 'waiting' : 'other-question');
  }

  /** Frames of other sites are asked about until the user has called from one there: many a CRM is made of them. */
  async function unknownDoubts({ doubts, host, top }: PageWish): Promise<readonly PageDoubt[]> {
    if (!doubts.includes('in-frame') || top === undefined) return doubts;
    return (await parts.isKnownFrame(host, top)) ? doubts.filter((doubt) => doubt !== 'in-frame') : doubts;
  }

  async function dialFromUi(wanted: Wanted, settings: Settings): Promise<DialAnswer> {
    const plans = await parts.atlas();
    if (!plans) return refuse('plans-not-read');
    const answer = await place(wanted, settings, plans, () => undefined);
    if (!('ok' in answer)) return refuse('internal');
    const { country } = wanted.number.startsWith('+') ? classify(wanted.number, plans) : {};
    // The deliberate act: from now on pages may dial this country on one click.
    const mayRemember = answer.ok && !wanted.origin?.isPrivate;
    if (mayRemember && country !== undefined) await parts.rememberCountry(country).catch(() => {});
    return answer;
  }

  /** Journals and dials, unless `mustAsk` names what the user has to be asked first. */
  function place<Ask>(
    wanted: Wanted,
    settings: Settings,
    plans: NumberPlans,
    mustAsk: (state: AppState, now: number) => Ask | undefined,
  ): Promise<DialAnswer | { readonly ask: Ask }> {
    return parts.keeper.decide((state, now): Decision<DialAnswer | { readonly ask: Ask }> => {
      const repeat = findRepeat(state, wanted, now);
      if (repeat) return { answer: repeat.requestId === wanted.requestId ? ok(repeat.id) : refuse('already-calling') };
      if (!settings.account) return { answer: refuse('no-account') };
      if (state.connection.status !== 'online' && !parts.isOnline()) return { answer: refuse('offline') };
      const ask = mustAsk(state, now);
      if (ask !== undefined) return { answer: { ask } };
      const id = parts.newId();
      const dialled = toDialString(wanted.number, settings.dialing, settings.country, plans);
      return { answer: ok(id), event: { type: 'dial', id, dialled, ...wanted } };
    });
  }

  /** What was typed into our own surface, with what it is to be judged by. */
  async function readTyped(text: unknown): Promise<Result<Typed, DialRefusal>> {
    if (typeof text !== 'string') return refuse('not-a-number');
    if (/^\s*sips?:/i.test(text)) return refuse('sip-uri');
    const settings = await parts.settings();
    const plans = await parts.atlas();
    if (!plans) return refuse('plans-not-read');
    const typed = readTypedNumber(text, settings.country, plans);
    return typed ? ok({ typed, settings, plans }) : refuse('not-a-number');
  }

  /** A feature code can only be typed, and whoever types one means it. */
  async function judgeTyped(number: string, settings: Settings, plans: NumberPlans): Promise<Choice> {
    if (/^[*#]/.test(number)) return { number, type: 'extension', reasons: [] };
    const knownCountries = await parts.knownCountries();
    const { country: userCountry } = settings;
    return readChoice(number, { plans, userCountry, knownCountries, doubts: [], recentPageDials: 0 });
  }

  async function dialConfirmed(proposal: Proposal, number: string): Promise<DialAnswer> {
    const settings = await parts.settings();
    if (!proposal.isPicked && !isSiteEnabled(settings.sites, proposal.host)) return refuse('site-off');
    const { ext, name, requestId, origin, pageUrl } = proposal;
    const rest = {
      ...(ext === undefined ? {} : { ext }),
      ...(name === undefined ? {} : { name }),
      ...(pageUrl === undefined ? {} : { pageUrl }),
    };
    return dialFromUi({ number, requestId, origin, ...rest }, settings);
  }

  return {
    async dial(payload, asker) {
      const read = readWanted(payload);
      if (!read.ok) return read;
      if (asker.kind === 'ui') return dialFromUi(read.value, await parts.settings());
      if (!asker.address) return refuse('site-off');
      const { host, href: pageUrl } = asker.address;
      const { name, pbx } = payload;
      const more = { ...readDoubts(payload), ...readName(name), ...readLink(pbx) };
      const origin = asker.isPrivate ? { ...asker.frame, isPrivate: true as const } : asker.frame;
      const around = asker.top === undefined ? {} : { top: asker.top };
      return dialFromPage({ ...read.value, ...more, ...around, origin, host, pageUrl });
    },
    async dialTyped({ text, requestId }) {
      if (!isRequestId(requestId)) return refuse('not-a-number');
      const read = await readTyped(text);
      if (!read.ok) return read;
      const { typed, settings } = read.value;
      const tabId = await parts.privateTab().catch(() => undefined);
      const origin = tabId === undefined ? {} : { origin: { tabId, frameId: 0, isPrivate: true as const } };
      return dialFromUi({ ...typed, requestId, ...origin }, settings);
    },
    async transfer({ id, text, isSure }) {
      if (typeof id !== 'string') return refuse('not-a-number');
      const read = await readTyped(text);
      if (!read.ok) return read;
      const { typed, settings, plans } = read.value;
      // Nobody is there to dial an extension after the answer.
      if (typed.ext !== undefined) return refuse('not-a-number');
      const { number } = typed;
      const choice = await judgeTyped(number, settings, plans);
      const [reason] = choice.reasons;
      if (reason !== undefined && isSure !== true) return refuse(reason);
      const dialled = toDialString(number, settings.dialing, settings.country, plans);
      const answer = await parts.keeper.decide((state): Decision<Result<CallOrigin | undefined, DialRefusal>> => {
        const call = state.calls.find((candidate) => candidate.id === id);
        if (!call || !canHandle(call, 'transfer', state.connection)) return { answer: refuse('not-now') };
        return { answer: ok(call.origin), event: { type: 'transfer', id, number, dialled } };
      });
      if (!answer.ok) return answer;
      if (!answer.value?.isPrivate && choice.country !== undefined) {
        await parts.rememberCountry(choice.country).catch(() => {});
      }
      return ok(undefined);
    },
    async dialPicked({ text, requestId, origin, pageUrl = '' }) {
      const settings = await parts.settings();
      const host = URL.canParse(pageUrl) ? new URL(pageUrl).host : '';
      const atlas = await parts.atlas();
      if (!atlas) return refuse('plans-not-read');
      const picked = readPicked(text, settings.taught.countries[host] ?? settings.country, atlas);
      if (!picked) return refuse('not-a-number');
      const wanted = readWanted({ ...picked, requestId });
      if (!wanted.ok) return wanted;
      return dialFromPage({ ...wanted.value, origin, host, pageUrl, alternatives: [], doubts: [], isPicked: true });
    },
    async answer({ id, call, number }) {
      if (typeof id !== 'string' || typeof call !== 'boolean') return refuse('unknown-request');
      const asked = await proposals.read(id);
      if (!asked) return refuse('unknown-request');
      const chosen = asked.choices.find((choice) => number === undefined || choice.number === number);
      if (call && !chosen) return refuse('not-a-number');
      const taken = await proposals.take(id);
      if (!taken) return refuse('unknown-request');
      if (!call || !chosen) {
        parts.tellRefused(taken, 'not-confirmed');
        return ok(undefined);
      }
      const answer = await dialConfirmed(taken, chosen.number);
      const isCorrection = chosen !== taken.choices[0] && chosen.country !== undefined && taken.host !== '';
      if (isCorrection && !taken.origin.isPrivate && chosen.country !== undefined) {
        await parts.rememberSiteCountry(taken.host, chosen.country).catch(() => {});
      }
      if (answer.ok) {
        if (chosen.reasons.includes('in-frame') && taken.top !== undefined && !taken.origin.isPrivate)
          await parts.rememberFrame(taken.host, taken.top).catch(() => {});
        return ok(undefined);
      }
      parts.tellRefused(taken, answer.error.reason);
      return answer;
    },
  };
}

/** True for ids as our own content script and popup make them. */
export function isRequestId(value: unknown): value is string {
  return typeof value === 'string' && REQUEST_ID.test(value);
}

function readWanted({ number, ext, requestId }: Readonly<Record<string, unknown>>): Result<Wanted, DialRefusal> {
  if (typeof number !== 'string' || !isRequestId(requestId)) return refuse('not-a-number');
  if (!E164.test(number) && !SHORT.test(number) && !SIP.test(number)) return refuse(whyNot(number));
  if (ext === undefined) return ok({ number, requestId });
  return typeof ext === 'string' && EXTENSION.test(ext) ? ok({ number, ext, requestId }) : refuse('not-a-number');
}

/** A forged message can only name more doubts, and numbers that are shown to the user before anything is dialled. */
function readDoubts({
  number,
  alternatives,
  doubts,
}: Readonly<Record<string, unknown>>): Pick<PageWish, 'alternatives' | 'doubts'> {
  const others = Array.isArray(alternatives) ? alternatives : [];
  const isNew = (other: unknown): other is string => typeof other === 'string' && E164.test(other) && other !== number;
  return {
    alternatives: [...new Set(others.filter(isNew))].slice(0, MOST_ALTERNATIVES),
    doubts: Array.isArray(doubts) ? PAGE_DOUBTS.filter((doubt) => doubts.includes(doubt)) : [],
  };
}

/** What the page calls whoever has the number: shown as such, never trusted. */
function readName(name: unknown): { readonly name?: string } {
  if (typeof name !== 'string' || name.length > LONGEST_NAME * 2) return {};
  const plain = cleanText(name, LONGEST_NAME);
  return plain === '' ? {} : { name: plain };
}

function readLink(pbx: unknown): { readonly pbx?: LinkedPbx } {
  if (typeof pbx !== 'object' || pbx === null) return {};
  const { host, user } = pbx as Readonly<Record<string, unknown>>;
  return { pbx: { host: typeof host === 'string' ? host : '', ...(typeof user === 'string' ? { user } : {}) } };
}

function whyNot(number: string): DialRefusal['reason'] {
  if (/^[*#][\d*#]*$/.test(number)) return 'feature-code';
  return /^sips?:/i.test(number) ? 'sip-uri' : 'not-a-number';
}

function readChoice(
  number: string,
  facts: Omit<Parameters<typeof riskReasons>[0], 'type' | 'country'> & { readonly plans: NumberPlans },
  line = lineOf(number, facts.plans),
): Choice {
  const kind = line ?? { type: shortType(number, facts.userCountry) };
  return { number, ...kind, reasons: riskReasons({ ...facts, ...kind }) };
}

/** Undefined for short numbers: what they are depends on where one is. */
function lineOf(number: string, plans: NumberPlans): ReturnType<typeof classify> | undefined {
  return number.startsWith('+') ? classify(number, plans) : undefined;
}

/** Three digits look like an extension; a page must not bring the police to the door on one click. */
function shortType(number: string, userCountry: string): NumberType {
  if (!SHORT.test(number)) return 'internet';
  return isEmergency(number, userCountry) ? 'emergency' : 'extension';
}

function recentDials(state: AppState, now: number): { readonly recentPageDials: number } {
  const isRecent = (call: AppState['calls'][number]) =>
    call.origin !== undefined && now - call.startedAt < COUNT_WITHIN_MS;
  return { recentPageDials: state.calls.filter(isRecent).length };
}

function refuse(reason: DialRefusal['reason']): { readonly ok: false; readonly error: DialRefusal } {
  return fail({ reason });
}
