/**
 * What is wrong with our own house. `state-not-saved`: the browser did not keep what happened, so nothing new is dialled.
 * `secrets-not-kept`: the password is kept in memory only, until the browser closes. `settings-not-read`: defaults are in use.
 * `settings-not-saved`: the last change of the settings, or lesson, was not kept. `lists-not-kept`: the recent calls, or what was taught,
 * could not be read from the disk, or new calls are not kept there.
 */
export type Trouble =
  | 'state-not-saved'
  | 'secrets-not-kept'
  | 'settings-not-read'
  | 'settings-not-saved'
  | 'lists-not-kept';
