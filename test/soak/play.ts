import { isLive } from '../../src/core/calls.ts';
import { round } from '../bench/median.ts';
import { AGENT, type Office } from '../e2e/harness/office.ts';
import { readState, untilOnline } from '../e2e/harness/set-up.ts';
import { rest, until } from '../e2e/harness/until.ts';
import { vodiaNonsense } from '../pbx/vodia-nonsense.ts';
import { seededRandom } from '../simulators/faults.ts';

export interface SoakOptions {
  readonly ms: number;
  /** The same seed plays the same choices; what they meet depends on the browser's timing. */
  readonly seed: number;
}

/** What a soak counted. `lost`, `doubled` and `ghosts` have to be 0. */
export interface SoakResult {
  readonly seed: number;
  readonly minutes: number;
  readonly asked: number;
  readonly placed: number;
  readonly incoming: number;
  readonly answered: number;
  readonly hungUp: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly checks: number;
  /** Live at the PBX and not shown, or asked for and without an outcome. */
  readonly lost: number;
  /** Placed more than once for one request. */
  readonly doubled: number;
  /** Shown as live and over at the PBX. */
  readonly ghosts: number;
  readonly violations: number;
  /** From the end of the faults until everything shown was the truth, at worst. */
  readonly slowestTruthMs: number;
  readonly sockets: number;
  readonly mostSocketsIn5s: number;
  /** Chromium, after warm-up and at the end, in the part without restarts. */
  readonly heapMb?: { readonly start: number; readonly end: number };
  readonly problems: readonly string[];
}

const CHECK_EVERY_MS = 12_000;
const TRUTH_WITHIN_MS = 15_000;
/** Somebody opens the popup now and then. */
const NUDGE_EVERY_MS = 2_000;
/** In the last part nothing restarts the background, so that what it leaks can be seen. */
const STEADY_SHARE = 0.4;
/** Share of that part after which the engine has compiled what is used, which fills the heap as a leak would. */
const WARM_UP_SHARE = 0.5;
const LONGEST_GROWTH = 0.1;
/** What is seen in less time than this after warm-up is told, but not judged: the engine is still compiling. */
const JUDGED_FROM_MS = 60_000;
const STORM_WINDOW_MS = 5_000;
const MOST_IN_WINDOW = 6;

const SILENT = 'line dead without a word';
/** What happened last is told with a problem. */
const TOLD_STEPS = 25;

interface Ask {
  readonly number: string;
  /** The background said that the intent is saved. */
  readonly isSaved: boolean;
  /** An update has happened since, which forgets calls that ended well. */
  isOld: boolean;
}

/** A seeded working day: calls placed, answered, held, ended, and faults in between; what is shown is compared with the PBX. */
export async function playSoak(office: Office, { ms, seed }: SoakOptions): Promise<SoakResult> {
  const { browser, pbx } = office;
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const count = { incoming: 0, answered: 0, hungUp: 0, checks: 0, lost: 0, doubled: 0, ghosts: 0 };
  const faults: Record<string, number> = {};
  const problems: string[] = [];
  const asks: Ask[] = [];
  const socketTimes: number[] = [];
  let slowestTruthMs = 0;
  let openAsks: Ask[] = [];
  let nextNumber = 0;
  const startedAt = Date.now();
  const steadyFrom = startedAt + ms * (1 - STEADY_SHARE);
  const isSteady = () => Date.now() >= steadyFrom;
  const warmFrom = steadyFrom + ms * STEADY_SHARE * WARM_UP_SHARE;
  let heap: { start: number; end: number } | undefined;

  const notes: string[] = [];
  const note = (what: string) => {
    notes.push(`${((Date.now() - startedAt) / 1000).toFixed(1)} ${what}`);
    if (notes.length > TOLD_STEPS) notes.shift();
  };

  const ownLive = () => pbx.engine.live().filter((call) => call.agent === AGENT.extension);
  const newNumber = () => `+1617555${String(1000 + (nextNumber++ % 9000))}`;

  async function ask(): Promise<void> {
    if (ownLive().length >= 2) return;
    const number = newNumber();
    const isSaved = await browser
      .inExtension(async (text) => {
        const payload = { text, requestId: crypto.randomUUID() };
        const answer = (await chrome.runtime.sendMessage({ type: 'ui/dial', payload })) as { ok?: boolean } | null;
        return answer?.ok === true;
      }, number)
      .catch(() => false);
    note(`asked for ${number}, ${isSaved ? 'saved' : 'no answer'}`);
    const asked: Ask = { number, isSaved, isOld: false };
    asks.push(asked);
    openAsks.push(asked);
  }

  async function hangUpHere(): Promise<void> {
    const state = await readState(browser);
    const call = pick((state?.calls ?? []).filter(isLive));
    if (!call) return;
    count.hungUp += 1;
    note(`hung up ${call.number}`);
    await browser
      .inExtension((id) => chrome.runtime.sendMessage({ type: 'call/hang-up', payload: { id } }), call.id)
      .catch(() => undefined);
  }

  const steps: readonly (readonly [weight: number, step: () => Promise<void> | void])[] = [
    [5, ask],
    [4, () => void (pbx.phone(AGENT.extension).answer() && count.answered++)],
    [4, () => void pbx.farEnd(pick(ownLive())?.id).answer()],
    [2, () => void pbx.farEnd(pick(ownLive())?.id).hangUp()],
    [1, () => void pbx.farEnd(pick(ownLive())?.id).reject()],
    [1, () => void pbx.phone(AGENT.extension).hangUp(pick(ownLive())?.id)],
    [1, () => void pbx.phone(AGENT.extension).hold(pick(ownLive())?.id)],
    [1, () => void pbx.phone(AGENT.extension).resume(pick(ownLive())?.id)],
    [3, hangUpHere],
    [
      1,
      () => {
        if (ownLive().length >= 2) return;
        count.incoming += 1;
        pbx.incoming(AGENT.extension, newNumber(), 'Maya Example');
      },
    ],
    [1, () => void pbx.colleagueCalls('47', '+16175550199')],
  ];

  const strikes: Readonly<Record<string, readonly [weight: number, strike: () => Promise<void> | void]>> = {
    'background killed': [4, () => browser.stopBackground()],
    'socket dropped': [4, () => pbx.dropSockets(pick([1000, 1001, 1006, 1011]) ?? 1006)],
    'extension updated': [
      1,
      async () => {
        for (const asked of openAsks) asked.isOld = true;
        await browser.update();
      },
    ],
    'session expired': [1, () => pbx.expireSessions()],
    'report lost': [3, () => pbx.faults.set('frame:call-state', { kind: 'swallow' })],
    'report doubled': [3, () => pbx.faults.set('frame:call-state', { kind: 'twice' })],
    'cut after the place request': [2, () => pbx.faults.set('frame:make-call', { kind: 'cut' })],
    'cut before the place request': [1, () => pbx.faults.set('frame:make-call', { kind: 'reset-before' })],
    'hang-up swallowed': [2, () => pbx.faults.set('frame:clear-call', { kind: 'swallow' })],
    'login slow': [1, () => pbx.faults.set('session', { kind: 'delay', ms: 1_500 })],
    'gateway without a PBX': [1, () => pbx.faults.set('session', { kind: 'answer', status: 502, body: '' })],
    'frames of nonsense': [
      1,
      () => {
        for (const frame of vodiaNonsense(pbx.tenant).slice(0, 20)) pbx.broadcast(frame);
      },
    ],
    [SILENT]: [0.3, () => pbx.halfOpen()],
  };
  const restarting = new Set(['background killed', 'extension updated']);

  function weighted<T>(all: readonly (readonly [number, T])[]): T | undefined {
    let left = random() * all.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, it] of all) {
      left -= weight;
      if (left < 0) return it;
    }
    return all.at(-1)?.[1];
  }

  async function strike(): Promise<void> {
    const name = weighted(
      Object.entries(strikes)
        .filter(([key]) => !isSteady() || !restarting.has(key))
        .map(([key, [weight]]) => [weight, key] as const),
    );
    const found = name === undefined ? undefined : strikes[name];
    if (name === undefined || !found) return;
    faults[name] = (faults[name] ?? 0) + 1;
    note(name);
    await found[1]();
  }

  /** The faults rest; what is shown has to become the truth. */
  async function check(): Promise<void> {
    count.checks += 1;
    pbx.faults.clear();
    for (const call of pbx.engine.live())
      if (call.agent !== AGENT.extension) pbx.engine.end(call, 'completed', 'system');
    let nudgedAt = 0;
    const since = Date.now();
    let difference = '';
    const isTrue = async () => {
      if (Date.now() - nudgedAt > NUDGE_EVERY_MS) {
        nudgedAt = Date.now();
        await browser
          .inExtension(() => chrome.runtime.sendMessage({ type: 'connection/nudge', payload: {} }))
          .catch((error: unknown) => note(`nudge: ${error}`));
      }
      const state = await readState(browser);
      const shown = (state?.calls ?? []).filter(isLive);
      const real = ownLive();
      const ids = real.map((call) => pbx.wireId(call));
      const ghosts = shown.filter((call) => call.pbxId === undefined || !ids.includes(call.pbxId));
      const orphans = ids.filter((id) => !shown.some((call) => call.pbxId === id && call.confirmed));
      const pending = openAsks.filter(({ number, isSaved, isOld }) => {
        const call = state?.calls.find((candidate) => candidate.number === number);
        return isSaved && (call === undefined ? !isOld : call.state.phase === 'requested');
      });
      difference = `ghosts ${ghosts.map(({ number }) => number)}, orphans ${orphans}, without outcome ${pending.map(({ number }) => number)}, ${state?.connection.status}`;
      return state?.connection.status === 'online' && ghosts.length + orphans.length + pending.length === 0;
    };
    // A line that died without a word is found by its pulse only.
    await until('what is shown is the truth', isTrue, TRUTH_WITHIN_MS + 25_000).catch(async () => {
      problems.push(difference, JSON.stringify((await readState(browser))?.calls), ...notes);
      if (/ghosts \+/.test(difference)) count.ghosts += 1;
      else count.lost += 1;
    });
    slowestTruthMs = Math.max(slowestTruthMs, Date.now() - since);
    for (const { number } of asks) {
      const times = pbx.places().filter((place) => place.number === number).length;
      if (times > 1) {
        count.doubled += 1;
        problems.push(`${number} was placed ${times} times`);
      }
    }
    openAsks = [];
    // The popup keeps twenty ended calls; what was checked is taken off so that every request can be seen to its end.
    await browser
      .inExtension(async () => {
        const { state } = (await chrome.storage.session.get('state')) as {
          state?: { calls: { id: string; state: { phase: string } }[] };
        };
        for (const call of state?.calls ?? []) {
          if (call.state.phase !== 'ended') continue;
          await chrome.runtime.sendMessage({ type: 'call/dismiss', payload: { id: call.id } });
        }
      })
      .catch(() => undefined);
    if (Date.now() >= warmFrom) {
      const now = await heapOf(office);
      if (now !== undefined) heap = heap ? { ...heap, end: now } : { start: now, end: now };
    }
  }

  let checkedAt = Date.now();
  let opened = pbx.socketsOpened;
  while (Date.now() - startedAt < ms) {
    if (random() < 0.22) await strike();
    else await weighted(steps)?.();
    await rest(40 + random() * 300);
    for (; opened < pbx.socketsOpened; opened++) socketTimes.push(Date.now());
    if (Date.now() - checkedAt > CHECK_EVERY_MS) {
      await check();
      checkedAt = Date.now();
    }
  }
  await check();
  for (const call of pbx.engine.live()) pbx.engine.end(call, 'completed', 'system');
  await untilOnline(browser);
  await check();

  const mostSocketsIn5s = Math.max(
    0,
    ...socketTimes.map((at) => socketTimes.filter((t) => t >= at && t < at + STORM_WINDOW_MS).length),
  );
  if (mostSocketsIn5s > MOST_IN_WINDOW) problems.push(`${mostSocketsIn5s} sockets within 5 s`);
  // To the PBX a line that died without a word stays open for a while.
  if (pbx.sockets().length > 1 + (faults[SILENT] ?? 0)) problems.push(`${pbx.sockets().length} sockets at once`);
  const isJudged = startedAt + ms - warmFrom >= JUDGED_FROM_MS;
  if (isJudged && heap && heap.end > heap.start * (1 + LONGEST_GROWTH))
    problems.push(`the heap grew from ${heap.start} to ${heap.end} MB`);
  problems.push(...pbx.violations);
  return {
    seed,
    minutes: round((Date.now() - startedAt) / 60_000),
    asked: asks.length,
    placed: pbx.places().length,
    ...count,
    faults,
    violations: pbx.violations.length,
    slowestTruthMs,
    sockets: pbx.socketsOpened,
    mostSocketsIn5s,
    ...(heap ? { heapMb: heap } : {}),
    problems,
  };
}

/** Used JS heap of the background after garbage collection, in MB. Chromium only. */
async function heapOf({ browser }: Office): Promise<number | undefined> {
  if (browser.kind !== 'chromium') return undefined;
  const target = browser.puppeteer
    .targets()
    .find((candidate) => candidate.type() === 'service_worker' && candidate.url().startsWith(browser.extensionOrigin));
  const session = await target?.createCDPSession();
  if (!session) return undefined;
  try {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
    return round(usedSize / 1e6);
  } finally {
    await session.detach();
  }
}
