import type { PageEvidence } from '../phone/country.ts';

/** Links looked at for the countries of their hosts and numbers; a page's own come early. */
const MAX_LINKS = 400;
const MAX_TEXT = 400;
/** Hosts whose top-level domain is part of a name, not a country's. */
const NAMED_HOSTS = new Set([
  'youtu.be',
  'linktr.ee',
  'lnkd.in',
  'pin.it',
  'redd.it',
  'flic.kr',
  'spoti.fi',
  'buff.ly',
  'ow.ly',
]);

/** What the document says about its country where nobody sees it. Reads the head and the links, nothing that is drawn. */
export function readEvidence(page: Document): Pick<PageEvidence, 'lang' | 'host' | 'hints'> {
  return {
    lang: page.documentElement?.getAttribute('lang') ?? '',
    // A document whose frame is gone has no place any more.
    host: page.location?.hostname ?? '',
    hints: [...headHints(page), ...structuredHints(page), ...linkHints(page)],
  };
}

function* headHints(page: Document): Iterable<string> {
  yield page.title.slice(0, MAX_TEXT);
  for (const meta of page.querySelectorAll<HTMLMetaElement>('meta[name],meta[property],meta[itemprop]')) {
    const name = (meta.name || meta.getAttribute('property') || meta.getAttribute('itemprop') || '').toLowerCase();
    if (
      !/^(?:og:(?:locale|url|country-name)|geo\.(?:region|country|placename)|description|addresscountry|business:contact_data:country_name)$/.test(
        name,
      )
    )
      continue;
    // `geo.region` may name a part of the country: `AU-QLD`.
    yield name === 'geo.region' ? meta.content.trim().slice(0, 2).toUpperCase() : meta.content.slice(0, MAX_TEXT);
  }
  const canonical = page.querySelector('link[rel="canonical" i]')?.getAttribute('href');
  if (canonical) yield canonical.slice(0, MAX_TEXT);
}

/** The country, telephone and currency of the records that pages keep for search engines. */
function* structuredHints(page: Document): Iterable<string> {
  for (const script of page.querySelectorAll('script[type="application/ld+json" i]')) {
    const text = (script.textContent ?? '').slice(0, 100 * MAX_TEXT);
    for (const match of text.matchAll(
      /"(?:addressCountry|telephone|priceCurrency|addressRegion|addressLocality)"\s*:\s*(?:\{[^{}]{0,80}?"name"\s*:\s*)?"([^"]{2,60})"/g,
    )) {
      yield match[1] ?? '';
    }
  }
}

/** Hosts and numbers of links: shops link their own domain, chat links carry the number with its country. */
function* linkHints(page: Document): Iterable<string> {
  const seen = new Set<string>();
  let count = 0;
  for (const link of page.querySelectorAll<HTMLAnchorElement>('a[href]')) {
    if (++count > MAX_LINKS) return;
    const hint = linkHint(link.getAttribute('href') ?? '');
    if (hint === undefined || seen.has(hint)) continue;
    seen.add(hint);
    yield hint;
  }
}

function linkHint(href: string): string | undefined {
  const number =
    /^\s*(?:(?:tel|callto):\s*(?:\+|%2B)|(?:https?:)?\/\/(?:wa\.me\/|api\.whatsapp\.com\/send\/?\?phone=)(?:\+|%2B)?)([\d\s().-]{8,24})/i.exec(
      href,
    );
  if (number?.[1] !== undefined) return `+${number[1].replace(/\D/g, '')}`;
  const host = /^(?:(?:https?:)?\/\/(?:www\.)?|mailto:[^@?]{1,80}@)([\w.-]{4,80})/i.exec(href)?.[1]?.toLowerCase();
  return host === undefined || NAMED_HOSTS.has(host) || !/\.[a-z]{2}$/.test(host) ? undefined : `://${host}`;
}
