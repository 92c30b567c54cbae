import { type NumberPlans, writeInternational } from './number-plan.ts';

/** A number as people read it: E.164 in groups (`+1 617 555 0123`), anything else as it is. Digits and their order never change. */
export function formatNumber(number: string, plans: NumberPlans): string {
  if (!/^\+\d{3,15}$/.test(number)) return number;
  const written = `+${writeInternational(number.slice(1), plans) ?? ''}`;
  return written.replace(/\D/g, '') === number.slice(1) ? written : number;
}
