import type { Page } from 'puppeteer-core';

/**
 * What one script did on the main thread of a page. Milliseconds of the processor, since on a shared machine the clock counts what others
 * do meanwhile; all but the longest task are right only without scripts of the page.
 */
export interface ScriptTrace {
  /** All time spent in script, with the layouts it forced. */
  readonly scriptMs: number;
  /** The most script within one task of the event loop. */
  readonly longestTaskMs: number;
  /** The same without styles and layouts: whoever asks first pays for what the page itself has left to do. */
  readonly longestOwnTaskMs: number;
  /** From the end of the DOMContentLoaded event until the content script has started, by the clock; negative: it had by then. */
  readonly readyAfterMs: number;
  /** From there until our last work of a millisecond or more was done, by the clock. */
  readonly settledAfterMs: number;
}

const CATEGORIES = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'blink.user_timing',
  'v8.execute',
  'toplevel',
];
const SCRIPT_EVENTS = new Set([
  'EvaluateScript',
  'FunctionCall',
  'RunMicrotasks',
  'TimerFire',
  'FireIdleCallback',
  'FireAnimationFrame',
  'v8.callFunction',
  'v8.run',
]);

const LAYOUT_EVENTS = new Set(['UpdateLayoutTree', 'Layout', 'PrePaint', 'HitTest']);

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** Of it, what the thread had the processor. */
  readonly tdur?: number;
  readonly args: { readonly data?: { readonly url?: string; readonly isOutermostMainFrame?: boolean } };
}

/** Traces `job` (a page load) and reads what the extension's content script did in that page. Chromium only. */
export async function traceScript(page: Page, extensionOrigin: string, job: () => Promise<void>): Promise<ScriptTrace> {
  await page.tracing.start({ categories: CATEGORIES });
  await job();
  const trace = await page.tracing.stop();
  const { traceEvents } = JSON.parse(new TextDecoder().decode(trace)) as { traceEvents: readonly TraceEvent[] };
  const evaluated = traceEvents.find(
    (event) => event.name === 'EvaluateScript' && event.args.data?.url?.startsWith(extensionOrigin),
  );
  if (!evaluated) throw new Error('the trace holds no content script');
  const onThread = traceEvents.filter((event) => event.pid === evaluated.pid && event.tid === evaluated.tid);
  // Evaluated before the page is parsed, it starts within the event.
  const [began, loaded] = ['domContentLoadedEventStart', 'domContentLoadedEventEnd'].map((name) =>
    onThread.find((event) => event.name === name && event.ts > evaluated.ts),
  );
  if (!began || !loaded) throw new Error('the trace holds no end of parsing');
  const scripts = outermost(onThread.filter((event) => event.ph === 'X' && SCRIPT_EVENTS.has(event.name)));
  const tasks = onThread.filter((event) => event.ph === 'X' && /RunTask$/.test(event.name));
  const isIn = (event: TraceEvent, task: TraceEvent) => event.ts >= task.ts && endOf(event) <= endOf(task);
  const named = onThread.filter((event) => event.ph === 'X' && event.args.data?.url !== undefined);
  const ours = outermost(named.filter((event) => event.args.data?.url?.startsWith(extensionOrigin)));
  const theirs = named.filter((event) => /^https?:/.test(event.args.data?.url ?? '') && SCRIPT_EVENTS.has(event.name));
  // Beside a script of the page only what names our file is ours: microtasks belong to both.
  const inTask = (task: TraceEvent) => {
    const counted = theirs.some((event) => isIn(event, task)) ? ours : scripts;
    return sum(counted.filter((event) => isIn(event, task)).map(costOf));
  };
  const started = ours.find((event) => event.ts >= began.ts);
  if (!started) throw new Error('the content script did not start');
  const layouts = outermost(onThread.filter((event) => event.ph === 'X' && LAYOUT_EVENTS.has(event.name)));
  const ownOf = (event: TraceEvent) =>
    costOf(event) - sum(layouts.filter((layout) => layout.ts >= event.ts && endOf(layout) <= endOf(event)).map(costOf));
  const working = [evaluated, ...scripts.filter((event) => costOf(event) >= 1000)];
  const ownInTask = (task: TraceEvent) => sum(scripts.filter((event) => isIn(event, task)).map(ownOf));
  return {
    scriptMs: sum(scripts.map(costOf)) / 1000,
    longestTaskMs: Math.max(0, ...tasks.map(inTask)) / 1000,
    longestOwnTaskMs: Math.max(0, ...tasks.map(ownInTask)) / 1000,
    readyAfterMs: (endOf(started) - loaded.ts) / 1000,
    settledAfterMs: (Math.max(...working.map(endOf)) - loaded.ts) / 1000,
  };
}

/** Milliseconds of the processor for script on the busiest page during `job`, whosever it is, with the layouts it forced. Chromium only. */
export async function traceAllScript(page: Page, job: () => Promise<void>): Promise<number> {
  await page.tracing.start({ categories: CATEGORIES });
  await job();
  const trace = await page.tracing.stop();
  const { traceEvents } = JSON.parse(new TextDecoder().decode(trace)) as { traceEvents: readonly TraceEvent[] };
  const byThread = new Map<string, TraceEvent[]>();
  for (const event of traceEvents) {
    if (event.ph !== 'X' || !(SCRIPT_EVENTS.has(event.name) || LAYOUT_EVENTS.has(event.name))) continue;
    const key = `${event.pid} ${event.tid}`;
    const events = byThread.get(key) ?? [];
    byThread.set(key, events);
    events.push(event);
  }
  const spent = [...byThread.values()].map((events) => ({
    all: sum(outermost(events).map(costOf)),
    script: sum(outermost(events.filter((event) => SCRIPT_EVENTS.has(event.name))).map(costOf)),
  }));
  const busiest = spent.sort((a, b) => b.all - a.all)[0];
  return (busiest?.script ?? 0) / 1000;
}

/** Events that are not inside another one of the list. */
function outermost(events: readonly TraceEvent[]): readonly TraceEvent[] {
  let end = Number.NEGATIVE_INFINITY;
  return [...events]
    .sort((a, b) => a.ts - b.ts || durationOf(b) - durationOf(a))
    .filter((event) => {
      if (event.ts < end) return false;
      end = endOf(event);
      return true;
    });
}

function durationOf(event: TraceEvent): number {
  return event.dur ?? 0;
}

function costOf(event: TraceEvent): number {
  return event.tdur ?? durationOf(event);
}

function endOf(event: TraceEvent): number {
  return event.ts + durationOf(event);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
