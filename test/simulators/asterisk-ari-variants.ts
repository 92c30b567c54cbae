/**
 * Where Asterisk's behaviour depends on its version, its dialplan or chance, both readings are a switch. The first value named is the
 * default and what version 16.28 does with a plain `Dial`.
 */
export interface AriVariants {
  /** Which comes first after a leg was asked for: its events, or the answer. Version 16 does both. */
  order: 'events-first' | 'answer-first';
  /** Versions before 16.2 know no event filter and answer 404. */
  eventFilter: boolean;
  /** What the dialplan tells while the far end rings: `RINGING`, early media as `PROGRESS`, or nothing until the answer. */
  farEndWords: 'ringing' | 'progress' | 'silent';
  /** A leg's last cause: that of the far end, or 16 since the dialplan hangs up by itself. */
  lastCause: 'far-end' | 'normal';
  /** Bridge events come along. An endpoint subscription brings none. */
  bridgeEvents: boolean;
  /** A phone that is not signed in: no leg is made (500), or one that is over at once (cause 20). */
  offlinePhone: 'no-leg' | 'dead-leg';
  /** Events of colleagues come along, as if somebody had subscribed the application to everything. */
  foreignEvents: boolean;
}

export const DEFAULT_ARI_VARIANTS: AriVariants = {
  order: 'events-first',
  eventFilter: true,
  farEndWords: 'ringing',
  lastCause: 'far-end',
  bridgeEvents: false,
  offlinePhone: 'no-leg',
  foreignEvents: false,
};

/** Every value a switch can take, for tests that try them all and for the page. */
export const ARI_VARIANT_VALUES: { readonly [K in keyof AriVariants]: readonly AriVariants[K][] } = {
  order: ['events-first', 'answer-first'],
  eventFilter: [true, false],
  farEndWords: ['ringing', 'progress', 'silent'],
  lastCause: ['far-end', 'normal'],
  bridgeEvents: [false, true],
  offlinePhone: ['no-leg', 'dead-leg'],
  foreignEvents: [false, true],
};
