import type { Target } from './targets.ts';

const LONGEST = 64;
const CARDS = '[itemtype*="Person" i],[itemtype*="Organization" i],[itemtype*="LocalBusiness" i],.vcard,.h-card';
const NAMES = '[itemprop="name"],.fn,.p-name';
/** Headers of columns that hold names, in the languages of many pages. */
const NAME_HEADER =
  /^(?:(?:full|contact|customer|client|account|company|last)\s*)?(?:name|contact|customer|client|company|account|person|lead|nome|nom|nombre|naam|kunde|kundin|firma|kontakt|klant|cliente|contacto|contatto|namn|navn)$/i;

/**
 * The name that plainly belongs to a number: told by a link, marked up, or in the name column of its table. Undefined where there is
 * none; at most 64 characters on one line. Read at the click only.
 */
export function nameBeside(target: Target): string | undefined {
  const { holder } = target;
  const row = holder.closest('tr');
  const own = holder.closest('td,th');
  const marked = holder.closest(CARDS)?.querySelector(NAMES);
  for (const element of [marked, row && nameCell(row)]) {
    if (!element || element === own || element.contains(holder)) continue;
    const name = nameOf(element);
    if (name !== undefined) return name;
  }
  return target.name === undefined ? undefined : plain(target.name);
}

function nameCell(row: HTMLTableRowElement): Element | undefined {
  const header = row.querySelector(':scope > th[scope="row"]');
  if (header) return header;
  const titles = [...(row.closest('table')?.querySelector('tr')?.cells ?? [])];
  const at = titles.findIndex((title) => title.tagName === 'TH' && NAME_HEADER.test(title.textContent?.trim() ?? ''));
  return at < 0 ? undefined : row.cells[at];
}

/** Hidden text is nobody's name: what is told is what the user can see. */
function nameOf(element: Element): string | undefined {
  if (typeof element.checkVisibility === 'function' && !element.checkVisibility()) return undefined;
  const text = element.textContent ?? '';
  return text.length > LONGEST * 4 ? undefined : plain(text);
}

function plain(text: string): string | undefined {
  const name = text
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const digits = name.match(/\p{Nd}/gu)?.length ?? 0;
  return name !== '' && [...name].length <= LONGEST && digits < 5 && /\p{L}/u.test(name) ? name : undefined;
}
