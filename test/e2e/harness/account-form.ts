import type { Page } from 'puppeteer-core';
import { watchValues } from './leaks.ts';
import { until } from './until.ts';

/** Chooses the PBX in the account form and writes over what is in the fields of these keys. Saves nothing. */
export async function fillAccount(
  options: Page,
  vendor: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  watchValues(values);
  await options.bringToFront();
  await until('the form offers a choice of PBXs', () => options.$('#vendor'));
  await options.select('#vendor', vendor);
  for (const [key, value] of Object.entries(values)) {
    const field = await until(`there is a field ${key}`, () => options.$(`input[name="${key}"]`));
    await field.evaluate((input) => (input as HTMLInputElement).select());
    await options.keyboard.type(value);
  }
}
