import type { FieldChoices } from './account.ts';
import type { PbxError } from './connection.ts';

/** One step of "Test connection", in order. `skipped`: an earlier step failed, or this PBX has no such step. */
export interface AccountTestStep {
  readonly step: 'permission' | 'reach' | 'login' | 'live' | 'phone';
  readonly outcome: 'running' | 'ok' | 'failed' | 'skipped';
  readonly error?: PbxError;
}

export interface AccountTest {
  readonly steps: readonly AccountTestStep[];
  readonly outcome: 'running' | 'ok' | 'failed';
  /** What the PBX offers for the form, where it said so. */
  readonly choices?: FieldChoices;
}
