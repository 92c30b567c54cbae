import type { EpochMs } from '../core/calls.ts';
import { asObject, asWord, readJson } from '../core/json.ts';
import type { AgentId } from './agent.ts';
import type { CallBus } from './bus.ts';
import type { RelayClock } from './clock.ts';
import type { RelayConfig } from './config.ts';
import type { RelayLog } from './log.ts';
import type { RelayMetrics } from './metrics.ts';
import { type NoToken, TokenKeeper } from './token-keeper.ts';

export interface DeskAnswer {
  readonly status: number;
  readonly body: { readonly accessToken: string; readonly expiresAt: EpochMs } | { readonly error: string };
}

const NAME = 'token';
const STATUS: Readonly<Record<NoToken, number>> = { none: 404, refused: 409, unreachable: 503 };

/** Hands out access tokens: those of the keeper in this process, else of the one relay that has it. */
export class TokenDesk {
  readonly #bus: CallBus;
  readonly #keeper: TokenKeeper | undefined;

  constructor(
    service: RelayConfig['callControlV3'],
    world: {
      readonly bus: CallBus;
      readonly clock: RelayClock;
      readonly log: RelayLog;
      readonly metrics: RelayMetrics;
    },
  ) {
    this.#bus = world.bus;
    const { tokenFile, refresh } = service ?? {};
    const keeper = tokenFile !== undefined && refresh ? new TokenKeeper(tokenFile, refresh, world) : undefined;
    this.#keeper = keeper;
    if (keeper)
      world.bus.answer(NAME, async (question) => JSON.stringify(await answerBy(keeper, ...questionIn(question))));
  }

  async tokenFor(agent: AgentId, refused?: string): Promise<DeskAnswer> {
    if (agent.vendor !== 'call-control-v3') return denied('none');
    if (this.#keeper) return answerBy(this.#keeper, agent, refused);
    const answer = await this.#bus.ask(NAME, JSON.stringify({ ...agent, refused }));
    if (answer === undefined) return denied('none');
    return (asObject(readJson(answer)) as DeskAnswer | undefined) ?? denied('unreachable');
  }

  async close(): Promise<void> {
    await this.#keeper?.close();
  }
}

async function answerBy(keeper: TokenKeeper, agent: AgentId, refused?: string): Promise<DeskAnswer> {
  const token = await keeper.tokenFor(agent, refused);
  return token.ok ? { status: 200, body: token.value } : denied(token.error);
}

function denied(why: NoToken): DeskAnswer {
  return { status: STATUS[why], body: { error: why } };
}

function questionIn(text: string): [AgentId, string | undefined] {
  const question = asObject(readJson(text));
  const [tenant = '', extension = ''] = [asWord(question?.tenant), asWord(question?.extension)];
  return [{ vendor: 'call-control-v3', tenant, extension }, asWord(question?.refused)];
}
