import type { Call, EpochMs, PbxCall, PbxCallId } from '../../core/calls.ts';
import type { Presence } from '../../core/presence.ts';
import { asFlag, asObject, asObjects, asWord, type Json, readJson } from '../frames.ts';

/** Who we are at the PBX. `isDomainConfirmed`: the PBX itself has used this tenant name, so another name is another tenant. */
export interface VodiaSelf {
  readonly extension: string;
  readonly domain: string;
  readonly isDomainConfirmed: boolean;
  /** Other extensions of the tenant, as far as the PBX has named them: their calls are not ours, whatever their names look like. */
  readonly colleagues?: ReadonlySet<string>;
}

/** One call of our own extension. `start` tells two calls apart that were given the same id. */
export interface VodiaCall {
  readonly id: PbxCallId;
  readonly number?: string;
  readonly name?: string;
  readonly direction?: Call['direction'];
  readonly change: Exclude<PbxCall['change'], { readonly to: 'ended' }>;
  readonly start?: string;
  /** The entry names nobody: word of a call we know already, else nothing. */
  readonly isNameless?: boolean;
}

/** More than this is no phone's business but an attack on the popup. */
const MOST_CALLS = 50;
const MOST_PEOPLE = 2_000;
const LONGEST_ID = 200;
const LONGEST_NUMBER = 64;
const LONGEST_NAME = 100;

export type VodiaFrame =
  /** Calls of our own extension; all of them, or only what changed (the documents do not say). */
  | { readonly type: 'calls'; readonly calls: readonly VodiaCall[] }
  | { readonly type: 'people'; readonly people: readonly Presence[]; readonly confirmsDomain: boolean }
  /** A sign of life and nothing more: WebRTC frames, chat, other tenants, words we do not know. */
  | { readonly type: 'other' };

/**
 * Reads one frame of Vodia's socket. Pure; never throws; whatever is not understood is `other`.
 * @param now - to drop times that lie ahead (a PBX clock that runs fast)
 * Source: vendor's pages "WebSocket" and "Click to Dial"; field names beyond them as seen in the vendor's own portal.
 */
export function parseFrame(text: string, self: VodiaSelf, now: EpochMs): VodiaFrame {
  const frame = asObject(readJson(text));
  if (!frame || isForeign(frame, self)) return { type: 'other' };
  switch (frame.action) {
    case 'call-state':
      // The documents print one object, the sample loops over a list; missing means none. Anything else says nothing about calls.
      return typeof (frame.calls ?? []) === 'object'
        ? { type: 'calls', calls: readCalls(frame.calls, self, now) }
        : { type: 'other' };
    case 'user-state': {
      const people = readPeople([frame], self);
      const named = asWord(frame.domain);
      const confirmsDomain =
        people.some((person) => person.isOwn) && named !== undefined && isSameName(named, self.domain);
      return { type: 'people', people, confirmsDomain };
    }
    case 'domain-state':
      return {
        type: 'people',
        people: readPeople(asObjects(frame.accounts), self, readBusy(frame.calls, self)),
        confirmsDomain: false,
      };
    default:
      return { type: 'other' };
  }
}

function isForeign(entry: Json, self: VodiaSelf): boolean {
  const domain = asWord(entry.domain);
  // The documents show `localhost` as the domain of a PBX with one tenant.
  return domain !== undefined && !isSameName(domain, self.domain) && domain !== 'localhost';
}

/** Tenants have names like hosts: case does not count. */
function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function readCalls(value: unknown, self: VodiaSelf, now: EpochMs): readonly VodiaCall[] {
  return asObjects(value)
    .map((entry) => readCall(entry, self, now))
    .filter((call) => call !== undefined)
    .slice(0, MOST_CALLS);
}

function readCall(entry: Json, self: VodiaSelf, now: EpochMs): VodiaCall | undefined {
  const id = asWord(entry.id);
  if (id === undefined || id.length > LONGEST_ID || isForeign(entry, self)) return undefined;
  const from = readParty(entry, 'from');
  const to = readParty(entry, 'to');
  if (!isOwnCall(entry, from, to, self)) return undefined;
  const isIncoming = to.number === self.extension && from.number !== self.extension;
  const other = isIncoming ? from : to;
  const start = asWord(entry.start)?.slice(0, LONGEST_NUMBER);
  return {
    id,
    ...(other.number === undefined ? {} : { number: other.number }),
    ...(other.name === undefined ? {} : { name: other.name }),
    ...(isIncoming ? { direction: 'incoming' } : from.number === self.extension ? { direction: 'outgoing' } : {}),
    change: readChange(entry, now),
    ...(start === undefined ? {} : { start }),
    ...(from.number === undefined && to.number === undefined ? { isNameless: true } : {}),
  };
}

interface Party {
  readonly number?: string;
  readonly name?: string;
  readonly domain?: string;
}

/** A party as `"Name" <sip:num@domain>`, `sip:num@domain` or a bare number, and the same in parts where the PBX gives them. */
function readParty(entry: Json, side: 'from' | 'to'): Party {
  const written = asWord(entry[side])?.slice(0, 400) ?? '';
  // No two parts of this pattern can match the same character: hostile text is read in linear time.
  const [, quoted, plain, inside] = /^(?:"([^"]*)"\s*|([^<"]*))<([^>]*)>/.exec(written) ?? [];
  const [uri = ''] = (inside ?? written).replace(/^(?:sips?|tel):/i, '').split(/[;?]/, 1);
  const [user, domain] = uri.split('@', 2);
  const number = asWord(entry[`${side}-number`]) ?? asWord(user);
  const name = asWord(entry[`${side}-name`]) ?? asWord(quoted) ?? asWord(plain);
  return {
    ...(number === undefined ? {} : { number: number.slice(0, LONGEST_NUMBER) }),
    ...(name === undefined ? {} : { name: name.slice(0, LONGEST_NAME) }),
    ...(domain === undefined || domain === '' ? {} : { domain }),
  };
}

/**
 * Whether a call is of our own extension. A colleague's call must never be taken for ours: it would be hung up in our name.
 * An extension of our number in another tenant is a stranger's. Then the list of extensions decides where there is one; else one party
 * must be us; where both are outside numbers the call is ours, since the socket is.
 */
function isOwnCall(entry: Json, from: Party, to: Party, self: VodiaSelf): boolean {
  const named = [from, to].filter((party) => party.number === self.extension);
  const isNamed = named.some(({ domain }) => !self.isDomainConfirmed || !domain || isSameHost(domain, self.domain));
  if (named.length > 0 && !isNamed) return false;
  const involved = readExtensions(entry.extension);
  if (involved.length > 0) return involved.includes(self.extension);
  return isNamed || [from, to].every(({ number }) => number === undefined || isOutside(number, self));
}

/** A number of the public network: long, without letters, and nobody's of our tenant. */
function isOutside(number: string, self: VodiaSelf): boolean {
  return number.replace(/\D/g, '').length >= 7 && !/\p{L}/u.test(number) && !self.colleagues?.has(number);
}

/** Entries may carry a `*` mark. */
function readExtensions(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list
    .map((item) => asWord(item)?.replace(/\*/g, ''))
    .filter((item) => item !== undefined && item !== '') as string[];
}

function isSameHost(domain: string, own: string): boolean {
  return isSameName(domain, own) || domain === 'localhost' || /^[\d.]+(:\d+)?$/.test(domain);
}

function readChange(entry: Json, now: EpochMs): VodiaCall['change'] {
  const word = (asWord(entry.callstate) ?? asWord(entry.state) ?? '').toLowerCase();
  const connected = Number(asWord(entry.connect) ?? Number.NaN) * 1000;
  const since = connected > 0 && connected <= now ? { since: connected } : {};
  switch (word) {
    case 'ringing':
    case 'alerting':
    case 'ringback':
      // The words do not tell whose phone rings.
      return { to: 'ringing', leg: 'own-phone' };
    case 'connected':
      return { to: 'talking', ...since };
    case 'onhold':
    case 'holding':
      return { to: 'held', ...since };
    default:
      return connected > 0 ? { to: 'talking', ...since } : { to: 'alive' };
  }
}

/** Our own extension comes first: whoever keeps only some keeps us. */
function readPeople(accounts: readonly Json[], self: VodiaSelf, busy?: ReadonlySet<string>): readonly Presence[] {
  const people = accounts
    .filter((account) => !isForeign(account, self))
    .filter((account) => account.type === undefined || account.type === 'extensions')
    .map((account) => readPerson(account, self, busy))
    .filter((person) => person !== undefined);
  return [...people.filter((person) => person.isOwn), ...people.filter((person) => !person.isOwn)].slice(
    0,
    MOST_PEOPLE,
  );
}

function readPerson(account: Json, self: VodiaSelf, busy?: ReadonlySet<string>): Presence | undefined {
  const [extension, tenant] = asWord(account.account)?.split('@', 2) ?? [];
  if (extension === undefined || extension === '' || extension.length > LONGEST_NUMBER) return undefined;
  if (tenant !== undefined && !isSameHost(tenant, self.domain)) return undefined;
  const name = asWord(account.name);
  const registered = asFlag(account.registered);
  const doNotDisturb = asFlag(account.dnd);
  const chat = account.chatstatus;
  const inCall = readInCall(account.calls) ?? busy?.has(extension);
  return {
    extension,
    isOwn: extension === self.extension,
    ...(name === undefined ? {} : { name: name.slice(0, LONGEST_NAME) }),
    ...(registered === undefined ? {} : { registered }),
    ...(doNotDisturb === undefined ? {} : { doNotDisturb }),
    ...(inCall === undefined ? {} : { inCall }),
    ...(chat === 'online' || chat === 'offline' ? { chat } : {}),
  };
}

/** An account's own calls, as a list, one call, their number, or a claim. */
function readInCall(calls: unknown): boolean | undefined {
  if (Array.isArray(calls)) return calls.length > 0;
  if (asObject(calls)) return true;
  const count = asWord(calls);
  return count === undefined || !/^\d+$/.test(count) ? asFlag(calls) : Number(count) > 0;
}

/** Who takes part in the calls of the tenant, where the PBX lists them beside the accounts. */
function readBusy(calls: unknown, self: VodiaSelf): ReadonlySet<string> | undefined {
  if (typeof calls !== 'object' || calls === null) return undefined;
  const busy = asObjects(calls)
    .filter((entry) => !isForeign(entry, self))
    .flatMap((entry) => [
      ...readExtensions(entry.extension),
      ...[readParty(entry, 'from'), readParty(entry, 'to')]
        .filter(({ domain }) => domain === undefined || isSameHost(domain, self.domain))
        .map(({ number }) => number),
    ]);
  return new Set(busy.filter((number) => number !== undefined));
}
