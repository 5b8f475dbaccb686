import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Collector, startCollector } from './collector.ts';

// Titles, notes and ids of people never reach a log or a span, even when a database error quotes
// them.

const canary = 'Canary-of-Mrs-Miller';

let environment: TestEnvironment;
let collector: Collector;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, mongo: true });
  collector = await startCollector();
});

afterAll(async () => {
  await collector?.stop();
  await environment?.stop();
});

/** Runs a service that breaks database rules, and returns its log once its spans are exported. */
async function logOf(service: string): Promise<string> {
  const path = fileURLToPath(new URL(`../${service}`, import.meta.url));
  const child = spawn(process.execPath, ['--import', '@punctual/chassis/otel', path], {
    cwd: fileURLToPath(new URL('../services/reminders', import.meta.url)),
    env: {
      ...process.env,
      ...environment.env,
      CANARY: canary,
      PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  try {
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(output);
      expect(/^done$/m.test(output)).toBe(true);
    });
    const attempts = output.split('\n').filter((line) => line.includes('"msg":"alone"')).length;
    const spans = () => collector.spans().filter(({ name }) => name === 'attempt').length;
    await eventually(() => expect(spans()).toBeGreaterThanOrEqual(attempts));
  } finally {
    if (child.kill('SIGKILL')) await once(child, 'exit');
  }
  return output;
}

const linesWith = (word: string, ...texts: string[]) =>
  texts
    .join('\n')
    .split(/\n|(?<=\}),(?=\{)/)
    .filter((line) => line.toLowerCase().includes(word.toLowerCase()));

const lines = (output: string) =>
  output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));

test('a broken PostgreSQL rule is logged and exported without values', {
  timeout: 90_000,
}, async () => {
  const output = await logOf('packages/chassis/test/fixtures/broken-rules.ts');
  expect(linesWith(canary, output, collector.text())).toEqual([]);

  const alone = lines(output).filter(({ msg }) => msg === 'alone');
  const codes = new Set(alone.map(({ code }) => code));
  expect(codes).toEqual(new Set(['23505', '23514', '23502', '23503', '23P01', '22P02', '22001', '22007', 'P0001']));
  expect(alone[0]).toMatchObject({ err: { constraint: 'visit_pkey', table: 'visit', code: '23505' } });
  expect(alone.every(({ err }) => /^\s+at .*:\d+:\d+\)?$/m.test((err as { stack: string }).stack))).toBe(true);
  expect(collector.text()).toContain('insert into visit (id, title) values (?, ?)');
});

test('a broken MongoDB rule is logged and exported without values', { timeout: 90_000 }, async () => {
  const output = await logOf('services/reminders/test/fixtures/broken-rules.ts');
  expect(linesWith(canary, output, collector.text())).toEqual([]);
  expect(lines(output).find(({ msg }) => msg === 'alone')).toMatchObject({ code: 11000 });
});
