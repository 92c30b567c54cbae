/** The one place that imports the polyfill, so that it can go when every supported browser has a native `browser`. */
export { default as browser } from 'webextension-polyfill';
