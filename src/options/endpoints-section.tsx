import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type {
  CallEndpoint,
  EndpointAnswer,
  EndpointKey,
  EndpointSummary,
  EndpointWish,
  PastCall,
} from '../core/call-endpoint.ts';
import type { PbxError } from '../core/connection.ts';
import type { Result } from '../core/result.ts';
import { cleanText } from '../ui/clean-text.ts';
import { Button, Notice } from '../ui/controls.tsx';
import { PhoneNumber } from '../ui/phone-number.tsx';
import { type MessageKey, type Phrase, say, sayByKey } from '../ui/say.ts';
import { formatTime } from '../ui/time.ts';
import { errorWords } from '../ui/words.ts';
import { EndpointForm } from './endpoint-form.tsx';

interface EndpointsSectionProps {
  /** Id of the one calls are placed with, as the form has it now. */
  readonly chosen: string;
  readonly check: (endpoint: CallEndpoint) => Readonly<Record<string, string>>;
  /** Asks the PBX; undefined when access to it was not granted, or the form is not complete, which is said elsewhere. */
  readonly ask: (wish: EndpointWish) => Promise<Result<EndpointAnswer, PbxError> | undefined>;
  readonly onChoose: (id: string) => void;
}

/** What is open below the list. */
type Open =
  | { readonly what: 'form'; readonly id?: string; readonly endpoint?: CallEndpoint }
  | { readonly what: 'remove'; readonly endpoint: EndpointSummary }
  | { readonly what: 'history'; readonly endpoint: EndpointSummary; readonly calls: readonly PastCall[] };

const MOST_CALLS = 20;

/** The click-to-call endpoints at the PBX: to choose one for dialling, to make, change and remove them. */
export function EndpointsSection({ chosen, check, ask, onChoose }: EndpointsSectionProps): JSX.Element {
  const [list, setList] = useState<readonly EndpointSummary[]>();
  const [open, setOpen] = useState<Open>();
  const [isBusy, setBusy] = useState(false);
  const [message, setMessage] = useState<{ readonly mood: 'good' | 'bad'; readonly words: readonly Phrase[] }>();

  /** One wish at a time; what fails is said in words. */
  const wish = async (what: EndpointWish, done?: MessageKey): Promise<EndpointAnswer | undefined> => {
    if (isBusy) return undefined;
    setBusy(true);
    setMessage(undefined);
    try {
      const answer = await ask(what);
      if (answer && !answer.ok) {
        const { what: why, todo } = errorWords(answer.error);
        setMessage({ mood: 'bad', words: [why, todo] });
      }
      if (answer?.ok && done) setMessage({ mood: 'good', words: [[done]] });
      return answer?.ok ? answer.value : undefined;
    } catch {
      setMessage({ mood: 'bad', words: [['common_failed']] });
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  const choose = ({ id }: EndpointSummary) => {
    onChoose(id);
    setMessage({ mood: 'good', words: [['endpoints_chosen']] });
  };
  const show = async () => {
    const answer = await wish({ wish: 'list' });
    if (answer?.list) setList(answer.list);
  };
  const edit = async ({ id }: EndpointSummary) => {
    const answer = await wish({ wish: 'read', id });
    if (answer?.endpoint) setOpen({ what: 'form', id, endpoint: answer.endpoint });
  };
  const look = async (endpoint: EndpointSummary) => {
    const answer = await wish({ wish: 'history', id: endpoint.id });
    if (answer?.calls) setOpen({ what: 'history', endpoint, calls: answer.calls });
  };
  const save = async (
    id: string | undefined,
    changes: Partial<CallEndpoint>,
    whole: CallEndpoint,
    emptied: readonly EndpointKey[],
  ) => {
    const answer =
      id === undefined
        ? await wish({ wish: 'create', endpoint: whole }, 'endpoints_created')
        : await wish({ wish: 'change', id, endpoint: changes, emptied }, 'endpoints_changed');
    if (!answer) return;
    setOpen(undefined);
    if (answer.kept) {
      const names = answer.kept.map((key) => sayByKey(`endpoints_${key}`));
      setMessage({ mood: 'bad', words: [['endpoints_kept', names.join(', ')]] });
    }
    const now = answer.made ?? { id: id ?? '', name: whole.name, extension: whole.extension };
    setList((before = []) => [...before.filter((one) => one.id !== now.id), now]);
    if (answer.made && chosen === '') onChoose(answer.made.id);
  };
  const remove = async ({ id }: EndpointSummary) => {
    if (!(await wish({ wish: 'remove', id }, 'endpoints_removed'))) return;
    setOpen(undefined);
    setList((before = []) => before.filter((one) => one.id !== id));
    if (chosen === id) onChoose('');
  };

  return (
    <section class="test endpoints" aria-labelledby="endpoints-title">
      <h3 id="endpoints-title">{say('endpoints_title')}</h3>
      <p class="help">{say('endpoints_intro')}</p>
      {list?.length === 0 && <p class="quiet">{say('endpoints_none')}</p>}
      {list && list.length > 0 && (
        <ul class="endpoint-list">
          {[...list].sort(byName).map((endpoint) => (
            <li key={endpoint.id} class="endpoint">
              <span class="endpoint-name">
                <bdi>{cleanText(endpoint.name, 128)}</bdi>{' '}
                <span class="quiet">
                  <bdi>{cleanText(endpoint.extension, 32)}</bdi>
                </span>
                {chosen === endpoint.id && <span class="tag">{say('endpoints_in_use')}</span>}
              </span>
              <span class="actions">
                {chosen !== endpoint.id && (
                  <Button onPress={() => choose(endpoint)} name={named('endpoints_use_named', endpoint)}>
                    {say('endpoints_use')}
                  </Button>
                )}
                <Button kind="quiet" onPress={() => void edit(endpoint)} name={named('endpoints_edit_named', endpoint)}>
                  {say('endpoints_edit')}
                </Button>
                <Button
                  kind="quiet"
                  onPress={() => void look(endpoint)}
                  name={named('endpoints_history_named', endpoint)}
                >
                  {say('endpoints_history')}
                </Button>
                <Button
                  kind="quiet"
                  onPress={() => setOpen({ what: 'remove', endpoint })}
                  name={named('endpoints_remove_named', endpoint)}
                >
                  {say('endpoints_remove')}
                </Button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {open?.what === 'form' && (
        <EndpointForm
          key={open.id ?? ''}
          endpoint={open.endpoint}
          check={check}
          isBusy={isBusy}
          onSave={(changes, whole, emptied) => void save(open.id, changes, whole, emptied)}
          onCancel={() => setOpen(undefined)}
        />
      )}
      {open?.what === 'remove' && (
        <Notice
          mood="warn"
          title={named('endpoints_remove_ask', open.endpoint)}
          actions={
            <>
              <Button kind="danger" onPress={() => void remove(open.endpoint)} isBusy={isBusy}>
                {say('endpoints_remove')}
              </Button>
              <Button onPress={() => setOpen(undefined)}>{say('endpoints_cancel')}</Button>
            </>
          }
        />
      )}
      {open?.what === 'history' && <History endpoint={open.endpoint} calls={open.calls} />}
      <div role="status">
        {message && <Notice mood={message.mood} title={message.words.map((words) => say(...words)).join(' ')} />}
      </div>
      <div class="actions">
        <Button onPress={() => void show()} isBusy={isBusy}>
          {say(list ? 'endpoints_again' : 'endpoints_show')}
        </Button>
        {list && open?.what !== 'form' && (
          <Button kind="quiet" onPress={() => setOpen({ what: 'form' })}>
            {say('endpoints_new')}
          </Button>
        )}
      </div>
    </section>
  );
}

function History({ endpoint, calls }: Omit<Extract<Open, { what: 'history' }>, 'what'>): JSX.Element {
  return (
    <div>
      <h4>{named('endpoints_history_title', endpoint)}</h4>
      {calls.length === 0 && <p class="quiet">{say('endpoints_history_none')}</p>}
      <ul class="endpoint-history">
        {calls.slice(0, MOST_CALLS).map(({ at, number, isPlaced, cause }) => (
          <li key={`${at} ${number}`}>
            <span class="quiet">
              {new Date(at).toLocaleDateString()} {formatTime(at)}
            </span>{' '}
            <PhoneNumber number={number} />{' '}
            <span class="quiet">
              {isPlaced ? say('endpoints_history_placed') : say('endpoints_history_failed', cleanText(cause ?? '', 60))}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function byName(a: EndpointSummary, b: EndpointSummary): number {
  return a.name.localeCompare(b.name, undefined, { numeric: true });
}

function named(key: MessageKey, { name, extension }: EndpointSummary): string {
  return say(key, `${cleanText(name, 128)} (${cleanText(extension, 32)})`);
}
