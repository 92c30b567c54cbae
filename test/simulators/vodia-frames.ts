import type { SimCall } from './call-engine.ts';
import type { VodiaVariants } from './vodia-variants.ts';

/** A user of the simulated PBX. */
export interface VodiaUser {
  readonly extension: string;
  readonly tenant: string;
  readonly name: string;
  password: string;
  registered: boolean;
  dnd: boolean;
}

/** The calls as a pushed `call-state` frame. */
export function callState(entries: readonly object[], variants: VodiaVariants): object {
  const frame = { action: 'call-state' };
  if (entries.length === 0 && variants.emptyCalls === 'missing') return frame;
  if (entries.length === 0 && variants.emptyCalls === 'null') return { ...frame, calls: null };
  if (entries.length === 1 && variants.callsShape === 'object') return { ...frame, calls: entries[0] };
  return { ...frame, calls: entries };
}

/** One call as an entry of `call-state`. `name` is the agent's. */
export function callEntry(call: SimCall, wireId: number, name: string, variants: VodiaVariants): object {
  const own = { number: call.agent, name };
  const other = { number: rewritten(call.number, variants), name: call.name ?? '' };
  const [from, to] = call.direction === 'outgoing' ? [own, other] : [other, own];
  const word = stateWord(call, variants);
  const base = {
    id: variants.idType === 'number' ? wireId : String(wireId),
    ...(variants.stateField === 'state' ? {} : { callstate: word }),
    ...(variants.stateField === 'callstate' ? {} : { state: word }),
  };
  if (variants.entryFields === 'plain') return { ...base, from: from.number, to: to.number };
  return {
    ...base,
    from: address(from, call.tenant),
    to: address(to, call.tenant),
    'from-number': from.number,
    'from-name': from.name,
    ...(variants.toNumber === 'absent' ? {} : { 'to-number': to.number, 'to-name': to.name }),
    extension: [`${call.agent}*`],
    start: String(Math.floor(call.startedAt / 1000)),
    connect: call.talkingSince === undefined ? '' : String(Math.floor(call.talkingSince / 1000)),
    cmc: '',
    rec: '',
  };
}

/** The state of everybody, sent when a socket opens. */
export function domainState(
  users: readonly VodiaUser[],
  busy: ReadonlySet<string>,
  entries: readonly object[],
): object {
  return {
    action: 'domain-state',
    messages: [],
    calls: entries,
    accounts: [
      ...users.map((user) => account(user, busy.has(user.extension))),
      { account: '700', name: 'Sales queue', type: 'acds' },
      { account: '800', name: 'Welcome', type: 'attendants' },
    ],
  };
}

export function userState(user: VodiaUser, isBusy: boolean): object {
  return { action: 'user-state', domain: user.tenant, ...account(user, isBusy) };
}

/** Frames that belong to the WebRTC phone or to nobody: a client of ours must let them pass. */
export function noiseFrames(tenant: string): readonly string[] {
  return [
    { sdp: 'v=0', callid: 'x1' },
    { candidate: { candidate: 'candidate:1 1 udp 1 192.0.2.1 1 typ host' } },
    { ringtones: ['classic'] },
    { change: true },
    { action: 'callerid', callid: '99', name: 'Nobody', number: '16175550199' },
    { action: 'blf', account: '47', state: 'idle' },
    { action: 'chat', from: '47', text: 'lunch?' },
    { action: 'user-change', domain: tenant },
    { action: 'something-new', calls: [{ id: 'not-a-call' }] },
    { action: 'user-state', type: 'extensions', account: '47', domain: 'other.example', registered: false, dnd: true },
  ].map((frame) => JSON.stringify(frame));
}

function account(user: VodiaUser, isBusy: boolean): object {
  return {
    type: 'extensions',
    account: user.extension,
    name: user.name,
    registered: user.registered,
    chatstatus: user.registered ? 'online' : 'offline',
    dnd: user.dnd,
    calls: isBusy ? 1 : 0,
  };
}

function address(party: { readonly number: string; readonly name: string }, tenant: string): string {
  const uri = `<sip:${party.number}@${tenant}>`;
  return party.name === '' ? uri : `"${party.name.replaceAll('"', "'")}" ${uri}`;
}

function rewritten(number: string, variants: VodiaVariants): string {
  const digits = number.replace(/\D/g, '');
  switch (variants.toNumber) {
    case 'prefix-9':
      return `9${digits}`;
    case 'no-plus':
      return digits;
    case 'national':
      return digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
    default:
      return number;
  }
}

function stateWord(call: SimCall, variants: VodiaVariants): string {
  switch (call.phase) {
    case 'talking':
      return 'connected';
    case 'held':
      return variants.heldWord;
    case 'agent-ringing':
      return call.direction === 'incoming' ? 'alerting' : 'ringing';
    default:
      return variants.afterAgentAnswers;
  }
}
