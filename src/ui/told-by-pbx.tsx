import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { cleanText } from './clean-text.ts';
import { say } from './say.ts';

interface ToldByPbxProps {
  /** In the PBX's own names. */
  readonly told: Readonly<Record<string, string>>;
}

const MOST = 20;
const LONGEST = 200;
const SHOW_MS = 2_000;

/** What the PBX said when it took a call (ids, trunk, routing), each to be copied. Folded up: few ever need it. */
export function ToldByPbx({ told }: ToldByPbxProps): JSX.Element {
  return (
    <details class="told">
      <summary>{say('call_told')}</summary>
      <ul>
        {Object.entries(told)
          .slice(0, MOST)
          .map(([name, value]) => (
            <ToldLine key={name} name={cleanText(name, 40)} value={cleanText(value, LONGEST)} />
          ))}
      </ul>
    </details>
  );
}

function ToldLine({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();
  const copy = () => {
    const show = (now: 'copied' | 'failed') => () => {
      setOutcome(now);
      setTimeout(() => setOutcome(undefined), SHOW_MS);
    };
    void navigator.clipboard.writeText(value).then(show('copied'), show('failed'));
  };
  return (
    <li>
      <span class="told-words">
        <span class="quiet">{name}</span> <bdi dir="ltr">{value}</bdi>
      </span>
      <button type="button" class="link" aria-label={say('call_told_copy_named', name)} onClick={copy}>
        {say(
          outcome === undefined ? 'call_told_copy' : outcome === 'copied' ? 'call_told_copied' : 'call_told_not_copied',
        )}
      </button>
    </li>
  );
}
