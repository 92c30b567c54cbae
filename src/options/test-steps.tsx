import type { JSX } from 'preact';
import type { AccountTest, AccountTestStep } from '../core/account-test.ts';
import { cleanText } from '../ui/clean-text.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { type MessageKey, say } from '../ui/say.ts';
import { TEST_OUTCOME_WORDS, TEST_STEP_WORDS, TEST_STEPS, testErrorWords } from '../ui/words.ts';

const MARKS: Readonly<Record<AccountTestStep['outcome'], IconName>> = {
  running: 'clock',
  ok: 'check',
  failed: 'cross',
  skipped: 'pause',
};

interface TestStepsProps {
  readonly test: AccountTest;
  readonly address: string | undefined;
}

/**
 * A connection test as it goes on: each step ticked, or failed with its own words.
 * @param address - of what is tested; a tab shows what a browser does not tell an extension, such as a certificate it does not trust
 */
export function TestSteps({ test, address }: TestStepsProps): JSX.Element {
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
              {error && <StepError step={step} error={error} address={address} />}
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
  if (outcome !== 'skipped' || whole === 'failed') return TEST_OUTCOME_WORDS[outcome];
  return whole === 'running' ? 'options_test_waiting' : 'options_test_untold';
}

interface StepErrorProps {
  readonly step: AccountTestStep['step'];
  readonly error: NonNullable<AccountTestStep['error']>;
  readonly address: string | undefined;
}

function StepError({ step, error, address }: StepErrorProps): JSX.Element {
  const { what, todo } = testErrorWords(step, error);
  const mayLook = error.kind === 'unreachable' || error.kind === 'not-a-pbx';
  return (
    <>
      <p class="test-error">
        {say(...what)} {say(...todo)}
      </p>
      {mayLook && address !== undefined && (
        <a class="link" href={address} target="_blank" rel="noreferrer">
          {say('options_test_open', address)}
        </a>
      )}
      {'detail' in error && error.detail !== '' && (
        <p class="quiet">
          <bdi>{say('common_details', cleanText(error.detail, 120))}</bdi>
        </p>
      )}
    </>
  );
}
