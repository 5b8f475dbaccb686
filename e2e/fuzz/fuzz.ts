/**
 * `npm run fuzz`: generated requests, valid and invalid, against every route of a fresh stack.
 * Exits with 0 when no response was a 5xx or undocumented, and no invalid request was accepted.
 * `-- --requests N` (20000) sets the minimum number, `--seed N` repeats a run.
 */

import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endpoints } from '@punctual/contracts';
import { runProgram } from '@punctual/devstack';
import { startTestStack } from '@punctual/testkit';
import { installSchemathesis } from './schemathesis.ts';
import { seed } from './seed.ts';

/** An endless stream, and two pages without parameters. */
const left = [endpoints.streamChanges, endpoints.getDocs, endpoints.getOpenApi];
const checks = [
  'not_a_server_error',
  'negative_data_rejection',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];
const mostExamples = 400;
const interrupted = 130;

await runProgram(interrupted, async ({ signal, onEnd }) => {
  const { values } = parseArgs({ options: { requests: { type: 'string' }, seed: { type: 'string' } } });
  const wanted = Number(values.requests ?? 20_000);
  let next = Number(values.seed ?? randomInt(1_000_000));

  const schemathesis = await installSchemathesis(console.log);
  const folder = await mkdtemp(join(tmpdir(), 'punctual-fuzz-'));
  onEnd(() => rm(folder, { recursive: true }));
  const world = await startTestStack('fuzz', {
    environment: {
      RATE_LIMIT_PER_USER: '1000000',
      RATE_LIMIT_PER_ADDRESS: '1000000',
      MAX_PROPOSALS_PER_HOUR: '10000',
      MAX_OPEN_PER_PAIR: '10000',
      MAX_OPEN_JOBS: '1000000',
      LOG_LEVEL: 'warn',
    },
  });
  onEnd(world.stop);
  const files = { PUNCTUAL_FUZZ_SEEDS: join(folder, 'seeds.json'), PUNCTUAL_FUZZ_REPORT: join(folder, 'report.json') };
  await writeFile(files.PUNCTUAL_FUZZ_SEEDS, JSON.stringify(await seed(world)));
  const env = { ...files, SCHEMATHESIS_HOOKS: join(import.meta.dirname, 'hooks.py') };

  const counts: Record<string, number> = {};
  let code: number | null = 0;
  while (code === 0 && total(counts) < wanted) {
    console.log(`\nseed ${next}, ${total(counts)} of ${wanted} requests so far`);
    code = await schemathesis(
      argumentsFor(world.stack.addresses.urls.gateway, { seed: next, requests: wanted - total(counts) }),
      { cwd: folder, env, signal },
    );
    next += 1;
    for (const [line, count] of Object.entries(await readCounts(files.PUNCTUAL_FUZZ_REPORT))) {
      counts[line] = (counts[line] ?? 0) + count;
    }
  }
  tell(counts);
  return code === 0 ? 0 : 1;
});

function argumentsFor(gateway: string, run: { seed: number; requests: number }): string[] {
  const examples = Math.min(mostExamples, Math.ceil(run.requests / Object.keys(endpoints).length));
  return [
    `--config-file=${join(import.meta.dirname, 'schemathesis.toml')}`,
    'run',
    `${gateway}/openapi.json`,
    `--checks=${checks.join(',')}`,
    ...left.map(({ name }) => `--exclude-operation-id=${name}`),
    `--max-examples=${examples}`,
    `--seed=${run.seed}`,
    '--phases=examples,coverage,fuzzing',
    '--continue-on-failure',
    '--no-shrink',
    '--warnings=off',
    // Python 3.11 cannot parse in two threads at once, as Hypothesis would.
    '--workers=1',
  ];
}

async function readCounts(path: string): Promise<Record<string, number>> {
  return JSON.parse(await readFile(path, 'utf8'));
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** One line per route: how often each status occurred. */
function tell(counts: Record<string, number>): void {
  const byRoute = Object.groupBy(Object.entries(counts), ([line]) => line.slice(0, line.lastIndexOf(' ')));
  for (const [route, lines = []] of Object.entries(byRoute).sort()) {
    const statuses = lines.map(([line, count]) => `${line.slice(line.lastIndexOf(' ') + 1)}×${count}`).sort();
    console.log(`${route}: ${statuses.join(' ')}`);
  }
  console.log(`${total(counts)} requests`);
}
