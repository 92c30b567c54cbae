import type { CallEndpoint, EndpointAnswer, EndpointKey, EndpointWish } from '../core/call-endpoint.ts';
import type { PbxError } from '../core/connection.ts';
import { fail, ok, type Result, unreachable } from '../core/result.ts';
import type { CallEndpoints, PbxPorts } from '../pbx/adapter.ts';
import type { Clock } from './clock.ts';
import type { ReadyAccount } from './supervisor.ts';

/** One login serves a while of looking after endpoints: PBXs count logins. */
const KEEP_MS = 120_000;

/**
 * Does what the options page wishes with the click-to-call endpoints of an account, saved or not. Nothing is repeated.
 * @param onChanged - an endpoint is not what it was: a session may be placing calls with it
 */
export function createCallEndpoints(
  clock: Clock,
  ports: PbxPorts,
  onChanged: () => void = () => {},
): (account: ReadyAccount, wish: EndpointWish) => Promise<Result<EndpointAnswer, PbxError>> {
  let opened: { readonly for: string; readonly endpoints: CallEndpoints } | undefined;
  let cancelForget = () => {};

  async function open({ adapter, values }: ReadyAccount): Promise<Result<CallEndpoints, PbxError>> {
    const key = JSON.stringify([adapter.id, values]);
    cancelForget();
    cancelForget = clock.after(KEEP_MS, () => {
      opened = undefined;
    });
    if (opened?.for === key) return ok(opened.endpoints);
    if (!adapter.endpoints) return fail({ kind: 'unsupported', detail: '' });
    const made = await adapter.endpoints.open(values, ports);
    if (made.ok) opened = { for: key, endpoints: made.value };
    return made;
  }

  return async (account, wish) => {
    try {
      const endpoints = await open(account);
      if (!endpoints.ok) return endpoints;
      const done = await grant(endpoints.value, wish);
      // A login that has run out is made anew with the next wish.
      if (!done.ok && done.error.kind === 'login-refused') opened = undefined;
      if (done.ok && (wish.wish === 'change' || wish.wish === 'remove')) onChanged();
      return done;
    } catch {
      return fail({ kind: 'protocol', detail: 'endpoints' });
    }
  };
}

async function grant(endpoints: CallEndpoints, wish: EndpointWish): Promise<Result<EndpointAnswer, PbxError>> {
  switch (wish.wish) {
    case 'list':
      return named('list', await endpoints.list());
    case 'read':
      return named('endpoint', await endpoints.read(wish.id));
    case 'history':
      return named('calls', await endpoints.history(wish.id));
    case 'create':
      return named('made', await endpoints.create(wish.endpoint));
    case 'change': {
      const changed = await endpoints.change(wish.id, wish.endpoint, wish.emptied);
      return changed.ok && changed.value.length === 0 ? ok({}) : named('kept', changed);
    }
    case 'remove': {
      const removed = await endpoints.remove(wish.id);
      return removed.ok ? ok({}) : removed;
    }
    default:
      return unreachable(wish);
  }
}

function named<K extends keyof EndpointAnswer>(
  name: K,
  result: Result<NonNullable<EndpointAnswer[K]>, PbxError>,
): Result<EndpointAnswer, PbxError> {
  return result.ok ? ok({ [name]: result.value }) : result;
}

/** A wish as our own page has made it, or undefined. What an endpoint holds is looked at by the adapter. */
export function readEndpointWish(value: unknown): EndpointWish | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { wish, id, endpoint, emptied = [] } = value as Readonly<Record<string, unknown>>;
  const isId = typeof id === 'string' && id !== '' && id.length <= 200;
  const isEndpoint = typeof endpoint === 'object' && endpoint !== null && !Array.isArray(endpoint);
  switch (wish) {
    case 'list':
      return { wish };
    case 'read':
    case 'remove':
    case 'history':
      return isId ? { wish, id } : undefined;
    case 'create':
      return isEndpoint ? { wish, endpoint: endpoint as CallEndpoint } : undefined;
    case 'change':
      return isId && isEndpoint && Array.isArray(emptied)
        ? { wish, id, endpoint: endpoint as Partial<CallEndpoint>, emptied: emptied as readonly EndpointKey[] }
        : undefined;
    default:
      return undefined;
  }
}
