import type { JSX } from 'preact';
import { localTime } from '../core/local-time.ts';
import { Icon } from './icons.tsx';
import { say } from './say.ts';
import { formatTime } from './time.ts';

/** Says what time it is where a number is, while people sleep there; nothing otherwise. */
export function NightHint({ country }: { readonly country: string | undefined }): JSX.Element | null {
  const now = Date.now();
  const there = country === undefined ? undefined : localTime(country, now);
  if (!there?.isNight) return null;
  const [first, last] = [there.first, there.last].map((zone) => formatTime(now, undefined, zone));
  return (
    <span class="night">
      <Icon name="moon" />{' '}
      {first === last ? say('night_there', first ?? '') : say('night_between', first ?? '', last ?? '')}
    </span>
  );
}
