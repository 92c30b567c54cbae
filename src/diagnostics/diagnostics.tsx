import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { journalItem, stateItem } from '../storage/state-item.ts';
import { Button } from '../ui/controls.tsx';
import { type MessageKey, say } from '../ui/say.ts';
import { readFacts } from './read-facts.ts';
import { entryLine, type Facts, factLines, reportText } from './report.ts';

/** How everything stands, for people who help: to be read, and copied. Nothing is sent anywhere. */
export function Diagnostics({ first }: { readonly first: Facts }): JSX.Element {
  const [facts, setFacts] = useState(first);
  const [message, setMessage] = useState<MessageKey>();
  useEffect(() => {
    const refresh = () => void readFacts().then(setFacts);
    const stops = [stateItem.watch(refresh), journalItem.watch(refresh)];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  const copy = () => {
    navigator.clipboard.writeText(reportText(facts)).then(
      () => setMessage('diagnostics_copied'),
      () => setMessage('diagnostics_not_copied'),
    );
  };
  return (
    <div class="page">
      <header class="page-head">
        <img src="/icons/48.png" alt="" width="40" height="40" />
        <div>
          <h1>{say('diagnostics_title')}</h1>
          <p>{say('diagnostics_intro')}</p>
        </div>
      </header>
      <main class="sections">
        <section class="card" aria-labelledby="facts-title">
          <h2 id="facts-title">{say('diagnostics_facts')}</h2>
          <dl class="facts" lang="en" dir="ltr">
            {factLines(facts).map(([what, how]) => (
              <>
                <dt>{what}</dt>
                <dd>{how}</dd>
              </>
            ))}
          </dl>
          <div class="actions">
            <Button kind="primary" onPress={copy}>
              {say('diagnostics_copy')}
            </Button>
          </div>
          <p class="saved" role="status">
            {message && say(message)}
          </p>
        </section>
        <section class="card" aria-labelledby="events-title">
          <h2 id="events-title">{say('diagnostics_events')}</h2>
          {facts.journal.length === 0 ? (
            <p class="quiet">{say('diagnostics_events_none')}</p>
          ) : (
            <pre class="events" lang="en" dir="ltr">
              {[...facts.journal].reverse().map(entryLine).join('\n')}
            </pre>
          )}
        </section>
      </main>
    </div>
  );
}
