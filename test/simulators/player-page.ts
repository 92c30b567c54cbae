import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The page for people at `/_sim/`: the agent's desk phone and the customer's phone, to be played by hand. */
export const PLAYER_PAGE = read('player.html');
export const PLAYER_SCRIPT = read('player.js');
export const PLAYER_STYLE = read('player.css');

function read(name: string): string {
  // Not by import.meta.url alone: bundlers move this module, and tests and demo run from the repository.
  return readFileSync(join(process.cwd(), 'test/simulators/player', name), 'utf8');
}
