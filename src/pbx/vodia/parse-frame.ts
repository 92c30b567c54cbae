import type { Call, EpochMs, PbxCall, PbxCallId } from '../../core/calls.ts';
import type { Presence } from '../../core/presence.ts';
import { asFlag, asObject, asObjects, asWord, type Json, readJson } from '../frames.ts';

/** Who we are at the PBX. `isDomainConfirmed`: the PBX itself has used this tenant name, so another name is another tenant. */
export interface VodiaSelf {
  readonly extension: string;
  readonly domain: string;
  readonly isDomainConfirmed: boolean;
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
      // The documents print one object, the sample loops over a list; missing means none.
      return { type: 'calls', calls: readCalls(frame.calls, self, now) };
    case 'user-state': {
      const people = readPeople([frame], self);
      const confirmsDomain = people.some((person) => person.isOwn) && frame.domain === self.domain;
      return { type: 'people', people, confirmsDomain };
    }
    case 'domain-state':
      return { type: 'people', people: readPeople(asObjects(frame.accounts), self), confirmsDomain: false };
    default:
      return { type: 'other' };
  }
}

function isForeign(entry: Json, self: VodiaSelf): boolean {
  const domain = asWord(entry.domain);
  // The documents show `localhost` as the domain of a PBX with one tenant.
  return domain !== undefined && domain !== self.domain && domain !== 'localhost';
}

function readCalls(value: unknown, self: VodiaSelf, now: EpochMs): readonly VodiaCall[] {
  return asObjects(value)
    .map((entry) => readCall(entry, self, now))
    .filter((call) => call !== undefined);
}

function readCall(entry: Json, self: VodiaSelf, now: EpochMs): VodiaCall | undefined {
  const id = asWord(entry.id);
  if (id === undefined || isForeign(entry, self)) return undefined;
  const from = readParty(entry, 'from');
  const to = readParty(entry, 'to');
  if (!isOwnCall(entry, from, to, self)) return undefined;
  const isIncoming = to.number === self.extension && from.number !== self.extension;
  const other = isIncoming ? from : to;
  const start = asWord(entry.start);
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
  const [, quoted, plain, inside] = /^(?:"([^"]*)"|([^<"]*))\s*<([^>]*)>/.exec(written) ?? [];
  const uri = (inside ?? written).replace(/^sips?:/i, '').replace(/[;?].*$/, '');
  const [user, domain] = uri.split('@', 2);
  const number = asWord(entry[`${side}-number`]) ?? asWord(user);
  const name = asWord(entry[`${side}-name`]) ?? asWord(quoted) ?? asWord(plain);
  return {
    ...(number === undefined ? {} : { number }),
    ...(name === undefined ? {} : { name }),
    ...(domain === undefined || domain === '' ? {} : { domain }),
  };
}

/**
 * Whether a call is of our own extension. A colleague's call must never be taken for ours: it would be hung up in our name.
 * The list of extensions decides where there is one; else one party must be us; where both parties are outside numbers the call is
 * ours, since the socket is.
 */
function isOwnCall(entry: Json, from: Party, to: Party, self: VodiaSelf): boolean {
  const involved = readExtensions(entry.extension);
  if (involved.length > 0) return involved.includes(self.extension);
  const own = [from, to].find((party) => party.number === self.extension);
  if (own) return !self.isDomainConfirmed || own.domain === undefined || isSameHost(own.domain, self.domain);
  return ![from, to].some((party) => party.number !== undefined && /^\d{1,6}$/.test(party.number));
}

/** Entries may carry a `*` mark. */
function readExtensions(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list
    .map((item) => asWord(item)?.replace(/\*/g, ''))
    .filter((item) => item !== undefined && item !== '') as string[];
}

function isSameHost(domain: string, own: string): boolean {
  return domain === own || domain === 'localhost' || /^[\d.]+(:\d+)?$/.test(domain);
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

function readPeople(accounts: readonly Json[], self: VodiaSelf): readonly Presence[] {
  return accounts
    .filter((account) => !isForeign(account, self))
    .filter((account) => account.type === undefined || account.type === 'extensions')
    .map((account) => readPerson(account, self))
    .filter((person) => person !== undefined);
}

function readPerson(account: Json, self: VodiaSelf): Presence | undefined {
  const extension = asWord(account.account);
  if (extension === undefined || extension.length > 64) return undefined;
  const name = asWord(account.name);
  const registered = asFlag(account.registered);
  const doNotDisturb = asFlag(account.dnd);
  const chat = account.chatstatus;
  const inCall = readInCall(account.calls);
  return {
    extension,
    isOwn: extension === self.extension,
    ...(name === undefined ? {} : { name: name.slice(0, 100) }),
    ...(registered === undefined ? {} : { registered }),
    ...(doNotDisturb === undefined ? {} : { doNotDisturb }),
    ...(inCall === undefined ? {} : { inCall }),
    ...(chat === 'online' || chat === 'offline' ? { chat } : {}),
  };
}

function readInCall(calls: unknown): boolean | undefined {
  if (Array.isArray(calls)) return calls.length > 0;
  const count = asWord(calls);
  return count === undefined || !/^\d+$/.test(count) ? undefined : Number(count) > 0;
}
