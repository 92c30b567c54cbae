import type { PbxError } from '../../core/connection.ts';
import type { Result } from '../../core/result.ts';
import type { PbxPorts, PbxResponse } from '../adapter.ts';
import type { ServerAddress } from '../address.ts';
import { asObject, asObjects, asWord, type Json, readJson } from '../frames.ts';

const LONGEST_DETAIL = 200;

/** Zorio's REST API with one login's token. */
export class ZorioApi {
  readonly #server: ServerAddress;
  readonly #ports: PbxPorts;
  readonly #token: string;

  constructor(server: ServerAddress, ports: PbxPorts, token: string) {
    this.#server = server;
    this.#ports = ports;
    this.#token = token;
  }

  get(path: string): Promise<Result<PbxResponse, PbxError>> {
    return this.#send('GET', path);
  }

  post(path: string, body: string): Promise<Result<PbxResponse, PbxError>> {
    return this.#send('POST', path, body);
  }

  /** What the PBX says in an answer, for people; our own token is never in it. */
  saidIn(response: PbxResponse): string {
    const said = messageOf(response);
    return (this.#token === '' ? said : said.replaceAll(this.#token, '…')).slice(0, LONGEST_DETAIL);
  }

  #send(method: string, path: string, body?: string): Promise<Result<PbxResponse, PbxError>> {
    return this.#ports.request({
      method,
      url: `${this.#server.origin}${path}`,
      headers: {
        // Without it errors may come as web pages or redirects.
        Accept: 'application/json',
        ...(this.#token === '' ? {} : { Authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
  }
}

/** The object an answer is about: under `data`, there perhaps in a list, or bare. */
export function dataOf(response: PbxResponse): Json | undefined {
  const body = asObject(readJson(response.body));
  return asObjects(body?.data)[0] ?? body;
}

/** The fields the PBX finds fault with, e.g. `to_phone`. */
export function faultyFields(response: PbxResponse): readonly string[] {
  return Object.keys(asObject(asObject(readJson(response.body))?.errors) ?? {});
}

function messageOf(response: PbxResponse): string {
  const body = asObject(readJson(response.body));
  const faults = Object.values(asObject(body?.errors) ?? {}).flatMap((fault) =>
    Array.isArray(fault) ? fault : [fault],
  );
  const words = [body?.message, ...faults].map(asWord).filter((word) => word !== undefined);
  return [`HTTP ${response.status}`, ...new Set(words)].join(': ');
}
