import type { JSX } from 'preact';
import type { AccountTestStep } from '../core/account-test.ts';
import { accountTestItem } from '../storage/state-item.ts';
import { cleanText } from '../ui/clean-text.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { say } from '../ui/say.ts';
import { useStored } from '../ui/use-app-state.ts';
import { errorWords, TEST_OUTCOME_WORDS, TEST_STEP_WORDS } from '../ui/words.ts';

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
  return (
    <section class="test" aria-labelledby="test-title">
      <h3 id="test-title">{say('options_test_title')}</h3>
      <ol class="test-steps">
        {test.steps.map((step) => (
          <li key={step.step} class={`test-step test-${step.outcome}`}>
            <Icon name={MARKS[step.outcome]} />
            <div>
              <p>
                {say(TEST_STEP_WORDS[step.step])}
                <span class="test-outcome"> · {say(TEST_OUTCOME_WORDS[step.outcome])}</span>
              </p>
              {step.error && <StepError error={step.error} />}
            </div>
          </li>
        ))}
      </ol>
      <p class="test-result" role="status">
        {test.outcome === 'ok' && say('options_test_ok')}
        {test.outcome === 'failed' && say('options_test_failed')}
      </p>
    </section>
  );
}

function StepError({ error }: { readonly error: NonNullable<AccountTestStep['error']> }): JSX.Element {
  const words = errorWords(error);
  return (
    <>
      <p class="test-error">
        {say(...words.what)} {say(...words.todo)}
      </p>
      {'detail' in error && error.detail !== '' && (
        <p class="quiet">
          <bdi>{say('common_details', cleanText(error.detail, 200))}</bdi>
        </p>
      )}
    </>
  );
}
