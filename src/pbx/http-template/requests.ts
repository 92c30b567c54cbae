import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PbxPorts, PbxRequest, PbxResponse } from '../adapter.ts';
import { isWebPage, readJson } from '../frames.ts';
import { plainWord, readPath } from './json-path.ts';
import type { Auth, BodyTemplate, FrameTemplate, JsonTree, Profile, RequestTemplate } from './profile.ts';
import { base64, fill, type Template, type Values } from './templates.ts';

/** Sends what a profile describes, to its one origin. Nothing is ever sent twice, but for the answer to a challenge. */
export class TemplateRequests {
  readonly #profile: Profile;
  readonly #ports: PbxPorts;

  constructor(profile: Profile, ports: PbxPorts) {
    this.#profile = profile;
    this.#ports = ports;
  }

  async send(template: RequestTemplate, values: Values): Promise<Result<PbxResponse, PbxError>> {
    const request = this.#build(template, values);
    if (!request.ok) return request;
    const answer = await this.#ports.request(request.value);
    // The PBX has refused and asks who we are: nothing has happened yet, and this is the one time the question is answered.
    if (this.#profile.auth.type !== 'challenge' || !answer.ok || !wantsBasic(answer.value)) return answer;
    const headers = { ...request.value.headers, Authorization: basic(values) };
    return this.#ports.request({ ...request.value, headers });
  }

  /** Address of the event socket. */
  socketUrl(path: Template, values: Values): string {
    return this.#profile.server.socketOrigin + this.#withQuery(fill(path, values, 'url'), values);
  }

  #build(template: RequestTemplate, values: Values): Result<PbxRequest, PbxError> {
    const headers: Record<string, string> = {};
    const written = bodyOf(template.body, values);
    if (written) headers['Content-Type'] = written.type;
    const { auth } = this.#profile;
    for (const [name, value] of [
      ...authHeaders(auth, values),
      ...template.headers.map(([name, text]) => [name, fill(text, values, 'header')] as const),
    ]) {
      if (!/^[\x20-\x7e]*$/.test(value)) return fail({ kind: 'rejected', detail: `header ${name}: not plain letters` });
      headers[name] = value;
    }
    return ok({
      method: template.method,
      url: this.#profile.server.origin + this.#withQuery(fill(template.path, values, 'url'), values),
      headers,
      ...(written ? { body: written.body } : {}),
      ...(auth.type === 'cookie' ? { cookies: true } : {}),
    });
  }

  #withQuery(path: string, values: Values): string {
    const { auth } = this.#profile;
    if (auth.type !== 'query') return path;
    const pair = `${encodeURIComponent(auth.name)}=${encodeURIComponent(values.secret ?? '')}`;
    return `${path}${path.includes('?') ? '&' : '?'}${pair}`;
  }
}

/** How an answer compares with what the profile calls success. `unclear`: a page, or words we were not told about. */
export function judge(template: RequestTemplate, response: PbxResponse): 'yes' | 'no' | 'unclear' {
  if (!template.isSuccess(response.status)) return response.status >= 200 && response.status <= 299 ? 'unclear' : 'no';
  const match = template.successMatch;
  if (!match) return isWebPage(response) ? 'unclear' : 'yes';
  if ('contains' in match) return response.body.includes(match.contains) ? 'yes' : 'unclear';
  const found = readPath(readJson(response.body), match.path);
  if (found === undefined) return 'unclear';
  // Some write numbers and claims as texts, and the other way round.
  const word = plainWord(found);
  return found === match.equals || (word !== undefined && word === plainWord(match.equals)) ? 'yes' : 'no';
}

/** A frame as it is sent. */
export function writeFrame(frame: FrameTemplate, values: Values): string {
  return frame.kind === 'text' ? fill(frame.text, values, 'text') : JSON.stringify(grow(frame.tree, values));
}

function bodyOf(
  body: BodyTemplate | undefined,
  values: Values,
): { readonly type: string; readonly body: string } | undefined {
  switch (body?.kind) {
    case 'json':
      return { type: 'application/json', body: JSON.stringify(grow(body.tree, values)) };
    case 'form': {
      const fields = body.fields.map(([name, value]): [string, string] => [name, fill(value, values, 'form')]);
      return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() };
    }
    case 'text':
      return { type: 'text/plain; charset=utf-8', body: fill(body.text, values, 'text') };
    case undefined:
      return undefined;
  }
}

function grow(tree: JsonTree, values: Values): unknown {
  if ('text' in tree) return fill(tree.text, values, 'json');
  if ('plain' in tree) return tree.plain;
  if ('list' in tree) return tree.list.map((one) => grow(one, values));
  return Object.fromEntries(tree.entries.map(([key, value]) => [key, grow(value, values)]));
}

function authHeaders(auth: Auth, values: Values): readonly (readonly [name: string, value: string])[] {
  switch (auth.type) {
    case 'basic':
      return [['Authorization', basic(values)]];
    case 'bearer':
      return [['Authorization', `Bearer ${values.secret ?? ''}`]];
    case 'header':
      return [[auth.name, values.secret ?? '']];
    default:
      return [];
  }
}

function basic({ user = '', secret = '' }: Values): string {
  return `Basic ${base64(`${user}:${secret}`)}`;
}

function wantsBasic({ status, headers }: PbxResponse): boolean {
  // Several ways may be offered at once.
  return status === 401 && /(^|,)\s*basic\b/i.test(headers['www-authenticate'] ?? '');
}
