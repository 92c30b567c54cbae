import { browser } from '../browser.ts';
import type { OwnCookie } from '../pbx/adapter.ts';
import { ownCookiesItem } from '../storage/local-items.ts';

type CookieJar = typeof browser.cookies;
type Cookie = Awaited<ReturnType<CookieJar['get']>>;

/** The user's own cookie is not read again before it is back. */
let puttingBack: Promise<void> = Promise.resolve();

const NOTHING: OwnCookie = { adopt: async () => {}, drop: async () => {} };

/**
 * Makes a PBX's session cookie ours alone. Chrome sends an extension's socket no cookie but `SameSite=None` ones, and a login puts the
 * session into the user's own jar. So the session is set once more as a cookie partitioned to this extension, which the socket carries
 * and no page gets, and the user's own cookie is put back as it was. Firefox sends every cookie and needs none of it, and neither does
 * Chrome allow it without the `cookies` permission: then nothing is done.
 * Measured with Chromium 156, loopback `http` included. Can go when Chrome sends all cookies with an extension's socket.
 */
export async function ownCookie(url: string, name: string): Promise<OwnCookie> {
  const jar = cookieJar();
  if (!jar) return NOTHING;
  await puttingBack;
  const users = await jar.get({ url, name }).catch(() => null);
  return {
    async adopt(value) {
      try {
        const session = value ?? (await jar.get({ url, name }))?.value;
        if (session === undefined) return;
        await remember(url, name);
        const own = jar.set({
          url,
          name,
          value: session,
          path: '/',
          httpOnly: true,
          secure: true,
          sameSite: 'no_restriction',
          partitionKey: ownPartition(),
        });
        // Not waited for: Chromium may take half a second to remove a cookie (measured), and a call may be waiting. Until then both are
        // the same.
        puttingBack = putBack(jar, url, name, users).catch(() => {});
        await own;
      } catch {
        // The socket comes up without the session, which the adapter notices and says.
      }
    },
    drop: () => dropCookie(url, name),
  };
}

/** Removes every cookie we have set for ourselves, also those of a background that is gone. */
export async function dropOwnCookies(): Promise<void> {
  for (const { url, name } of await ownCookiesItem.read().catch(() => [])) await dropCookie(url, name);
}

async function dropCookie(url: string, name: string): Promise<void> {
  try {
    await cookieJar()?.remove({ url, name, partitionKey: ownPartition() });
    const others = (await ownCookiesItem.read()).filter((cookie) => cookie.url !== url || cookie.name !== name);
    await ownCookiesItem.write(others);
  } catch {
    // It is a session cookie: the browser's end is its end.
  }
}

async function putBack(jar: CookieJar, url: string, name: string, users: Cookie | null): Promise<void> {
  if (!users) {
    await jar.remove({ url, name });
    return;
  }
  const { value, domain, hostOnly, path, secure, httpOnly, sameSite, expirationDate, storeId } = users;
  await jar.set({
    url,
    name,
    value,
    path,
    secure,
    httpOnly,
    sameSite,
    storeId,
    ...(hostOnly ? {} : { domain }),
    ...(expirationDate === undefined ? {} : { expirationDate }),
  });
}

async function remember(url: string, name: string): Promise<void> {
  const known = await ownCookiesItem.read();
  if (!known.some((cookie) => cookie.url === url && cookie.name === name)) {
    await ownCookiesItem.write([...known, { url, name }]);
  }
}

/** Absent in Firefox, and in Chrome until the user has granted `cookies`. */
function cookieJar(): CookieJar | undefined {
  if (!ownOrigin().startsWith('chrome-extension:')) return undefined;
  return (browser as { readonly cookies?: CookieJar }).cookies;
}

function ownPartition(): { topLevelSite: string } {
  return { topLevelSite: ownOrigin() };
}

function ownOrigin(): string {
  return browser.runtime.getURL('').replace(/\/$/, '');
}
