import type { JSX } from 'preact';

const PATHS = {
  /** A telephone handset. */
  phone:
    'M6.6 2.6 9 3.2c.5.1.8.5.9 1l.5 2.7c.1.4-.1.9-.4 1.1L8.3 9.4a11.5 11.5 0 0 0 6.3 6.3l1.4-1.7c.3-.3.7-.5 1.1-.4l2.7.5c.5.1.9.4 1 .9l.6 2.4c.2.8-.3 1.6-1.1 1.8-.5.1-1.1.2-1.6.2C10 19.4 4.6 14 4.6 5.3c0-.5.1-1.1.2-1.6.2-.8 1-1.3 1.8-1.1Z',
  hangUp:
    'M12 8.5c3.6 0 6.8 1.2 9.2 3.3.7.6.8 1.6.3 2.3l-1.3 1.9c-.4.6-1.2.8-1.9.5l-2.5-1.1c-.5-.2-.9-.7-.9-1.3l-.1-1.8a11.6 11.6 0 0 0-5.6 0l-.1 1.8c0 .6-.4 1.1-.9 1.3l-2.5 1.1c-.7.3-1.5.1-1.9-.5l-1.3-1.9c-.5-.7-.4-1.7.3-2.3A13.8 13.8 0 0 1 12 8.5Z',
  settings:
    'M10 5.4l.4-2.5h3.2l.4 2.5 1.2.5 2.1-1.4 2.2 2.2-1.4 2.1.5 1.2 2.5.4v3.2l-2.5.4-.5 1.2 1.4 2.1-2.2 2.2-2.1-1.4-1.2.5-.4 2.5h-3.2l-.4-2.5-1.2-.5-2.1 1.4-2.2-2.2 1.4-2.1-.5-1.2-2.5-.4v-3.2l2.5-.4.5-1.2-1.4-2.1 2.2-2.2 2.1 1.4ZM12 9.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6Z',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  cross: 'm6.5 6.5 11 11m0-11-11 11',
  alert: 'M12 8v5m0 3.2v.1M10.7 4 3 17.5A1.5 1.5 0 0 0 4.3 19.8h15.4a1.5 1.5 0 0 0 1.3-2.3L13.3 4a1.5 1.5 0 0 0-2.6 0Z',
  pause: 'M8.5 6v12m7-12v12',
  /** From one to another. */
  transfer: 'M4 8.5h14m-4-4 4 4-4 4M20 15.5H6m4-4-4 4 4 4',
  clock: 'M12 7.5V12l3 2M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z',
  info: 'M12 11v5.5m0-9v.1M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z',
  fax: 'M7 9V4.5h10V9M7 15H4.5V9h15v6H17m-10-2h10v6.5H7z',
  globe:
    'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Zm-8.5 8.5h17M12 3.5c2.5 2.5 3.5 5.5 3.5 8.5s-1 6-3.5 8.5c-2.5-2.5-3.5-5.5-3.5-8.5S9.5 6 12 3.5Z',
  panel: 'M4 5h16v14H4zm10 0v14',
  incoming: 'M18 6 7 17m0-9v9h9',
  outgoing: 'M6 18 17 7M8 7h9v9',
  trash: 'M5 7h14M10 7V4.5h4V7m-7.5 0 .8 12.5h9.4L17.5 7M10.5 11v5m3-5v5',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z',
} as const;

const FILLED: ReadonlySet<string> = new Set(['phone', 'hangUp']);

export type IconName = keyof typeof PATHS;

/** A small drawing that says nothing by itself: the words stand beside it. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg
      class={FILLED.has(name) ? 'icon icon-filled' : 'icon'}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
