import type { AccountNeeds, AccountValues, FieldChoices } from '../core/account.ts';
import type { AccountTest, AccountTestStep } from '../core/account-test.ts';
import { CONNECT_WITHIN_MS, type PbxError } from '../core/connection.ts';
import { fail, type Result } from '../core/result.ts';
import type { PbxAdapter, PbxNews, PbxPorts, PbxSession } from '../pbx/adapter.ts';
import type { Clock } from './clock.ts';

export interface AccountTestParts {
  readonly clock: Clock;
  readonly ports: PbxPorts;
  /** What of it the user has not granted; undefined when nothing is missing. */
  findMissing(needs: AccountNeeds): Promise<PbxError | undefined>;
  /** Shows how far the test is. Failures to show it are not the test's. */
  publish(test: AccountTest): Promise<void>;
}

type Step = AccountTestStep['step'];

const ORDER: readonly Step[] = ['permission', 'reach', 'login', 'live', 'phone'];

/**
 * Connects once with the values given, saying each step as it is done, and ends that session again. One login attempt, never more; the
 * live session stays.
 */
export async function testAccount(
  adapter: PbxAdapter,
  values: AccountValues,
  parts: AccountTestParts,
): Promise<AccountTest> {
  const done = new Map<Step, Result<void, PbxError>>();
  const show = (test: AccountTest) => void parts.publish(test).catch(() => {});

  show(progress(done));
  const missing = await parts.findMissing(adapter.needs(values));
  done.set('permission', missing ? fail(missing) : { ok: true, value: undefined });
  if (missing) return publishLast(parts, finish(done, missing));

  show(progress(done));
  const session = await connectOnce(adapter, values, parts, (news) => {
    if (news.type !== 'step') return;
    done.set(news.step, news.result);
    show(progress(done));
  });
  const choices = session.ok ? await readChoices(session.value) : undefined;
  if (session.ok) session.value.close();
  const test = finish(done, session.ok ? undefined : session.error);
  return publishLast(parts, choices ? { ...test, choices } : test);
}

/** Nice to have: what goes wrong here is no fault of the account. */
async function readChoices(session: PbxSession): Promise<FieldChoices | undefined> {
  try {
    const choices = await session.choices?.();
    return choices?.ok ? choices.value : undefined;
  } catch {
    return undefined;
  }
}

async function publishLast(parts: AccountTestParts, test: AccountTest): Promise<AccountTest> {
  await parts.publish(test).catch(() => {});
  return test;
}

function connectOnce(
  adapter: PbxAdapter,
  values: AccountValues,
  { clock, ports }: AccountTestParts,
  tell: (news: PbxNews) => void,
): Promise<Result<PbxSession, PbxError>> {
  return new Promise((resolve) => {
    let isOver = false;
    const settle = (result: Result<PbxSession, PbxError>) => {
      if (isOver && result.ok) result.value.close();
      isOver = true;
      cancel();
      resolve(result);
    };
    const cancel = clock.after(CONNECT_WITHIN_MS, () => settle(fail({ kind: 'timeout', afterMs: CONNECT_WITHIN_MS })));
    const hear = (news: PbxNews) => {
      if (!isOver) tell(news);
    };
    adapter.connect(values, ports, hear).then(settle, () => settle(fail({ kind: 'protocol', detail: 'connect' })));
  });
}

function progress(done: ReadonlyMap<Step, Result<void, PbxError>>): AccountTest {
  const next = ORDER.find((step) => !done.has(step));
  const steps = ORDER.flatMap((step): readonly AccountTestStep[] => {
    const result = done.get(step);
    if (result) return [said(step, result)];
    return step === next ? [{ step, outcome: 'running' }] : [];
  });
  return { steps, outcome: 'running' };
}

/** Every step with its outcome; a failure nobody claimed belongs to the first step that was not done. */
function finish(done: ReadonlyMap<Step, Result<void, PbxError>>, error: PbxError | undefined): AccountTest {
  const isClaimed = [...done.values()].some((result) => !result.ok);
  const guilty = error && !isClaimed ? ORDER.find((step) => !done.has(step)) : undefined;
  const steps = ORDER.map((step): AccountTestStep => {
    const result = done.get(step);
    if (result) return said(step, result);
    return step === guilty && error ? { step, outcome: 'failed', error } : { step, outcome: 'skipped' };
  });
  return { steps, outcome: error ? 'failed' : 'ok' };
}

function said(step: Step, result: Result<void, PbxError>): AccountTestStep {
  return result.ok ? { step, outcome: 'ok' } : { step, outcome: 'failed', error: result.error };
}
