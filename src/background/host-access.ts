import { browser } from '../browser.ts';
import { originPattern } from './pbx-ports.ts';

/**
 * True when the user lets us reach this address now. Access can be taken away at any time, so it is asked for before every use; the
 * browser answers from memory.
 */
export async function hasHostAccess(url: URL): Promise<boolean> {
  if (await contains(originPattern(url))) return true;
  // Chrome keeps a port that was asked for; Firefox knows no ports in patterns and throws.
  return url.port !== '' && (await contains(originPattern(url).replace(/\/\*$/, `:${url.port}/*`)));
}

async function contains(origin: string): Promise<boolean> {
  try {
    return await browser.permissions.contains({ origins: [origin] });
  } catch {
    return false;
  }
}
