import { openOffice } from '../e2e/harness/office.ts';
import { BROWSER_KINDS, type BrowserKind, ensureBrowsers } from '../tools/browsers.ts';
import { build } from '../tools/build.ts';
import { TARGETS } from '../tools/project.ts';
import { playSoak } from './play.ts';

const DEFAULT_MINUTES = 10;

/**
 * `npm run soak`: a long seeded working day with faults. `-- --minutes 60`, `--seed 7`, `--browser firefox`. Prints the seed first and what
 * was counted last; exit code 1 when a call was lost, doubled or a ghost, or anything else is wrong.
 */
export async function main(args: readonly string[]): Promise<number> {
  const optionOf = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const minutes = Number(optionOf('--minutes') ?? DEFAULT_MINUTES);
  const seed = Number(optionOf('--seed') ?? Date.now() % 1_000_000);
  const kind = BROWSER_KINDS.find((known) => known === (optionOf('--browser') ?? 'chromium'));
  if (!kind || !(minutes > 0) || !Number.isInteger(seed)) {
    console.error('Usage: npm run soak -- [--minutes 10] [--seed 7] [--browser chromium|firefox]');
    return 1;
  }
  if (!ensureBrowsers()) return 1;
  for (const target of TARGETS) {
    if ((await build(target, 'warn')) !== 0) return 1;
  }
  return soak(kind, minutes, seed);
}

async function soak(kind: BrowserKind, minutes: number, seed: number): Promise<number> {
  console.error(`${kind}, ${minutes} minutes, seed ${seed}`);
  const office = await openOffice(kind);
  try {
    const result = await playSoak(office, { ms: minutes * 60_000, seed });
    console.log(JSON.stringify(result, null, 2));
    return result.problems.length === 0 ? 0 : 1;
  } finally {
    await office.close();
  }
}
