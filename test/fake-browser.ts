import { vi } from 'vitest';

type Listener = (changes: Record<string, { readonly newValue: unknown }>) => unknown;

/** As much of `browser` as our background touches, in memory. One for each test: `createFakeBrowser()`. */
export function createFakeBrowser(origin = 'chrome-extension://abc') {
  const areas = { local: area(), session: area() };
  const granted = new Set<string>();
  const cookies = new Map<string, FakeCookie>();
  return {
    areas,
    granted,
    cookies,
    browser: {
      runtime: { id: 'abc', getURL: (path: string) => `${origin}/${path}`, getPlatformInfo: vi.fn(async () => ({})) },
      i18n: { getMessage: (key: string) => key },
      storage: areas,
      permissions: {
        contains: async ({ origins = [], permissions = [] }: { origins?: string[]; permissions?: string[] }) =>
          [...origins, ...permissions].every((entry) => granted.has(entry)),
        getAll: async () => ({ origins: [...granted] }),
      },
      cookies: {
        get: async ({ name }: FakeCookie) => cookies.get(cookieKey({ name })) ?? null,
        set: async (cookie: FakeCookie) => void cookies.set(cookieKey(cookie), cookie),
        remove: async (cookie: FakeCookie) => void cookies.delete(cookieKey(cookie)),
      },
    },
  };
}

export interface FakeCookie {
  readonly name: string;
  readonly value?: string;
  readonly sameSite?: string;
  readonly partitionKey?: { readonly topLevelSite: string };
}

/** The name under which the fake jar keeps a cookie. */
export function cookieKey({ name, partitionKey }: FakeCookie): string {
  return `${name}|${partitionKey?.topLevelSite ?? ''}`;
}

function area() {
  const stored: Record<string, unknown> = {};
  const listeners = new Set<Listener>();
  return {
    stored,
    get: async (key: string) => (key in stored ? { [key]: structuredClone(stored[key]) } : {}),
    async set(values: Record<string, unknown>) {
      const news = structuredClone(values);
      Object.assign(stored, news);
      const changes = Object.fromEntries(Object.entries(news).map(([key, newValue]) => [key, { newValue }]));
      for (const listener of listeners) listener(changes);
    },
    remove: async (key: string) => void Reflect.deleteProperty(stored, key),
    onChanged: {
      addListener: (listener: Listener) => void listeners.add(listener),
      removeListener: (listener: Listener) => void listeners.delete(listener),
    },
  };
}
