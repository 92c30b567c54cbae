const CITIES = ['Boston', 'Austin', 'Denver', 'Portland', 'Chicago'];

/** A customer table as CRMs show it: six columns, one of them a phone number. */
export function tablePage(rows: number, more = ''): string {
  const head = ['Name', 'Company', 'City', 'Phone', 'Order', 'Date'].map((name) => `<th>${name}</th>`).join('');
  return page('Table', `${more}<table><thead><tr>${head}</tr></thead><tbody>${rowsOf(rows)}</tbody></table>`);
}

/** The rows of such a table. */
export function rowsOf(count: number): string {
  const rows = Array.from({ length: count }, (_, row) => {
    const cells = [
      `Contact ${row}`,
      `Company ${(row * 7) % 900} Inc.`,
      CITIES[row % CITIES.length],
      `(617) 555-01${String(row % 100).padStart(2, '0')}`,
      `SO-${100_000 + row * 13}`,
      `2026-0${1 + (row % 9)}-1${row % 10}`,
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return rows.join('');
}

/** A page without scripts of its own, but for what `body` holds. */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body>${body}</body></html>`;
}
