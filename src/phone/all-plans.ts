import metadata from 'libphonenumber-js/metadata.max.json';
import type { NumberPlans } from './number-plan.ts';

/**
 * The plans of all countries, the one copy in a bundle: 156 kB. The background has them at hand; the popup reads them after its first
 * paint; a content script gets them in a message and must not import this file.
 */
export const ALL_PLANS = metadata as typeof metadata & NumberPlans;
