import { expect, test } from 'vitest';
import { factLines, reportText } from '../../src/diagnostics/report.ts';
import { call, ONLINE, SETTINGS, state, WAITING } from '../ui/states.ts';

const FACTS = {
  version: '0.1.0',
  browser: 'Test',
  languages: ['en'],
  permissions: ['storage'],
  origins: ['https://pbx.example.com/*'],
  settings: { ...SETTINGS, country: 'GB' },
  state: state(ONLINE, [call({ name: 'Nora Hale', number: '+442079460123' })]),
  troubles: [],
  journal: [
    { at: 0, what: 'dial', detail: '+…23' },
    { at: 84, what: 'dialled', detail: 'accepted', tookMs: 84 },
  ],
  recentCount: 3,
  policyFaults: ['settings.country'],
  lockedKeys: ['sites'],
  now: 60_000,
};

test('the report names no person, no number and no user', () => {
  const text = reportText(FACTS);

  expect(text).not.toMatch(/Nora|4420|0123|acme|: 45/);
  expect(text).toContain('PBX host: pbx.example.com');
  expect(text).toContain('Connection: online for 60 s');
  expect(text).toContain('00:00:00.084 dialled accepted (84 ms)');
  expect(text).toContain('Policy faults: settings.country');
});

test.each([
  ['Answers of the PBX', FACTS, '1, median 84 ms, longest 84 ms'],
  ['Answers of the PBX', { ...FACTS, journal: [] }, 'none measured'],
  ['Connection', { ...FACTS, state: state(WAITING) }, 'waiting, attempt 3: unreachable'],
  ['Abilities', { ...FACTS, state: state(WAITING) }, 'not known'],
  ['Policy', { ...FACTS, lockedKeys: [] }, 'locks nothing'],
])('%s', (what, facts, how) => {
  expect(factLines(facts).find(([name]) => name === what)?.[1]).toBe(how);
});
