import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Replacement } from '../core/account.ts';
import { faultOfReplacement } from '../core/dialing-rule.ts';
import { Button, Field } from '../ui/controls.tsx';
import { say } from '../ui/say.ts';

interface ReplacementsProps {
  readonly replacements: readonly Replacement[];
  readonly onChange: (replacements: readonly Replacement[]) => void;
}

/** Beginnings of numbers that are dialled in a way of their own. What is not complete yet is shown and not saved. */
export function Replacements({ replacements, onChange }: ReplacementsProps): JSX.Element {
  const [rows, setRows] = useState(replacements);
  const saved = JSON.stringify(replacements);
  useEffect(() => setRows((shown) => (JSON.stringify(shown.filter(isGood)) === saved ? shown : replacements)), [saved]);

  const commit = (next: readonly Replacement[]) => {
    const good = next.filter(isGood);
    if (JSON.stringify(good) !== saved) onChange(good);
  };
  const edit = (index: number, change: Partial<Replacement>) => {
    const next = rows.map((row, at) => (at === index ? { ...row, ...change } : row));
    setRows(next);
    return next;
  };
  const remove = (index: number) => {
    const next = rows.filter((_, at) => at !== index);
    setRows(next);
    commit(next);
  };

  return (
    <fieldset class="replacements">
      <legend>{say('options_dialing_replace')}</legend>
      <p class="help">{say('options_dialing_replace_help')}</p>
      {rows.map((row, index) => {
        const fault = row.begins === '' ? undefined : faultOfReplacement(row);
        return (
          <div class="replacement" key={index}>
            <Field
              label={say('options_dialing_replace_begins')}
              value={row.begins}
              type="tel"
              maxLength={16}
              placeholder="+161755501"
              error={fault === 'begins' ? say('options_dialing_replace_begins_bad') : undefined}
              onInput={(begins) => edit(index, { begins })}
              onCommit={(begins) => commit(edit(index, { begins }))}
            />
            <Field
              label={say('options_dialing_replace_with')}
              value={row.with}
              type="tel"
              maxLength={16}
              placeholder="2"
              error={fault === 'with' ? say('options_dialing_replace_with_bad') : undefined}
              onInput={(text) => edit(index, { with: text })}
              onCommit={(text) => commit(edit(index, { with: text }))}
            />
            <Button
              kind="quiet"
              name={say('options_dialing_replace_remove_named', row.begins)}
              onPress={() => remove(index)}
            >
              {say('options_dialing_replace_remove')}
            </Button>
          </div>
        );
      })}
      <div class="actions">
        <Button kind="quiet" onPress={() => setRows([...rows, { begins: '', with: '' }])}>
          {say('options_dialing_replace_add')}
        </Button>
      </div>
    </fieldset>
  );
}

function isGood(row: Replacement): boolean {
  return faultOfReplacement(row) === undefined;
}
