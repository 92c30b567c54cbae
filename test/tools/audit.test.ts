import { expect, test } from 'vitest';
import { judgeAudit } from './audit.ts';

const CLEAN = JSON.stringify({ auditReportVersion: 2, vulnerabilities: {}, metadata: {} });
const BAD = (name: string) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities: { [name]: { severity: 'low' } } });

function judged(shipped: string, all: string) {
  const said: string[] = [];
  return { checks: judgeAudit(shipped, all, (line) => said.push(line)), said: said.join('\n') };
}

test('a known fault in what is shipped is a problem', () => {
  expect(judged(BAD('fastify'), BAD('fastify')).checks).toMatchObject([{ problem: 'fastify' }]);
});

test('a known fault in a tool is said, and fails nothing', () => {
  const { checks, said } = judged(CLEAN, BAD('vite'));
  expect(checks).toHaveLength(1);
  expect(checks[0]).not.toHaveProperty('problem');
  expect(said).toContain('vite');
});

test.each([
  ['says nothing', ''],
  ['refuses', JSON.stringify({ error: { code: 'ENOAUDIT', summary: '405' } })],
  ['says so in another way', JSON.stringify({ message: 'Method Not Allowed', method: 'POST', statusCode: 405 })],
  ['answers with a page', '<!doctype html>'],
  ['answers with nothing', 'null'],
])('a registry that %s fails nothing, and that is said', (_what, printed) => {
  const { checks, said } = judged(printed, printed);
  expect(checks).toEqual([]);
  expect(said).toContain('not possible');
});
