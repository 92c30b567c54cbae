import type { Page } from 'puppeteer-core';

/** What one script did on the main thread of a page without scripts of its own. Milliseconds. */
export interface ScriptTrace {
  /** All time spent in script, with the layouts it forced. */
  readonly scriptMs: number;
  /** The most script within one task of the event loop. */
  readonly longestTaskMs: number;
  /** The same without styles and layouts: whoever asks first pays for what the page itself has left to do. */
  readonly longestOwnTaskMs: number;
  /** From the end of the DOMContentLoaded event until the content script's file has run. */
  readonly readyAfterMs: number;
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
  const loaded = onThread
    .filter((event) => event.name === 'domContentLoadedEventEnd' && event.ts < evaluated.ts)
    .at(-1);
  const scripts = outermost(onThread.filter((event) => event.ph === 'X' && SCRIPT_EVENTS.has(event.name)));
  const tasks = onThread.filter((event) => event.ph === 'X' && /RunTask$/.test(event.name));
  const inTask = (task: TraceEvent) =>
    sum(scripts.filter((event) => event.ts >= task.ts && endOf(event) <= endOf(task)).map(durationOf));
  const layouts = outermost(onThread.filter((event) => event.ph === 'X' && LAYOUT_EVENTS.has(event.name)));
  const ownOf = (event: TraceEvent) =>
    durationOf(event) -
    sum(layouts.filter((layout) => layout.ts >= event.ts && endOf(layout) <= endOf(event)).map(durationOf));
  const ownInTask = (task: TraceEvent) =>
    sum(scripts.filter((event) => event.ts >= task.ts && endOf(event) <= endOf(task)).map(ownOf));
  return {
    scriptMs: sum(scripts.map(durationOf)) / 1000,
    longestTaskMs: Math.max(0, ...tasks.map(inTask)) / 1000,
    longestOwnTaskMs: Math.max(0, ...tasks.map(ownInTask)) / 1000,
    readyAfterMs: (endOf(evaluated) - (loaded?.ts ?? evaluated.ts)) / 1000,
  };
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

function endOf(event: TraceEvent): number {
  return event.ts + durationOf(event);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
