import type { PbxCallId } from '../core/calls.ts';
import { fail, type Result } from '../core/result.ts';
import type { DialFailure } from '../core/update.ts';
import type { PbxSession } from './adapter.ts';

/** Hold or resume by a session that may not be able to: `unsupported` then. */
export function holdBy(
  session: PbxSession,
  pbxId: PbxCallId,
  want: 'hold' | 'resume',
): Promise<Result<void, DialFailure>> {
  return session.capabilities.hold && session.hold ? session.hold(pbxId, want) : cannot();
}

/** Transfer by a session that may not be able to: `unsupported` then. */
export function transferBy(session: PbxSession, pbxId: PbxCallId, to: string): Promise<Result<void, DialFailure>> {
  return session.capabilities.transfer && session.transfer ? session.transfer(pbxId, to) : cannot();
}

function cannot(): Promise<Result<void, DialFailure>> {
  return Promise.resolve(fail({ error: { kind: 'unsupported', detail: '' }, placed: 'no' }));
}
