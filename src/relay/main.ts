import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fail, type Result } from '../core/result.ts';
import { RELAY_VENDORS } from './agent.ts';
import type { CallBus } from './bus.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import { type RelayConfig, readConfig } from './config.ts';
import { createLog, type RelayLog } from './log.ts';
import { MemoryBus } from './memory-bus.ts';
import { startRelay } from './relay.ts';
import { Signing, tokenId } from './signing.ts';

const USAGE = `Usage: relay [--config relay.json] [--nats nats://host:4222]
       relay issue --vendor zorio|call-control-v3 --extension 1001 [--tenant id] [--config relay.json]`;

process.exitCode = await run(process.argv.slice(2));

/** Serves until it is told to end, or issues a token. Answers with the exit code. */
async function run(args: readonly string[]): Promise<number> {
  const given = readArguments(args);
  if (!given) return complain([USAGE]);
  const { values, positionals } = given;
  if (values.nats !== undefined) process.env.PAGEDIAL_RELAY_NATS_SERVERS = values.nats;
  const config = load(values.config ?? process.env.PAGEDIAL_RELAY_CONFIG);
  if (!config.ok) return complain(config.error);
  if (positionals[0] === 'issue') return issue(config.value, values);
  return positionals.length === 0 ? serve(config.value) : complain([USAGE]);
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        nats: { type: 'string' },
        vendor: { type: 'string' },
        extension: { type: 'string' },
        tenant: { type: 'string' },
      },
    });
  } catch {
    return undefined;
  }
}

function load(path: string | undefined): Result<RelayConfig, readonly string[]> {
  if (path === undefined) return readConfig(undefined, process.env);
  try {
    return readConfig(JSON.parse(readFileSync(path, 'utf8')), process.env);
  } catch (error) {
    return fail([`${path} cannot be read: ${error instanceof SyntaxError ? 'no JSON' : 'no such file, or no access'}`]);
  }
}

function issue(
  config: RelayConfig,
  {
    vendor: name,
    extension,
    tenant = '',
  }: { readonly vendor?: string; readonly extension?: string; readonly tenant?: string },
): number {
  const vendor = RELAY_VENDORS.find((one) => one === name);
  if (!vendor || extension === undefined || (vendor === 'call-control-v3') !== (tenant !== ''))
    return complain([USAGE]);
  const token = new Signing(config.agentKey).issueToken({ vendor, tenant, extension });
  console.log(token);
  console.error(`To revoke it later, put "${tokenId(token)}" into "revoked".`);
  return 0;
}

async function serve(config: RelayConfig): Promise<number> {
  const log = createLog(config.logLevel);
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  try {
    const bus = await openBus(config, log);
    const relay = await startRelay(config, { clock: SYSTEM_CLOCK, log, bus });
    log.info({ listen: relay.origin, ops: relay.opsOrigin, bus: config.nats ? 'nats' : 'memory' }, 'started');
    await ended;
    await relay.close();
    return 0;
  } catch (error) {
    log.error({ reason: error instanceof Error ? error.message : 'unknown' }, 'could not start');
    return 1;
  }
}

async function openBus({ nats }: RelayConfig, log: RelayLog): Promise<CallBus> {
  if (!nats) return new MemoryBus(SYSTEM_CLOCK);
  // A relay that is alone never loads it.
  const { NatsBus } = await import('./nats-bus.ts');
  return NatsBus.open(nats, { clock: SYSTEM_CLOCK, log });
}

function complain(problems: readonly string[]): number {
  for (const problem of problems) console.error(problem);
  return 2;
}
