/** One person (extension) of the tenant as the PBX reports it. Absent means the PBX did not say. */
export interface Presence {
  readonly extension: string;
  readonly isOwn: boolean;
  readonly name?: string;
  /** A phone is signed in for this extension. */
  readonly registered?: boolean;
  readonly doNotDisturb?: boolean;
  readonly inCall?: boolean;
  /** Available for chat, in the PBX's own sense. */
  readonly chat?: 'online' | 'offline';
}

const MOST_PEOPLE = 500;

/** Newer words about the same extension replace older ones field by field; what the PBX leaves out stays as it was. */
export function mergePresence(before: readonly Presence[], news: readonly Presence[]): readonly Presence[] {
  const byExtension = new Map(before.map((person) => [person.extension, person]));
  for (const person of news) byExtension.set(person.extension, { ...byExtension.get(person.extension), ...person });
  return [...byExtension.values()].slice(0, MOST_PEOPLE);
}
