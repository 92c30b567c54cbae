import { type PbxError, PLACE_ONLY } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialAccepted, DialFailure } from '../../core/update.ts';
import type { DialRequest, PbxPorts, PbxResponse, PbxSession } from '../adapter.ts';
import { isWebPage, refusalOf } from '../frames.ts';
import type { LiveContext } from './live-session.ts';

/** The session of a PBX that let us in but refused its socket: calls are placed by REST, and nothing more is known of them. */
export function placeOnly(origin: string, limit: PbxError, context: LiveContext): PbxSession {
  const { ports, extension, domain } = context;
  let isOver = false;
  const unsupported = () => Promise.resolve(fail<PbxError>({ kind: 'unsupported', detail: '' }));
  const sessionIsOver = () => {
    if (isOver) return;
    isOver = true;
    context.tell({ type: 'lost', error: { kind: 'closed', detail: 'HTTP 401' } });
  };
  return {
    capabilities: PLACE_ONLY,
    extension,
    limit,
    async dial(request) {
      if (isOver) return fail({ error: { kind: 'closed', detail: '' }, placed: 'no' });
      const answer = await placeByRest(
        `${origin}/rest/user/${encodeURIComponent(`${extension}@${domain}`)}/calls`,
        request,
        ports,
      );
      if (answer.ok && answer.value.status === 401) sessionIsOver();
      return readPlaced(answer, ports);
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

function placeByRest(
  url: string,
  { number, name }: DialRequest,
  ports: PbxPorts,
): Promise<Result<PbxResponse, PbxError>> {
  return ports.request({
    method: 'POST',
    url,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ 'remote-dial': number, name: name ?? '' }),
    cookies: true,
  });
}

/** Any 2xx is a yes, whatever its body; what may have reached the PBX all the same is `placed: 'unknown'`. */
function readPlaced(answer: Result<PbxResponse, PbxError>, ports: PbxPorts): Result<DialAccepted, DialFailure> {
  if (!answer.ok) return fail({ error: answer.error, placed: neverLeft(answer.error) ? 'no' : 'unknown' });
  const response = answer.value;
  const { status } = response;
  if (status >= 200 && status <= 299) {
    if (isWebPage(response)) return fail({ error: { kind: 'not-a-pbx', detail: 'a web page' }, placed: 'unknown' });
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

function neverLeft(error: PbxError): boolean {
  return error.kind === 'permission-missing' || error.kind === 'bad-address' || error.kind === 'insecure-address';
}
