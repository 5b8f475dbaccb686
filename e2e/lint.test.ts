import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const biome = join(root, 'node_modules/.bin/biome');
let folder: string;

/** A checkout of only the rules, so that no other test sees files that break them. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punctual-lint-'));
  for (const name of ['biome.json', '.gitignore']) await copyFile(join(root, name), join(folder, name));
});

afterEach(() => rm(folder, { recursive: true }));

async function lint(path: string, imported: string): Promise<{ accepted: boolean; said: string }> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `import { something } from '${imported}';\n\nexport const used = something;\n`);
  return promisify(execFile)(biome, ['lint', '--error-on-warnings', path], { cwd: folder })
    .then(({ stdout, stderr }) => ({ accepted: true, said: stdout + stderr }))
    .catch(({ stdout, stderr }) => ({ accepted: false, said: stdout + stderr }));
}

test.each([
  ['services/payouts/src/commands/follow-schedule.ts', '@punctual/scheduling'],
  ['services/payouts/src/commands/follow-schedule.ts', '@punctual/reminders/src/domain/plan.ts'],
  ['services/payouts/src/commands/follow-schedule.ts', '../../../../services/scheduling/src/domain/decide.ts'],
  ['services/payouts/src/commands/follow-schedule.ts', '../../../scheduling/src/domain/decide.ts'],
  ['services/gateway/test/door.test.ts', '@punctual/payouts'],
])('%s may not import %s: another service', async (path, imported) => {
  const { accepted, said } = await lint(path, imported);
  expect(accepted).toBe(false);
  expect(said).toContain('No service imports another');
});

test.each([
  'node:fs/promises',
  'pg',
  '@mikro-orm/core',
  '@nats-io/transport-node',
  '@punctual/chassis',
  '../persistence/assignments.ts',
])('a domain may not import %s', async (imported) => {
  const { accepted, said } = await lint('services/scheduling/src/domain/decide.ts', imported);
  expect(accepted).toBe(false);
  expect(said).toContain('The domain is pure');
});

test.each([
  ['services/scheduling/src/domain/decide.ts', './transitions.ts'],
  ['services/scheduling/src/domain/decide.ts', '@punctual/contracts'],
  ['services/scheduling/src/domain/decide.ts', '@punctual/chassis/domain'],
  ['services/scheduling/src/domain/decide.test.ts', 'vitest'],
  ['services/scheduling/src/commands/confirm.ts', '../domain/decide.ts'],
  ['services/scheduling/src/commands/confirm.ts', '@mikro-orm/postgresql'],
  ['services/scheduling/src/app.ts', '@punctual/chassis'],
])('%s may import %s', async (path, imported) => {
  expect(await lint(path, imported)).toMatchObject({ accepted: true });
});

test.each([
  ['packages/chassis/src/domain-error.ts', './process/pause.ts'],
  ['packages/chassis/src/unavailable/sql-state.ts', '../process/pause.ts'],
  ['packages/chassis/src/process/every.ts', '../telemetry/flush.ts'],
  ['packages/chassis/src/telemetry/flush.ts', '../nats/broker.ts'],
  ['packages/chassis/src/http/health.ts', '../nats/broker.ts'],
  ['packages/chassis/src/nats/broker.ts', '../http/health.ts'],
  ['packages/chassis/src/nats/broker.ts', '../postgres/url.ts'],
  ['packages/chassis/src/postgres/url.ts', '../service.ts'],
  ['packages/chassis/src/postgres/outbox/relay.ts', '../../index.ts'],
  ['packages/chassis/src/service.ts', './postgres/url.ts'],
  ['packages/chassis/src/index.ts', './postgres/url.ts'],
])('%s may not import %s: a higher layer', async (path, imported) => {
  const { accepted, said } = await lint(path, imported);
  expect(accepted).toBe(false);
  expect(said).toContain('noRestrictedImports');
});

test.each([
  ['packages/chassis/src/process/every.ts', '../unavailable/is-unavailable.ts'],
  ['packages/chassis/src/http/health.ts', '../process/lifecycle.ts'],
  ['packages/chassis/src/nats/broker.ts', '../telemetry/trace-context.ts'],
  ['packages/chassis/src/postgres/outbox/relay.ts', '../../nats/broker.ts'],
  ['packages/chassis/src/postgres/database.ts', '../http/health.ts'],
  ['packages/chassis/src/service.ts', './http/starting-app.ts'],
])('%s may import %s: a lower layer', async (path, imported) => {
  expect(await lint(path, imported)).toMatchObject({ accepted: true });
});

test('two files may not import each other, not even types', async () => {
  await writeFile(join(folder, 'first.ts'), "import type { B } from './second.ts';\n\nexport type A = B | 1;\n");
  await writeFile(join(folder, 'second.ts'), "import type { A } from './first.ts';\n\nexport type B = A | 2;\n");
  const linted = promisify(execFile)(biome, ['lint', 'first.ts', 'second.ts'], { cwd: folder });
  await expect(linted).rejects.toMatchObject({ stderr: expect.stringContaining('noImportCycles') });
});
