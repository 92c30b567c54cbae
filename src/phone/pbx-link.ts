/** Whose PBX, and which of its extensions, a link would call with. */
export interface LinkedPbx {
  /** With the port if there is one; empty where the link names none (`vodia:?dial=…`). */
  readonly host: string;
  /** `45` or `45@acme.example`; absent where the link names nobody. */
  readonly user?: string;
}

/** What a link that makes a PBX call would dial. The credentials that some carry are left behind, unread. */
export interface PbxLink extends LinkedPbx {
  readonly dest: string;
  /** Of the person behind the number, as the link's author wrote it. */
  readonly name?: string;
}

const LONGEST = 2_000;
const LONGEST_PART = 200;
/** What every such link has in its address: the part that a selector of `href` compares. */
export const PBX_LINK_HREFS = ['^="vodia:"', '*="remote_call.htm?"'];

const APP_LINK = /^\s*vodia:(?:\/\/)?([^/?#]*)[^?#]*\?([^#]*)/i;
const CALL_PAGE = /\/remote_call\.htm$/i;

/**
 * Reads one of Vodia's five click-to-dial links: `vodia://pbx.example.com?dial=…`, or `https://pbx.example.com/remote_call.htm?dest=…`
 * with or without credentials. Undefined for every other address. Never throws.
 * @param base - the page's address, for links without host
 * Source: vendor's page "Click to Dial"
 */
export function parsePbxLink(href: string, base: string): PbxLink | undefined {
  if (href.length > LONGEST) return undefined;
  const [, host, query] = APP_LINK.exec(href) ?? [];
  if (host !== undefined && query !== undefined) return linkOf(host.toLowerCase(), query, 'dial');
  const url = URL.canParse(href, base) ? new URL(href, base) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !CALL_PAGE.test(url.pathname)) return undefined;
  return linkOf(url.host, url.search.slice(1), 'dest');
}

/** True for a text that shows the address of such a link instead of words. */
export function isPbxAddress(text: string): boolean {
  return /remote_call\.htm|^vodia:/i.test(text);
}

function linkOf(host: string, query: string, destKey: string): PbxLink | undefined {
  const dest = parameterOf(query, destKey);
  if (dest === undefined) return undefined;
  const user = parameterOf(query, 'user');
  const name = parameterOf(query, 'name')?.replaceAll('+', ' ').trim();
  return {
    dest,
    host,
    ...(user === undefined ? {} : { user }),
    ...(name === undefined || name === '' ? {} : { name }),
  };
}

/** One parameter, decoded once. A bare `+` stays, as authors write numbers with it; a parameter that is given twice is none. */
function parameterOf(query: string, key: string): string | undefined {
  const values = query.split('&').filter((part) => part.startsWith(`${key}=`));
  const [only] = values;
  if (only === undefined || values.length > 1) return undefined;
  try {
    const value = decodeURIComponent(only.slice(key.length + 1));
    return value === '' || value.length > LONGEST_PART ? undefined : value;
  } catch {
    return undefined;
  }
}
