import type { AccountValues } from '../../src/core/account.ts';
import type { RigRelay } from '../relay/rig.ts';
import type { CallEngine } from '../simulators/call-engine.ts';
import type { SimClock } from '../simulators/clock.ts';
import type { Fault, Faults } from '../simulators/faults.ts';
import type { Journal } from '../simulators/journal.ts';
import type { FarEnd, Phone } from '../simulators/phones.ts';

/** A pretended PBX as the matrix drives it. */
export interface MatrixPbx {
  readonly account: { readonly vendor: string; readonly values: AccountValues };
  readonly faults: Faults;
  readonly engine: CallEngine;
  readonly violations: readonly string[];
  readonly journal: Journal;
  /** Calls the PBX was asked for and has begun. */
  places(): number;
  phone(): Phone;
  farEnd(): FarEnd;
  /** Every login is over. */
  expire(): void;
  dropLine(): void;
  close(): Promise<void>;
}

/** One row of the matrix: a PBX in one of the ways it can be used, and what the popup can honestly show of its calls. */
export interface MatrixSystem {
  readonly name: string;
  /** `calls`: each change. `end`: how it ended, from a record. `nothing`: that it was placed. */
  readonly sees: 'calls' | 'end' | 'nothing';
  readonly hangsUp: boolean;
  readonly holds: boolean;
  readonly transfers: boolean;
  /** Why a call ended is told, not only that it did. */
  readonly tellsCause: boolean;
  /** What the popup says of a call that was placed and cannot be followed. */
  readonly placedWords: 'state_placed_only' | 'state_placed_press';
  /** Where the request to place a call can be limited, and where its answer can be lost. */
  readonly limitPoint?: string;
  readonly lost: { readonly point: string; readonly fault: Fault };
  /** A login that has run out is made anew; else the user has to sign in. */
  readonly renewsLogin: boolean;
  start(clock?: SimClock): Promise<MatrixPbx>;
}

/** What most rows have in common. */
const NEITHER = { holds: false, transfers: false, placedWords: 'state_placed_only' } as const;
/** A PBX that only places calls. */
export const PLACES = { ...NEITHER, sees: 'nothing', hangsUp: false, tellsCause: false } as const;
/** A PBX whose calls are followed to their end. */
export const FOLLOWS = { ...NEITHER, sees: 'calls', hangsUp: true, tellsCause: true } as const;
/** Where the answer to a request is lost after the PBX has done it. */
export const lostAt = (point: string) => ({ point, fault: { kind: 'reset-after' } }) as const;

interface Simulator {
  readonly faults: Faults;
  readonly engine: CallEngine;
  readonly violations: readonly string[];
  readonly journal: Journal;
  places(): readonly unknown[];
  farEnd(): FarEnd;
  expireSessions(): void;
  dropSockets(code?: number): void;
  close(): Promise<void>;
}

/** What every simulator has for the matrix. */
export function common(pbx: Simulator): Omit<MatrixPbx, 'account' | 'phone'> {
  return {
    faults: pbx.faults,
    engine: pbx.engine,
    violations: pbx.violations,
    journal: pbx.journal,
    places: () => pbx.places().length,
    farEnd: () => pbx.farEnd(),
    expire: () => pbx.expireSessions(),
    dropLine: () => pbx.dropSockets(1006),
    close: () => pbx.close(),
  };
}

/** Events go to a server of the company, which passes on what is the agent's. */
export function throughRelay(pbx: Omit<MatrixPbx, 'account'>, relay: RigRelay): Omit<MatrixPbx, 'account'> {
  return {
    ...pbx,
    dropLine() {
      for (const socket of relay.sockets) socket.terminate();
    },
    async close() {
      await Promise.all([pbx.close(), relay.close()]);
    },
  };
}
