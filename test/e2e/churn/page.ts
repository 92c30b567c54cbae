import type { App } from './app.ts';
import { type Contacts, change, firstContacts, markedTextsOf, numbersOf, type Random, randomFrom } from './contacts.ts';

/** How the page came to show its first contacts. */
export type Start = 'rendered' | 'hydrated' | 'hydrated-document';

/** What one step did to the page. */
export interface Step {
  readonly what: string;
  /** The numbers PageDial must know now, in document order. */
  readonly numbers: readonly string[];
  /** `Date.now()` when the page showed them. */
  readonly shownAt: number;
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** Until exactly the numbers in text were marked; undefined when that was not so within the time given. */
  readonly markedAfterMs: number | undefined;
  readonly marked: readonly string[];
  /** Errors and warnings since the last step. */
  readonly problems: readonly string[];
}

/** What the page's own scripts can see of the page. */
export interface Snapshot {
  readonly html: string;
  readonly text: string;
}

/** The page's side of a churn test, as `churn` in its window. */
export interface Churn {
  /** Shows the first contacts. With `marksWithinMs` waits for the marks, also of what the server had written before. */
  start(how: Start, marksWithinMs?: number): Promise<Step>;
  step(marksWithinMs?: number): Promise<Step>;
}

export const pageTitle = 'Contacts';
export const SEED = 20_260_101;
const LOOK_EVERY_MS = 4;

/** Makes the page's side for a framework. The same seed gives the same contacts and changes. */
export function createChurn(app: App): Churn {
  const random: Random = randomFrom(SEED);
  let contacts: Contacts = firstContacts(random);
  const problems = collectProblems();

  async function run(what: string, job: () => Promise<void>, marksWithinMs: number | undefined): Promise<Step> {
    const before = snapshot();
    await job();
    const after = snapshot();
    const shownAt = Date.now();
    const marks = marksWithinMs === undefined ? undefined : await waitForMarks(contacts, marksWithinMs);
    return {
      what,
      numbers: numbersOf(contacts),
      shownAt,
      before,
      after,
      markedAfterMs: marks?.afterMs,
      marked: marks?.texts ?? [],
      problems: problems.splice(0),
    };
  }

  return {
    async start(how, marksWithinMs) {
      // What the server wrote is marked before the framework takes it over: the worst moment for it.
      if (how !== 'rendered' && marksWithinMs !== undefined) await waitForMarks(contacts, marksWithinMs);
      return run(how, () => begin(app, how, contacts), marksWithinMs);
    },
    step(marksWithinMs) {
      const next = change(contacts, random);
      contacts = next.contacts;
      return run(next.what, () => app.update(contacts), marksWithinMs);
    },
  };
}

async function begin(app: App, how: Start, contacts: Contacts): Promise<void> {
  if (how === 'hydrated-document') return app.hydrateDocument?.(contacts);
  const root = document.querySelector<HTMLElement>('#root');
  if (!root) throw new Error('the page has no root');
  return how === 'hydrated' ? app.hydrate?.(root, contacts) : app.render(root, contacts);
}

function snapshot(): Snapshot {
  const shade = document.querySelector('long-list')?.shadowRoot?.innerHTML ?? '';
  // Lit writes a number into its comments that is another one on each load.
  const html = `${document.body.innerHTML}${shade}`.replace(/lit\$\d+\$/g, 'lit');
  return { html, text: document.body.innerText };
}

async function waitForMarks(
  contacts: Contacts,
  withinMs: number,
): Promise<{ readonly afterMs: number | undefined; readonly texts: readonly string[] }> {
  const wanted = [...markedTextsOf(contacts)].sort().join();
  const from = performance.now();
  for (;;) {
    const texts = markedTexts();
    const afterMs = performance.now() - from;
    if ([...texts].sort().join() === wanted) return { afterMs, texts };
    if (afterMs > withinMs) return { afterMs: undefined, texts };
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Highlights are the document's: the page sees those of extensions as well. */
function markedTexts(): readonly string[] {
  const texts: string[] = [];
  for (const highlight of CSS.highlights.values()) {
    for (const range of highlight) if (!range.collapsed) texts.push(range.toString());
  }
  return texts;
}

function collectProblems(): string[] {
  const problems: string[] = [];
  for (const level of ['error', 'warn'] as const) {
    const original = console[level];
    console[level] = (...parts: unknown[]) => {
      problems.push(`console.${level}: ${parts.map(String).join(' ')}`);
      original.apply(console, parts);
    };
  }
  addEventListener('error', (event) => problems.push(`error: ${event.message}`));
  addEventListener('unhandledrejection', (event) => problems.push(`rejected: ${String(event.reason)}`));
  return problems;
}
