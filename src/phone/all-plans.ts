import metadata from 'libphonenumber-js/metadata.max';
import type { NumberPlans } from './number-plan.ts';

/** The plans of all countries: 156 kB. Only the file that the build makes of the whole atlas holds them, no script. */
export const ALL_PLANS: NumberPlans = metadata;
