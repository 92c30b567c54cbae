import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { EpochMs } from '../core/calls.ts';
import { asObject, asWord, readJson } from '../core/json.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { AgentId } from './agent.ts';
import type { RelayClock } from './clock.ts';
import type { RefreshCall } from './config.ts';
import type { RelayLog } from './log.ts';
import type { RelayMetrics } from './metrics.ts';

/** What an agent's browser is given: good until `expiresAt`. */
export interface AccessToken {
  readonly accessToken: string;
  readonly expiresAt: EpochMs;
}

/** `none`: no refresh token of this agent lies here. `refused`: the vendor takes it no more, the agent has to be activated anew. */
export type NoToken = 'none' | 'refused' | 'unreachable';

interface Entry {
  readonly refreshToken: string;
  readonly accessToken?: string;
  readonly expiresAt?: EpochMs;
}

/** A token that runs out within this time is renewed before it is given away. */
const RENEW_BEFORE_MS = 60_000;
/** Where the vendor does not say how long a token lives. */
const DEFAULT_LIFE_MS = 5 * 60_000;
const ANSWER_WITHIN_MS = 10_000;
/** A refresh that failed for no reason of the token's is tried again after this at the earliest. */
const PAUSE_MS = 10_000;

/**
 * Holds the rotating refresh tokens of Call Control v3, in a file of its own, and gets access tokens by them. Only one process may hold
 * such a file: a refresh token that is used twice makes the vendor revoke all that came of it.
 */
export class TokenKeeper {
  readonly #file: string;
  readonly #call: RefreshCall;
  readonly #clock: RelayClock;
  readonly #log: RelayLog;
  readonly #metrics: RelayMetrics;
  readonly #entries: Map<string, Entry>;
  readonly #underWay = new Map<string, Promise<Result<AccessToken, NoToken>>>();
  readonly #refused = new Set<string>();
  readonly #renewedAt = new Map<string, EpochMs>();
  readonly #pausedUntil = new Map<string, EpochMs>();
  #saving: Promise<void> = Promise.resolve();

  /** Throws where the file cannot be read: a relay that cannot hold its tokens must not start. */
  constructor(file: string, call: RefreshCall, world: { clock: RelayClock; log: RelayLog; metrics: RelayMetrics }) {
    this.#file = file;
    this.#call = call;
    this.#clock = world.clock;
    this.#log = world.log;
    this.#metrics = world.metrics;
    this.#entries = readEntries(readFileSync(file, 'utf8'));
  }

  /**
   * An access token that is good for a while; asked for at the vendor only where there is none.
   * @param refused - one that the vendor takes no more, though it should be good: it is replaced, unless it was given just now
   */
  async tokenFor(agent: AgentId, refused?: string): Promise<Result<AccessToken, NoToken>> {
    const key = `${agent.tenant}/${agent.extension}`;
    const entry = this.#entries.get(key);
    if (!entry) return fail('none');
    const { accessToken, expiresAt = 0 } = entry;
    const now = this.#clock.now();
    const isOut = accessToken === refused && now - (this.#renewedAt.get(key) ?? 0) > PAUSE_MS;
    if (accessToken !== undefined && !isOut && expiresAt - now > RENEW_BEFORE_MS) return ok({ accessToken, expiresAt });
    if (this.#refused.has(entry.refreshToken)) return fail('refused');
    if (now < (this.#pausedUntil.get(key) ?? 0)) return fail('unreachable');
    const running = this.#underWay.get(key) ?? this.#refresh(key, entry, agent);
    this.#underWay.set(key, running);
    return running;
  }

  /** Resolves once everything is on disk. */
  close(): Promise<void> {
    return this.#saving;
  }

  async #refresh(key: string, entry: Entry, agent: AgentId): Promise<Result<AccessToken, NoToken>> {
    try {
      const result = await this.#askVendor(entry, agent);
      if (!result.ok) {
        if (result.error === 'refused') this.#refused.add(entry.refreshToken);
        else this.#pausedUntil.set(key, this.#clock.now() + PAUSE_MS);
        this.#metrics.refresh(result.error === 'refused' ? 'refused' : 'failed');
        this.#log.warn({ outcome: result.error }, 'no access token');
        return result;
      }
      this.#entries.set(key, result.value);
      this.#renewedAt.set(key, this.#clock.now());
      // On disk before anybody uses it: the old refresh token is worth nothing any more.
      await this.#save();
      this.#metrics.refresh('done');
      return ok({ accessToken: result.value.accessToken, expiresAt: result.value.expiresAt });
    } finally {
      this.#underWay.delete(key);
    }
  }

  async #askVendor(entry: Entry, agent: AgentId): Promise<Result<Required<Entry>, NoToken>> {
    const { url, headers, body, accessToken, refreshToken, expiresIn } = this.#call;
    const known: Readonly<Record<string, string>> = {
      refreshToken: entry.refreshToken,
      tenantId: agent.tenant,
      extension: agent.extension,
    };
    const filled = Object.fromEntries(
      Object.entries(body.values).map(([name, text]) => [
        name,
        text.replace(/\{(\w+)\}/g, (all, word) => known[word] ?? all),
      ]),
    );
    const isForm = body.as === 'form';
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
          ...headers,
        },
        body: isForm ? new URLSearchParams(filled).toString() : JSON.stringify(filled),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const said = readJson(await answer.text());
      if (answer.status === 400 || answer.status === 401 || answer.status === 403) return fail('refused');
      const token = answer.ok ? wordAt(said, accessToken) : undefined;
      if (token === undefined) return fail('unreachable');
      const seconds = Number(wordAt(said, expiresIn) ?? 0);
      const lifeMs = seconds > 0 ? seconds * 1000 : DEFAULT_LIFE_MS;
      return ok({
        accessToken: token,
        refreshToken: wordAt(said, refreshToken) ?? entry.refreshToken,
        expiresAt: this.#clock.now() + lifeMs,
      });
    } catch {
      // The request may have arrived and its answer be lost. The old token is all there is, so it is tried again.
      return fail('unreachable');
    }
  }

  /** One write after the other, each whole or not at all. */
  #save(): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      const beside = `${this.#file}.new`;
      const handle = await open(beside, 'w', 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(Object.fromEntries(this.#entries), null, 2)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(beside, this.#file);
    });
    return this.#saving.catch((error: NodeJS.ErrnoException) => {
      this.#saving = Promise.resolve();
      this.#log.error({ code: error.code }, 'the token file could not be written');
    });
  }
}

function readEntries(text: string): Map<string, Entry> {
  const entries = Object.entries(asObject(readJson(text)) ?? {}).map(([key, value]): [string, Entry] | undefined => {
    const entry = asObject(value);
    const refreshToken = asWord(entry?.refreshToken);
    const accessToken = asWord(entry?.accessToken);
    if (refreshToken === undefined) return undefined;
    const expiresAt = Number(asWord(entry?.expiresAt) ?? 0);
    return [key, { refreshToken, ...(accessToken === undefined ? {} : { accessToken, expiresAt }) }];
  });
  return new Map(entries.filter((entry) => entry !== undefined));
}

/** The text at a path such as `data.token`. */
function wordAt(value: unknown, path: string): string | undefined {
  return asWord(path.split('.').reduce<unknown>((part, key) => asObject(part)?.[key], value));
}
