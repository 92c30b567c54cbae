import type { JSX } from 'preact';
import type { AccountTest, AccountTestStep } from '../core/account-test.ts';
import { accountTestItem } from '../storage/state-item.ts';
import { cleanText } from '../ui/clean-text.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { type MessageKey, say } from '../ui/say.ts';
import { useStored } from '../ui/use-app-state.ts';
import { TEST_OUTCOME_WORDS, TEST_STEP_WORDS, TEST_STEPS, testErrorWords } from '../ui/words.ts';

const MARKS: Readonly<Record<AccountTestStep['outcome'], IconName>> = {
  running: 'clock',
  ok: 'check',
  failed: 'cross',
  skipped: 'pause',
};

/** The connection test as it goes on: each step ticked, or failed with its own words. */
export function TestSteps(): JSX.Element | null {
  const test = useStored(accountTestItem, undefined);
  if (!test) return null;
  const hasFailure = test.steps.some(({ outcome }) => outcome === 'failed');
  return (
    <section class="test" aria-labelledby="test-title">
      <h3 id="test-title">{say('options_test_title')}</h3>
      <ol class="test-steps">
        {allSteps(test.steps).map(({ step, outcome, error }) => (
          <li key={step} class={`test-step test-${outcome}`}>
            <Icon name={MARKS[outcome]} />
            <div>
              <p>
                {say(TEST_STEP_WORDS[step])}
                <span class="test-outcome"> · {say(outcomeWords(outcome, test.outcome))}</span>
              </p>
              {error && <StepError step={step} error={error} />}
            </div>
          </li>
        ))}
      </ol>
      <p class="test-result" role="status">
        {test.outcome === 'ok' && say(hasFailure ? 'options_test_partly' : 'options_test_ok')}
        {test.outcome === 'failed' && say('options_test_failed')}
      </p>
    </section>
  );
}

/** All steps from the start, so that nothing jumps while they are told one by one. */
function allSteps(told: readonly AccountTestStep[]): readonly AccountTestStep[] {
  return TEST_STEPS.map((step) => told.find((other) => other.step === step) ?? { step, outcome: 'skipped' });
}

function outcomeWords(outcome: AccountTestStep['outcome'], whole: AccountTest['outcome']): MessageKey {
  return outcome === 'skipped' && whole === 'running' ? 'options_test_waiting' : TEST_OUTCOME_WORDS[outcome];
}

interface StepErrorProps {
  readonly step: AccountTestStep['step'];
  readonly error: NonNullable<AccountTestStep['error']>;
}

function StepError({ step, error }: StepErrorProps): JSX.Element {
  const { what, todo } = testErrorWords(step, error);
  return (
    <>
      <p class="test-error">
        {say(...what)} {say(...todo)}
      </p>
      {'detail' in error && error.detail !== '' && (
        <p class="quiet">
          <bdi>{say('common_details', cleanText(error.detail, 120))}</bdi>
        </p>
      )}
    </>
  );
}
