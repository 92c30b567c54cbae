import type { AccountValues, DialingRule, FieldProblem, FieldProblems } from '../core/account.ts';
import type { AccountTest } from '../core/account-test.ts';
import type { EndpointAnswer, EndpointWish } from '../core/call-endpoint.ts';
import type { CallId, EpochMs } from '../core/calls.ts';
import type { PbxError } from '../core/connection.ts';
import type { Preferences } from '../core/preferences.ts';
import type { Proposal } from '../core/proposal.ts';
import type { Result } from '../core/result.ts';
import type { PageDoubt, RiskReason } from '../core/risk.ts';
import type { SiteRule } from '../core/site-rule.ts';
import type { PageLesson, Taught } from '../core/taught.ts';
import type { Atlas } from '../phone/atlas.ts';
import type { LinkedPbx } from '../phone/pbx-link.ts';

interface Ask<Payload, Reply> {
  readonly payload: Payload;
  readonly reply: Reply;
}

/** What a content script may ask. No secret in, no secret out; tab, frame and host come from the sender's record. */
export interface FromPage {
  /** Asked once a frame shows what may be a number: most pages never need the atlas. */
  'page/settings': Ask<Empty, PageStart>;
  /**
   * Answers once the intent is saved (or refused); how the call goes on is told by `page/call`. Refused as `waiting`: it is risky, our own
   * window asks the user, and what comes of it is told the same way.
   */
  'call/dial': Ask<DialPayload, Result<CallId, DialRefusal>>;
  /** Only for a call, or a question to the user, that the same frame began. */
  'call/cancel': Ask<{ readonly requestId: string }, Result<void, DialRefusal>>;
  /** The right mouse button went down: what the menu is about to be seen for. */
  'page/pointed': Ask<PointedPlace, void>;
}

/** What a page's frame says about the place that was right-clicked. */
export interface PointedPlace {
  /** The number there, as the page shows it. */
  readonly text?: string;
  readonly offers: 'teach-phone' | 'teach-none' | 'neither';
}

/** What our own pages (popup, options, confirm) may ask besides. */
export interface FromUi extends FromPage {
  /** A number typed or chosen in our own surface: the deliberate act itself. */
  'ui/dial': Ask<{ readonly text: string; readonly requestId: string }, Result<CallId, DialRefusal>>;
  /** What our window is to ask the user; refused once it is over. */
  'confirm/read': Ask<{ readonly id: string }, Result<Proposal, DialRefusal>>;
  /** The second, deliberate act. `number` is one of the proposal's choices, its first when absent. */
  'confirm/answer': Ask<
    { readonly id: string; readonly call: boolean; readonly number?: string },
    Result<void, DialRefusal>
  >;
  'call/hang-up': Ask<{ readonly id: CallId }, Result<void, PbxError>>;
  /** Refused unless the call stands so that this means something now. What came of it is told by the state. */
  'call/hold': Ask<{ readonly id: CallId; readonly want: 'hold' | 'resume' }, Result<void, PbxError>>;
  /**
   * Hands the other party over to a number typed or chosen in our own surface. A number that speaks against it is refused with the reason,
   * unless `isSure`: the user has read it.
   */
  'call/transfer': Ask<
    { readonly id: CallId; readonly text: string; readonly isSure?: true },
    Result<void, DialRefusal>
  >;
  'call/dismiss': Ask<{ readonly id: CallId }, void>;
  /** The user looks at us: a wait is cut short, and a line that was silent for long is asked whether it lives. */
  'connection/nudge': Ask<Empty, void>;
  /** Try to connect now; also the only way out of `blocked`. */
  'connection/retry': Ask<Empty, void>;
  /** Blank secrets stand for the saved ones of the same vendor. Steps are published one by one, see `accountTestItem`. */
  'account/test': Ask<{ readonly vendor: string; readonly values: AccountValues }, AccountTest>;
  /** Looks after the click-to-call endpoints of an account, saved or not; blank secrets as above. */
  'account/endpoints': Ask<
    { readonly vendor: string; readonly values: AccountValues; readonly wish: EndpointWish },
    Result<EndpointAnswer, PbxError>
  >;
  /** Secrets go in and never come out; without `remember` until the browser closes. On failure: message keys by field key. */
  'account/save': Ask<
    { readonly vendor: string; readonly values: AccountValues; readonly remember: boolean },
    Result<void, FieldProblems>
  >;
  /** Ends the PBX session and removes account, secrets and our cookies. */
  'account/remove': Ask<Empty, void>;
  'settings/change': Ask<SettingsChange, Stored>;
  /** Takes back a lesson (`text`), sets a site's country to that of a number (E.164), or takes the country back. */
  'taught/change': Ask<{ readonly host: string; readonly text?: string; readonly number?: string }, Stored>;
  /** Removes one call from the list of recent calls, or all of them. */
  'recent/forget': Ask<{ readonly id?: CallId }, void>;
  /** `text` is a settings file. Nothing changes when it is refused. */
  'settings/import': Ask<{ readonly text: string }, Result<void, ImportProblem>>;
  /** The settings file as text, without secrets. */
  'settings/export': Ask<Empty, string>;
}

/** What our background and our own pages may ask a content script. */
export interface ToPage {
  'page/numbers': Ask<Empty, PageNumbers>;
  'page/settings-changed': Ask<PageSettings, void>;
  /** Moves the keyboard to the next number of the page. */
  'page/next-number': Ask<Empty, void>;
  /** How a call that this frame began stands. */
  'page/call': Ask<PageCall, void>;
}

export type Empty = Readonly<Record<string, never>>;

export interface PageSettings {
  /** False: this site is switched off. */
  readonly decorate: boolean;
  /** ISO 3166-1 alpha-2, for numbers without `+` where the page gives no better evidence. */
  readonly country: string;
  /** False while no account is set: links then behave as without us. Absent means true. */
  readonly hasAccount?: boolean;
  /** A plain click on a marked number acts like its button: chosen by the user for this site. */
  readonly callsOnClick?: true;
  /** The call buttons that the page brings along (`<pbxcall number>`) are left to its own script. */
  readonly leavesOwnButtons?: true;
  /** The country the user has named for this site; nothing else counts then. */
  readonly siteCountry?: string;
  /** What the user has said about numbers of this site. */
  readonly lessons?: readonly PageLesson[];
  /** The PBX takes no more calls until then. */
  readonly pausedUntil?: EpochMs;
}

/** The answer to the first question of a frame. Later changes are told without the atlas, which the frame keeps. */
export interface PageStart extends PageSettings {
  /** Absent where the site is switched off. */
  readonly atlas?: Atlas;
}

export interface DialPayload {
  /** E.164, or a short internal extension (2 to 6 digits); a SIP address only after a question. Nothing else is dialled for a page. */
  readonly number: string;
  readonly ext?: string;
  /** Whose number it is, as the page shows it; plain text, at most 64 characters. */
  readonly name?: string;
  /** It stands in a link that makes this PBX call; another PBX or extension than ours is asked about. */
  readonly pbx?: LinkedPbx;
  /** Other numbers that may be meant (E.164), for the user to choose from when asked. */
  readonly alternatives?: readonly string[];
  /** What the content script saw that speaks against one click. It adds to what the background finds, and takes nothing away. */
  readonly doubts?: readonly PageDoubt[];
  /** Made at the click. */
  readonly requestId: string;
}

/** Why nothing was dialled; the words are in `_locales` under `refused_<reason>`. */
export interface DialRefusal {
  readonly reason:
    | 'no-account'
    | 'not-a-number'
    | 'site-off'
    | 'already-calling'
    | 'offline'
    | 'unknown-request'
    | 'not-our-call'
    /** The file of number plans could not be read, so no number can be judged. */
    | 'plans-not-read'
    /** The call does not stand so that it can be transferred. */
    | 'not-now'
    | 'feature-code'
    /** Risky, and our own window asks the user now. */
    | 'waiting'
    /** Risky, and our own window asks about something else. */
    | 'other-question'
    /** The user said no, or nothing. */
    | 'not-confirmed'
    /** Risky, where no window can be opened. */
    | RiskReason
    | 'internal';
  /** For people who look closer; never a secret. */
  readonly detail?: string;
}

export interface SettingsChange {
  readonly country?: string;
  readonly sites?: SiteRule;
  readonly dialing?: DialingRule;
  readonly alerts?: Preferences['alerts'];
  readonly screenPop?: Preferences['screenPop'];
  readonly recentCalls?: Preferences['recentCalls'];
  readonly taught?: Taught;
}

/** `not-stored`: the browser did not keep it, as on a full disk. Nothing has changed. */
export type Stored = Result<void, 'not-stored'>;

/** Where a settings file is wrong; `line` counts from 1 where the text is not JSON. */
export interface ImportProblem {
  readonly problem:
    | 'not-json'
    | 'not-ours'
    | 'too-large'
    | 'wrong-type'
    | 'unknown-vendor'
    | 'account-incomplete'
    | 'not-stored';
  /** Where the text stops being JSON, or where the wrong value stands; from 1. */
  readonly line?: number;
  /** Path of the wrong value, e.g. `sites.mode`. */
  readonly path?: string;
  /** What is wrong with an account's value, as `PbxAdapter.check` says it. */
  readonly why?: FieldProblem;
}

/** Answer to `page/numbers`: numbers of one frame in document order, also those outside the view. */
export interface PageNumbers {
  /** False when the first pass over the page was not done within 5 s. */
  readonly complete: boolean;
  readonly numbers: readonly PageNumber[];
  /** The page has changed so much for some seconds that it is looked at less often. */
  readonly restless?: true;
}

export interface PageNumber {
  readonly e164?: string;
  /** What would be dialled where that is no E.164: short extension, SIP URI. */
  readonly dial?: string;
  readonly ext?: string;
  /** As it stands on the page. */
  readonly text: string;
  readonly source: 'text' | 'link' | 'field' | 'embed';
  readonly kind: 'phone' | 'fax';
  /** Other E.164 readings when the country is in doubt. */
  readonly alternatives?: readonly string[];
  /** Bounding box in CSS pixels of the frame's viewport. */
  readonly rect: Box;
  /** Of the call button, while it is drawn. */
  readonly button?: Box;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A call (or a wish for one) as the frame that began it may know it: no name, nothing of other calls. */
export interface PageCall {
  readonly requestId: string;
  readonly phase: 'requested' | 'ringing' | 'talking' | 'held' | 'ended';
  /** Plain words for the button's tooltip, in the user's language. */
  readonly words: string;
  readonly canCancel: boolean;
}
