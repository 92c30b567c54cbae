import type { CallOrigin } from '../core/calls.ts';
import { ANSWER_WITHIN_MS, admit, isOf, isOpen, type Proposal, type Wish } from '../core/proposal.ts';
import type { Clock } from './clock.ts';

export interface ProposalsParts {
  readonly clock: Clock;
  newId(): string;
  load(): Promise<Proposal | undefined>;
  save(proposal: Proposal | undefined): Promise<void>;
  /** Opens our window for a proposal, in front; undefined where there are no windows. */
  openWindow(proposal: Proposal): Promise<number | undefined>;
  /** Brings the window to the front; false when it is gone. */
  focusWindow(windowId: number): Promise<boolean>;
  closeWindow(windowId: number): Promise<void>;
  /** The wish is over and was not granted. */
  onDropped(proposal: Proposal): void;
}

/** What pages wish to dial and only the user may say yes to, outside the page. At most one at a time. */
export interface Proposals {
  /** `asked`: our window shows it. `busy`: it shows something else. `impossible`: there are no windows here. */
  propose(wish: Wish): Promise<'asked' | 'busy' | 'impossible'>;
  /** The proposal with this id while it can be answered. */
  read(id: string): Promise<Proposal | undefined>;
  /** The same, and forgets it: whoever gets it is the only one. Resolves once that is saved. */
  take(id: string): Promise<Proposal | undefined>;
  /** Ends the proposal of this request of this frame; false when there is none. */
  withdraw(requestId: string, origin: CallOrigin): Promise<boolean>;
  forgetTab(tabId: number): Promise<void>;
  /** The account is another one. */
  forgetAll(): Promise<void>;
  onWindowClosed(windowId: number): Promise<void>;
}

/** The single writer of the proposal. What it forgets is never dialled; what it cannot save is never asked. */
export function createProposals(parts: ProposalsParts): Proposals {
  const { clock } = parts;
  let pending: Proposal | undefined;
  let cancelExpiry = () => {};
  const loaded = load();
  let queue: Promise<unknown> = loaded;

  async function load(): Promise<void> {
    pending = await parts.load().catch(() => undefined);
    if (pending && !isOpen(pending, clock.now())) await drop(pending);
    armExpiry();
  }

  function enqueue<T>(job: () => Promise<T>): Promise<T> {
    const done = queue.then(job);
    queue = done.catch(() => {});
    return done;
  }

  async function put(next: Proposal | undefined): Promise<boolean> {
    pending = next;
    armExpiry();
    try {
      await parts.save(next);
      return true;
    } catch {
      pending = undefined;
      return false;
    }
  }

  function armExpiry(): void {
    cancelExpiry();
    if (!pending) return;
    const { id, askedAt } = pending;
    cancelExpiry = clock.after(Math.max(askedAt + ANSWER_WITHIN_MS - clock.now(), 0), () =>
      dropIf((one) => one.id === id),
    );
  }

  async function open(wish: Wish): Promise<'asked' | 'impossible'> {
    const proposal: Proposal = { ...wish, id: parts.newId(), askedAt: clock.now() };
    if (!(await put(proposal))) return 'impossible';
    const windowId = await parts.openWindow(proposal).catch(() => undefined);
    if (windowId === undefined) {
      await put(undefined);
      return 'impossible';
    }
    await put({ ...proposal, windowId });
    return 'asked';
  }

  async function drop(proposal: Proposal): Promise<void> {
    await put(undefined);
    if (proposal.windowId !== undefined) await parts.closeWindow(proposal.windowId).catch(() => {});
    parts.onDropped(proposal);
  }

  function dropIf(isMeant: (proposal: Proposal) => boolean): Promise<boolean> {
    return enqueue(async () => {
      if (!pending || !isMeant(pending)) return false;
      await drop(pending);
      return true;
    });
  }

  /** A window whose id was lost with a killed background counts as there: its proposal ends by itself within the minute. */
  async function isInFront({ windowId }: Proposal): Promise<boolean> {
    return windowId === undefined || (await parts.focusWindow(windowId).catch(() => false));
  }

  async function read(id: string): Promise<Proposal | undefined> {
    // Not in the queue: Firefox may hold back the answer to "open a window" until the page in it, which asks this, is loaded.
    await loaded;
    return pending?.id === id && isOpen(pending, clock.now()) ? pending : undefined;
  }

  return {
    propose: (wish) =>
      enqueue(async () => {
        const admitted = admit(pending, wish, clock.now());
        if (pending) {
          if (admitted !== 'open' && (await isInFront(pending))) return admitted === 'same' ? 'asked' : 'busy';
          await drop(pending);
        }
        return open(wish);
      }),
    read,
    take: (id) =>
      enqueue(async () => {
        const taken = await read(id);
        // Forgotten before it is dialled: a background that dies in between loses the call, and never places it twice.
        return taken && (await put(undefined)) ? taken : undefined;
      }),
    withdraw: (requestId, origin) => dropIf((proposal) => isOf(proposal, { requestId, origin })),
    async forgetTab(tabId) {
      await dropIf(({ origin }) => origin.tabId === tabId);
    },
    async forgetAll() {
      await dropIf(() => true);
    },
    async onWindowClosed(windowId) {
      await dropIf((proposal) => proposal.windowId === windowId);
    },
  };
}
