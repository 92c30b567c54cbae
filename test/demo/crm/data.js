// Sample records. Every phone number is from a range that regulators keep for drama and examples; nobody can be reached there.

const pad = (value, length) => String(value).padStart(length, '0');

/** How people of each country write the numbers they type into a CRM. `n` is different for every contact, 0 to 99. */
const STYLES = {
  US: [
    (n) => `(617) 555-01${pad(n, 2)}`,
    (n) => `415-555-01${pad(n, 2)}`,
    (n) => `+1 312 555 01${pad(n, 2)}`,
    (n) => `212.555.01${pad(n, 2)}`,
  ],
  GB: [(n) => `+44 20 7946 0${pad(n, 3)}`, (n) => `+44 (0)161 496 0${pad(n, 3)}`, (n) => `+44 7700 900${pad(n, 3)}`],
  DE: [(n) => `+49 30 23125-${pad(n, 3)}`, (n) => `+49 (0) 171 39200${pad(n, 2)}`],
  FR: [(n) => `+33 1 99 00 ${pad(n, 2)} 17`, (n) => `+33 6 39 98 ${pad(n, 2)} 08`],
  SE: [(n) => `+46 8 465 004 ${pad(n, 2)}`],
  AU: [(n) => `+61 491 570 ${pad(150 + (n % 10), 3)}`],
};
const COUNTRY_NAMES = {
  US: 'United States',
  GB: 'United Kingdom',
  DE: 'Germany',
  FR: 'France',
  SE: 'Sweden',
  AU: 'Australia',
};
const FIRST = 'Maya Jonas Priya Oliver Lena Mateo Ingrid Samir Chloé Tomás Aiko Greta Noah Zofia Ewan Amara'.split(' ');
const LAST = 'Alvarez Becker Chandra Dawson Eklund Fournier Grant Huber Iversen Jansen Kowalski Lindqvist'.split(' ');
const COMPANIES = [
  'Bluefin Logistics',
  'Atlas Dental Supply',
  'Kestrel Energy',
  'Marlow & Pike',
  'Nordlicht Optik GmbH',
  'Atelier Verdier',
  'Quayside Hotels',
  'Tamarack Outdoor',
  'Sable Analytics',
  'Grünwald Maschinenbau',
];
const STAGES = ['New', 'Contacted', 'Negotiation', 'Customer', 'Churned'];
const ORDER_OF_COUNTRIES = ['US', 'GB', 'US', 'DE', 'FR', 'US', 'SE', 'US', 'AU', 'GB'];

/** 64 contacts, the same at every load. */
export const contacts = Array.from({ length: 64 }, (_, index) => {
  const country = ORDER_OF_COUNTRIES[index % ORDER_OF_COUNTRIES.length];
  const styles = STYLES[country];
  const first = FIRST[(index * 7) % FIRST.length];
  const last = LAST[(index * 5 + Math.floor(index / 12)) % LAST.length];
  const company = COMPANIES[(index * 3) % COMPANIES.length];
  const n = (index * 37 + 42) % 100;
  return {
    id: index + 1,
    name: `${first} ${last}`,
    company,
    country,
    countryName: COUNTRY_NAMES[country],
    email: `${first}.${last}@${company.split(' ')[0]}.example`
      .normalize('NFD')
      .replace(/[^\w.@-]/g, '')
      .toLowerCase(),
    phone: styles[index % styles.length](n),
    mobile: index % 3 === 0 ? styles[(index + 1) % styles.length]((n + 11) % 100) : '',
    fax: index % 4 === 0 ? styles[0]((n + 23) % 100) : '',
    extension: index % 5 === 0 ? String(200 + index) : '',
    stage: STAGES[(index * 2) % STAGES.length],
    value: 1200 + ((index * 7919) % 48_000),
    lastSeen: `2026-0${1 + (index % 9)}-${pad(1 + ((index * 11) % 28), 2)}`,
  };
});

/** What people write about a contact: numbers to call between numbers that are none. */
export function notesFor(contact) {
  return [
    {
      when: '2026-03-14 09:41',
      by: 'Robin Vale',
      text:
        `Spoke with ${contact.name} about order 4500123987 (invoice INV-2026-004417, due 30.04.2026). ` +
        'Their warehouse can be reached at (617) 555-0176, ask for Dana at extension 45. ' +
        'Please do not use the old fax 617-555-0188 any more.',
    },
    {
      when: '2026-02-27 16:05',
      by: 'Sol Okafor',
      text:
        'Bank details for the refund: IBAN DE89 3704 0044 0532 0130 00, VAT DE 136695976. ' +
        'Parcel 1Z 999 AA1 01 2345 6784 left on 2026-02-26 at 17:30, 12.450 kg, 3 × 40 × 60 cm. ' +
        'Office in Berlin: +49 30 23125 104, in Paris: +33 1 99 00 42 17.',
    },
    {
      when: '2026-01-09 11:20',
      by: 'Robin Vale',
      text:
        'Prefers a call between 10:00-12:00 on her mobile +44 7700 900482. Server is 192.168.178.24, ticket #20260109, ' +
        'ISBN 978-3-16-148410-0, card ending 4242, coordinates 52.520008, 13.404954.',
    },
  ];
}

/** The feed, oldest first; it starts over at the end. */
export const activities = [
  { who: 'Sol Okafor', what: 'left a voicemail for Atlas Dental Supply', number: '+1 617 555 0119' },
  { who: 'Web form', what: 'asks for a call back at', number: '(415) 555-0133' },
  { who: 'Robin Vale', what: 'moved Kestrel Energy to Negotiation, deal 2026-0418', number: '' },
  { who: 'Mina Roth', what: 'sent offer 10045523 to Nordlicht Optik, switchboard', number: '+49 30 23125 200' },
  { who: 'Web form', what: 'new lead from Quayside Hotels,', number: '+44 20 7946 0371' },
  { who: 'Billing', what: 'reminder for invoice INV-2026-004391, 1.249,00 EUR', number: '' },
  { who: 'Sol Okafor', what: 'met Atelier Verdier, new direct line', number: '+33 1 99 00 65 17' },
];
