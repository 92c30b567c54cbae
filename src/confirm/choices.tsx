import type { JSX } from 'preact';
import type { Choice } from '../core/proposal.ts';
import { cleanText } from '../ui/clean-text.ts';
import { useNumberFormat } from '../ui/number-format.tsx';
import { say } from '../ui/say.ts';
import { lineWords } from './line-words.ts';

interface LargeNumberProps {
  readonly choice: Choice;
  readonly ext: string | undefined;
}

/** A number to be read before it is called: large, in groups, left to right in every language, with its country and kind of line. */
export function LargeNumber({ choice, ext }: LargeNumberProps): JSX.Element {
  const format = useNumberFormat();
  return (
    <div class={choice.type === 'internet' ? 'number number-address' : 'number'}>
      <p class="number-digits">
        <bdi dir="ltr">{groupsOf(choice.number, format)}</bdi>
        {ext && ' '}
        {ext && <span class="number-ext">{say('popup_extension_short', cleanText(ext, 12))}</span>}
      </p>
      <p class="number-line">{lineWords(choice)}</p>
    </div>
  );
}

interface ChoiceListProps {
  readonly choices: readonly Choice[];
  readonly ext: string | undefined;
  readonly chosen: Choice;
  readonly onChoose: (choice: Choice) => void;
}

/** Which of the numbers is meant, where the page leaves it open. */
export function ChoiceList({ choices, ext, chosen, onChoose }: ChoiceListProps): JSX.Element {
  return (
    <fieldset class="choices">
      <legend>{say('confirm_choose')}</legend>
      {choices.map((choice) => (
        <label class="choice-card" key={choice.number}>
          <input type="radio" name="number" checked={choice === chosen} onChange={() => onChoose(choice)} />
          <LargeNumber choice={choice} ext={ext} />
        </label>
      ))}
    </fieldset>
  );
}

/** A line may end between two groups of digits, never inside one. */
function groupsOf(number: string, format: (number: string) => string): (JSX.Element | string)[] {
  const groups = format(cleanText(number, 400)).split(' ');
  return groups.flatMap((group, at) => [
    at === 0 ? '' : ' ',
    <span class="number-group" key={at}>
      {group}
    </span>,
  ]);
}
