import type { MetadataJson } from 'libphonenumber-js/core';
import type { NumberPlans } from './number-plan.ts';

/** The plans as libphonenumber-js takes them: it changes nothing in them, but its types do not say so. */
export function libraryPlans(plans: NumberPlans): MetadataJson {
  return plans as unknown as MetadataJson;
}
