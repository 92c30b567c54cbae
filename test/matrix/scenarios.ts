import { expect } from 'vitest';
import type { MatrixPbx, MatrixSystem } from './system.ts';

/** A desk with PageDial at it, with or without a browser around: what a scenario does and looks at. */
export interface Stage {
  readonly system: MatrixSystem;
  readonly pbx: MatrixPbx;
  /** Asks for the call. */
  dial(): Promise<void>;
  /** Waits until the popup says one of these of the newest call, by message key. */
  shows(...words: readonly string[]): Promise<void>;
  hasHangUp(): Promise<boolean>;
  hangUp(): Promise<void>;
  /** Whether Hold, Resume or Transfer can be pressed for the newest call. */
  has(what: 'hold' | 'resume' | 'transfer'): Promise<boolean>;
  press(what: 'hold' | 'resume'): Promise<void>;
  transferTo(number: string): Promise<void>;
  /** Waits until something has happened at the PBX. */
  until(what: string, probe: () => unknown): Promise<void>;
  killBackground(): Promise<void>;
  /** Lets time go by in which nothing wrong may happen, as long as the stage can afford. */
  wait(ms: number): Promise<void>;
}

export interface Scenario {
  readonly name: string;
  /** Which rows it makes sense for. */
  isFor?(system: MatrixSystem): boolean;
  play(stage: Stage): Promise<void>;
}

const TALKS = ['state_talking', 'state_in_call'];
const OVER = ['end_completed', 'end_unknown', 'state_no_longer_seen'];

/** The columns of the matrix: what may become of a call. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'answered, and the agent hangs up',
    async play(stage) {
      await talk(stage);
      await act(stage, 'the agent hangs up', () => stage.pbx.phone().hangUp());
      await isOver(stage, OVER);
    },
  },
  {
    name: 'answered, and hung up in the popup where that is possible',
    async play(stage) {
      await talk(stage);
      expect(await stage.hasHangUp()).toBe(stage.system.hangsUp);
      if (!stage.system.hangsUp) return;
      await stage.hangUp();
      await stage.until('the PBX ends the call', () => stage.pbx.engine.calls().at(-1)?.endedBy === 'api');
      await isOver(stage, [...OVER, 'end_cancelled']);
    },
  },
  {
    name: 'held and taken back in the popup where that is possible',
    async play(stage) {
      await talk(stage);
      expect(await stage.has('hold')).toBe(stage.system.holds);
      if (!stage.system.holds) return;
      await stage.press('hold');
      await stage.shows('state_held');
      expect(stage.pbx.engine.calls().at(-1)?.heldBy).toBe('agent');
      await stage.press('resume');
      await stillTalks(stage);
    },
  },
  {
    name: 'transferred in the popup where that is possible',
    async play(stage) {
      await talk(stage);
      expect(await stage.has('transfer')).toBe(stage.system.transfers);
      if (!stage.system.transfers) return;
      await stage.transferTo('47');
      await stage.until('the PBX hands the call over', () => stage.pbx.engine.calls().at(-1)?.transferredTo === '47');
      await isOver(stage, ['end_transferred_to']);
    },
  },
  {
    name: 'busy',
    async play(stage) {
      await reach(stage);
      await act(stage, 'the customer is busy', () => stage.pbx.farEnd().busy());
      await isOver(stage, stage.system.tellsCause ? ['end_busy'] : OVER);
    },
  },
  {
    name: 'the customer does not answer',
    async play(stage) {
      await reach(stage);
      await act(stage, 'the customer gives no answer', () => endNewest(stage, 'no-answer'));
      await isOver(stage, stage.system.tellsCause ? ['end_no_answer'] : [...OVER, 'end_no_answer']);
    },
  },
  {
    name: 'the agent does not pick up',
    async play(stage) {
      await stage.dial();
      await act(stage, 'nobody picks up', () => endNewest(stage, 'own-phone-no-answer'));
      const told = ['end_own_phone_no_answer', 'end_no_answer', 'end_failed', 'end_unreachable'];
      await isOver(stage, stage.system.tellsCause ? told : [...OVER, ...told]);
    },
  },
  {
    name: 'the line drops while they talk',
    async play(stage) {
      await talk(stage);
      stage.pbx.dropLine();
      await stage.wait(20_000);
      await stillTalks(stage);
    },
  },
  {
    name: 'the background is killed while they talk',
    async play(stage) {
      await talk(stage);
      await stage.killBackground();
      await stillTalks(stage);
      await act(stage, 'the agent hangs up', () => stage.pbx.phone().hangUp());
      await isOver(stage, OVER);
    },
  },
  {
    name: 'the login runs out while they talk',
    async play(stage) {
      await talk(stage);
      stage.pbx.expire();
      await stage.wait(40_000);
      if (stage.system.renewsLogin) await stillTalks(stage);
      // Where the user has to sign in nothing is claimed any more, and nothing offered that cannot be done.
      else if (stage.system.sees !== 'calls') expect(await stage.hasHangUp()).toBe(false);
    },
  },
  {
    name: 'the PBX takes no more calls',
    isFor: ({ limitPoint }) => limitPoint !== undefined,
    async play(stage) {
      const { faults } = stage.pbx;
      const fault = { kind: 'answer', status: 429, headers: { 'retry-after': '30' } } as const;
      faults.set(stage.system.limitPoint ?? '', fault, { always: true });
      await stage.dial();
      await stage.shows('state_not_placed');
      const before = faults.struck.length;

      await stage.dial();
      await stage.wait(10_000);

      expect(faults.struck.length).toBe(before);
      expect(stage.pbx.places()).toBe(0);
    },
  },
  {
    name: 'the answer to the request is lost',
    async play(stage) {
      stage.pbx.faults.set(stage.system.lost.point, stage.system.lost.fault);
      await stage.dial();
      await stage.wait(30_000);
      const live = ['state_own_phone', 'state_ringing_pick_up', 'state_calling', 'state_far_end'];
      await stage.shows('state_placed_unknown', ...(stage.system.sees === 'calls' ? live : []));
    },
  },
];

/** What holds in every cell: one click, one call, and nothing the PBX does not bear. */
export function expectSound({ pbx }: Stage, scenario: Scenario): void {
  expect(pbx.places()).toBe(scenario.name === 'the PBX takes no more calls' ? 0 : 1);
  expect(pbx.violations).toEqual([]);
}

/** Dials and lets the agent pick up. */
async function reach(stage: Stage): Promise<void> {
  await stage.dial();
  if (stage.system.sees !== 'calls') await stage.shows(stage.system.placedWords);
  await act(stage, 'the agent picks up', () => stage.pbx.phone().answer());
  if (stage.system.placedWords === 'state_placed_press') {
    await act(stage, 'the agent presses 1', () => stage.pbx.phone().press('1'));
  }
}

async function talk(stage: Stage): Promise<void> {
  await reach(stage);
  await act(stage, 'the customer answers', () => stage.pbx.farEnd().answer());
  await stillTalks(stage);
}

async function stillTalks(stage: Stage): Promise<void> {
  await stage.shows(...(stage.system.sees === 'calls' ? TALKS : [stage.system.placedWords]));
  if (stage.system.sees !== 'calls') expect(await stage.hasHangUp()).toBe(false);
}

/** Where the end is told it is shown; else nothing is claimed. */
async function isOver(stage: Stage, words: readonly string[]): Promise<void> {
  const told = stage.system.sees === 'nothing' ? [stage.system.placedWords] : words;
  await stage.shows(...told);
  expect(await stage.hasHangUp()).toBe(false);
}

/** Somebody does something as soon as it is possible. */
function act(stage: Stage, what: string, job: () => boolean): Promise<void> {
  return stage.until(what, job);
}

function endNewest({ pbx }: Stage, cause: 'no-answer' | 'own-phone-no-answer'): boolean {
  const call = pbx.engine.live().at(-1);
  return call !== undefined && pbx.engine.end(call, cause, 'system');
}
