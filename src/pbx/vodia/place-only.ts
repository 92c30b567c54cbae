import { type Capabilities, type PbxError, PLACE_ONLY } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialAccepted, DialFailure } from '../../core/update.ts';
import type { DialRequest, PbxNews, PbxPorts, PbxRequest, PbxResponse, PbxSession } from '../adapter.ts';
import { isWebPage, neverLeft, refusalOf } from '../frames.ts';

/** How calls are placed where there is no socket. */
export interface PlaceOnly {
  readonly extension: string;
  readonly ports: PbxPorts;
  readonly capabilities?: Capabilities;
  /** Why there is no socket, where there should be one. */
  readonly limit?: PbxError;
  /** The one request that places a call. */
  request(request: DialRequest): PbxRequest;
  /** Links are answered by pages, which say nothing; the REST interface never is. */
  readonly answersPages?: true;
  /** What it means that the PBX does not let us in (any more). */
  readonly refusedAs: 'closed' | 'login-refused';
  tell(news: PbxNews): void;
  /** A cheap read: whether the PBX is there at all. */
  ask(): Promise<Result<void, PbxError>>;
  /** Called once, when the session is closed by us. */
  closed(): void;
}

/** The session of a PBX whose socket is not for us: calls are placed by single requests, and nothing more is known of them. */
export function placeOnly(context: PlaceOnly): PbxSession {
  const { ports, extension, limit } = context;
  let isOver = false;
  const unsupported = () => Promise.resolve(fail<PbxError>({ kind: isOver ? 'closed' : 'unsupported', detail: '' }));
  const loginIsOver = () => {
    if (isOver) return;
    isOver = true;
    context.tell({ type: 'lost', error: { kind: context.refusedAs, detail: 'HTTP 401' } });
  };
  return {
    capabilities: context.capabilities ?? PLACE_ONLY,
    extension,
    ...(limit === undefined ? {} : { limit }),
    async dial(request) {
      if (isOver) return fail({ error: { kind: 'closed', detail: '' }, placed: 'no' });
      const answer = await ports.request(context.request(request));
      if (answer.ok && answer.value.status === 401) loginIsOver();
      return readPlaced(answer, ports, context.answersPages ?? false);
    },
    hangUp: unsupported,
    listCalls: unsupported,
    beat: () => context.ask(),
    close() {
      if (isOver) return;
      isOver = true;
      context.closed();
    },
  };
}

/** `remote-dial`, with the name beside the number for the phone's display. */
export function restCall(origin: string, account: string, { number, name }: DialRequest): PbxRequest {
  return {
    method: 'POST',
    url: `${origin}/rest/user/${encodeURIComponent(account)}/calls`,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ 'remote-dial': number, name: name ?? '' }),
  };
}

/** Any 2xx is a yes, whatever its body; what may have reached the PBX all the same is `placed: 'unknown'`. */
function readPlaced(
  answer: Result<PbxResponse, PbxError>,
  ports: PbxPorts,
  answersPages: boolean,
): Result<DialAccepted, DialFailure> {
  if (!answer.ok) return fail({ error: answer.error, placed: neverLeft(answer.error) ? 'no' : 'unknown' });
  const response = answer.value;
  const { status } = response;
  if (status >= 200 && status <= 299) {
    if (answersPages ? isSignInPage(response) : isWebPage(response)) {
      return fail({ error: { kind: 'not-a-pbx', detail: 'a web page' }, placed: 'unknown' });
    }
    if (response.body.trim() === 'false') return fail({ error: { kind: 'rejected', detail: 'false' }, placed: 'no' });
    return ok({});
  }
  // From 500 on the PBX may have failed after it had begun to dial.
  const placed = status >= 500 && status !== 503 ? 'unknown' : 'no';
  const detail = `HTTP ${status}`;
  if (status === 400 || status === 422) return fail({ error: { kind: 'number-refused', detail }, placed });
  if (status === 405) return fail({ error: { kind: 'unsupported', detail }, placed });
  return fail({ error: refusalOf(response, ports.now()), placed });
}

/** A page that asks for a password has placed nothing, though nobody can be sure. */
function isSignInPage({ body }: PbxResponse): boolean {
  return /<input[^>]{0,200}password/i.test(body.slice(0, 100_000));
}
