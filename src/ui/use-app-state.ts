import { useEffect, useState } from 'preact/hooks';
import type { AppState } from '../core/update.ts';
import type { Settings } from '../storage/settings.ts';
import { settingsItem } from '../storage/settings-item.ts';
import { stateItem } from '../storage/state-item.ts';

/** What was saved last when the page was opened: the first paint needs nothing else. */
export interface Saved {
  readonly state: AppState;
  readonly settings: Settings;
}

interface Watchable<T> {
  read(): Promise<T>;
  watch(onChanged: (value: T) => void): () => void;
}

/** What is saved now; both areas are asked at once. */
export async function readSaved(): Promise<Saved> {
  const [state, settings] = await Promise.all([stateItem.read(), settingsItem.read()]);
  return { state, settings };
}

/** The app's state as saved, followed as it changes. */
export function useAppState(first: AppState): AppState {
  return useStored(stateItem, first);
}

/** The settings as saved, followed as they change. */
export function useSettings(first: Settings): Settings {
  return useStored(settingsItem, first);
}

/** A stored value, followed as it changes. `first` is shown until storage says otherwise. */
export function useStored<T>(item: Watchable<T>, first: T): T {
  const [value, setValue] = useState(first);
  useEffect(() => {
    let isNewer = false;
    const stop = item.watch((changed) => {
      isNewer = true;
      setValue(() => changed);
    });
    // What was written between the first read and the watching is caught up with here.
    void item.read().then((read) => {
      if (!isNewer) setValue(() => read);
    });
    return stop;
  }, [item]);
  return value;
}
