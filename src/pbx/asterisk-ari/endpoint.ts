/** The agent's phone as Asterisk names it, read from what was typed. */
export interface AriEndpointName {
  /** As typed: `PJSIP/2040`. */
  readonly name: string;
  /** Technology and resource. */
  readonly parts: readonly [technology: string, resource: string];
  /** What Asterisk is told to ring; differs from the name where a `Local` leg has to be kept. */
  readonly dialled: string;
  /** The agent's own number: `2040`. */
  readonly extension: string;
  /** Rings what the dialplan rings for that number (every device of the agent) instead of one phone. */
  readonly isLocal: boolean;
}

const SHAPE = /^([A-Za-z][A-Za-z0-9_]*)\/([\w.+-]+)(?:@([\w.+-]+))?((?:\/[a-z]+)?)$/;

/** Reads `PJSIP/2040` or `Local/2040@from-internal`; undefined for anything else. */
export function readEndpointName(typed: string): AriEndpointName | undefined {
  const name = typed.trim();
  const [, technology, user, at, options = ''] = SHAPE.exec(name) ?? [];
  if (technology === undefined || user === undefined) return undefined;
  const isLocal = technology.toLowerCase() === 'local';
  if (isLocal ? at === undefined : options !== '') return undefined;
  const resource = at === undefined ? user : `${user}@${at}`;
  return {
    name,
    parts: [technology, resource],
    // `/n`: without it Asterisk replaces the leg once both ends talk, and its id ends while the call goes on.
    dialled: isLocal && !options.includes('n') ? `${technology}/${resource}/n` : name,
    extension: user,
    isLocal,
  };
}
