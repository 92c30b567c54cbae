import { md5 } from '@noble/hashes/legacy.js';
import type { EpochMs } from '../../core/calls.ts';
import type { PbxRequest } from '../adapter.ts';
import type { LinkWay } from './ways.ts';

/** Who calls by link. */
export interface LinkCaller {
  readonly origin: string;
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  /** Without "press 1". */
  readonly connectsDirectly: boolean;
  /** Base64 with the `=` at its end, or without; the vendor's page prints it without, its length says with. */
  readonly isPadded: boolean;
}

/** How long a link with a hash can be used; longer than clocks differ once the PBX's own is known. */
const VALID_SECONDS = 120;

/**
 * The request of one of the vendor's links: kinds 2 to 4 of five, kind 5 being any of them with `connect=true`. Made for a background,
 * never for a page: two of them hold what proves the user.
 *
 * Kind 2 is answered to its challenge beforehand: a request that is refused and sent again would be two requests to place one call.
 * @param now - by the PBX's clock
 * Source: vendor's page "Click to Dial"
 */
export function callLink(way: LinkWay, caller: LinkCaller, number: string, now: EpochMs): PbxRequest {
  const { origin, user, domain, password, connectsDirectly } = caller;
  const credentials = base64(`${user}@${domain}:${password}`);
  const connect: Parameters = connectsDirectly ? [['connect', 'true']] : [];
  const request = (parameters: Parameters, headers: Readonly<Record<string, string>> = {}): PbxRequest => ({
    method: 'GET',
    url: `${origin}/remote_call.htm?${[...parameters, ...connect].map(written).join('&')}`,
    headers,
  });
  switch (way) {
    case 'link-challenge':
      return request(
        [
          ['user', `${user}@${domain}`],
          ['dest', number],
        ],
        { Authorization: `Basic ${credentials}` },
      );
    case 'link-hash': {
      const time = String(Math.floor(now / 1000));
      const duration = String(VALID_SECONDS);
      return request([
        ['user', user],
        ['extension', 'true'],
        ['dest', number],
        ['time', time],
        ['duration', duration],
        ['auth', linkHash(user, password, number, time, duration)],
      ]);
    }
    case 'link-login':
      return request([
        ['user', user],
        ['dest', number],
        ['auth', caller.isPadded ? credentials : credentials.replace(/=+$/, '')],
      ]);
  }
}

/** MD5 over the plain concatenation, as lower-case hex. Times are seconds, as written in the link. */
export function linkHash(user: string, password: string, dest: string, time: string, duration: string): string {
  const bytes = md5(new TextEncoder().encode(user + password + dest + time + duration));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Text as base64 of its UTF-8 bytes. */
export function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

type Parameters = readonly (readonly [key: string, value: string])[];

function written([key, value]: Parameters[number]): string {
  return `${key}=${encodeURIComponent(value)}`;
}
