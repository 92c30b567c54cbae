import type { JSX } from 'preact';
import { nightIn } from '../core/local-time.ts';
import { Icon } from './icons.tsx';
import { say } from './say.ts';
import { formatTime } from './time.ts';

/** Says what time it is where a number is, while people sleep there; nothing otherwise. */
export function NightHint({ country }: { readonly country: string | undefined }): JSX.Element | null {
  const now = Date.now();
  const night = country === undefined ? undefined : nightIn(country, now);
  if (!night) return null;
  const [first, last] = [night.first, night.last].map((zone) => formatTime(now, undefined, zone));
  return (
    <span class="night">
      <Icon name="moon" />{' '}
      {first === last ? say('night_there', first ?? '') : say('night_between', first ?? '', last ?? '')}
    </span>
  );
}
