import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { AccountNeeds } from '../core/account.ts';
import { ask } from '../messaging/ask.ts';
import type { ImportProblem } from '../messaging/protocol.ts';
import { findAdapter } from '../pbx/registry.ts';
import type { Settings } from '../storage/settings.ts';
import { Button, Notice } from '../ui/controls.tsx';
import { missingOf, requestAccess, siteNeeds } from '../ui/permissions.ts';
import { type Phrase, problemWords, say } from '../ui/say.ts';
import { importAdvice, importProblemWords } from '../ui/words.ts';
import { SiteTags, wantedSites } from './sites-section.tsx';

interface SettingsFileSectionProps {
  readonly settings: Settings;
  readonly granted: AccountNeeds | undefined;
  readonly onImported: () => void;
}

interface Outcome {
  readonly mood: 'good' | 'bad';
  readonly words: Phrase;
  /** More sentences: why, and what helps. */
  readonly more?: readonly string[];
  readonly isImport: boolean;
}

const FILE_NAME = 'pagedial-settings.json';
const LARGEST_FILE = 1_000_000;

/** Settings in and out of a file. An import says what the browser still has to grant. */
export function SettingsFileSection({ settings, granted, onImported }: SettingsFileSectionProps): JSX.Element {
  const id = useId();
  const [outcome, setOutcome] = useState<Outcome>();
  const [isDenied, setIsDenied] = useState(false);
  const missing = granted && missingOf(needsOf(settings), granted);
  const isMissing = missing !== undefined && missing.origins.length + missing.permissions.length > 0;

  const grant = () => {
    void requestAccess(needsOf(settings), granted).then((isYes) => setIsDenied(!isYes));
  };
  const importFile = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (!file) return;
    setOutcome(undefined);
    const imported = await importText(file);
    setOutcome(imported);
    if (imported.mood === 'good') onImported();
    // The same file, mended, may be chosen again.
    input.value = '';
  };
  const exportFile = async () => {
    try {
      download(FILE_NAME, await ask('settings/export', {}));
      setOutcome({ mood: 'good', words: ['options_file_exported'], isImport: false });
    } catch {
      setOutcome({ mood: 'bad', words: ['common_failed'], isImport: false });
    }
  };

  return (
    <>
      <p class="intro">{say('options_file_intro')}</p>
      <div class="field">
        <label for={id}>{say('options_file_import')}</label>
        <input
          id={id}
          class="file"
          type="file"
          accept=".json,application/json"
          onChange={(event) => void importFile(event.currentTarget)}
        />
      </div>
      <div role="status">
        {outcome && (
          <Notice mood={outcome.mood} title={say(...outcome.words)}>
            {outcome.more?.map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
            {outcome.isImport && outcome.mood === 'good' && missing && isMissing && (
              <>
                <p>{say('options_sites_missing')}</p>
                <SiteTags sites={wantedSites(missing)} />
                <div class="actions">
                  <Button kind="primary" onPress={grant}>
                    {say('options_file_grant')}
                  </Button>
                </div>
                {isDenied && <p class="field-error">{say('options_sites_denied')}</p>}
              </>
            )}
          </Notice>
        )}
      </div>
      <div class="actions">
        <Button onPress={() => void exportFile()}>{say('options_file_export')}</Button>
      </div>
    </>
  );
}

/** All that the settings need: the PBX's address and the sites of the rule. */
export function needsOf(settings: Settings): AccountNeeds {
  const sites = siteNeeds(settings.sites);
  const adapter = settings.account && findAdapter(settings.account.vendor);
  if (!settings.account || !adapter) return sites;
  const account = adapter.needs(settings.account.values);
  return { origins: [...account.origins, ...sites.origins], permissions: account.permissions };
}

async function importText(file: File): Promise<Outcome> {
  const bad = (words: Phrase, more: readonly string[] = []): Outcome => ({ mood: 'bad', words, more, isImport: true });
  if (file.size > LARGEST_FILE)
    return bad(importProblemWords({ problem: 'too-large' }), adviceOn({ problem: 'too-large' }));
  let text: string;
  try {
    text = textOf(await file.arrayBuffer());
  } catch {
    return bad(['options_file_unreadable']);
  }
  try {
    const answer = await ask('settings/import', { text });
    return answer.ok
      ? { mood: 'good', words: ['options_file_imported'], isImport: true }
      : bad(importProblemWords(answer.error), adviceOn(answer.error));
  } catch {
    return bad(['common_failed']);
  }
}

/** Where it is wrong, why, and what helps. */
function adviceOn(problem: ImportProblem): readonly string[] {
  const { line, path, why } = problem;
  const advice = importAdvice(problem);
  return [
    ...problemWords(why),
    ...(line === undefined || path === undefined ? [] : [say('options_import_line', String(line))]),
    ...(advice === undefined ? [] : [say(advice)]),
  ];
}

/** Windows' own tools write UTF-16, and say so with the first two bytes. */
function textOf(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes);
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the blob after the click has ended.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
