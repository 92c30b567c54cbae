import type { CallOrigin } from '../core/calls.ts';
import type { KnownFrame } from '../storage/state-item.ts';

export interface FramesParts {
  load(): Promise<readonly KnownFrame[]>;
  save(frames: readonly KnownFrame[]): Promise<void>;
  /** Rejects when nobody listens there any more. */
  send(frame: CallOrigin, message: unknown): Promise<unknown>;
}

/** The frames our content script runs in, as they have told us; outlives the background's sleep. */
export interface Frames {
  remember(frame: KnownFrame): Promise<void>;
  forgetTab(tabId: number): Promise<void>;
  /** Tells each frame what is meant for it; who does not listen any more is forgotten. */
  tell(messageFor: (frame: KnownFrame) => Promise<unknown>): Promise<void>;
}

const MOST_FRAMES = 1_000;

/** Frames are told one by one, since each has settings of its own host. */
export function createFrames(parts: FramesParts): Frames {
  let frames: Promise<readonly KnownFrame[]> = parts.load().catch(() => []);

  async function change(edit: (frames: readonly KnownFrame[]) => readonly KnownFrame[]): Promise<void> {
    const before = await frames;
    frames = frames.then(edit);
    if ((await frames) === before) return;
    // Losing the list costs a reload of the page after a change of settings, nothing more.
    await parts.save(await frames).catch(() => {});
  }

  return {
    remember: (frame) =>
      change((known) =>
        known.some((other) => isSame(other, frame) && other.url === frame.url)
          ? known
          : [...known.filter((other) => !isSame(other, frame)), frame].slice(-MOST_FRAMES),
      ),
    forgetTab: (tabId) =>
      change((known) =>
        known.some((frame) => frame.tabId === tabId) ? known.filter((frame) => frame.tabId !== tabId) : known,
      ),
    async tell(messageFor) {
      const gone = new Set<KnownFrame>();
      const tellOne = async (frame: KnownFrame) => {
        try {
          await parts.send(frame, await messageFor(frame));
        } catch {
          gone.add(frame);
        }
      };
      await Promise.all((await frames).map(tellOne));
      if (gone.size > 0) await change((known) => known.filter((frame) => !gone.has(frame)));
    },
  };
}

function isSame(a: CallOrigin, b: CallOrigin): boolean {
  return a.tabId === b.tabId && a.frameId === b.frameId;
}
