import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { deployableNames } from '@punctual/devstack';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const root = new URL('..', import.meta.url);

/** Imports a file in a separate process and prints the address of each module that it loads. */
const report = `
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, nextLoad) {
      console.log(url);
      return nextLoad(url, context);
    },
  });
  await import(process.argv[1]);
`;

async function packagesLoadedBy(file: string): Promise<Set<string>> {
  const { href } = new URL(file, root);
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', report, href], {
    maxBuffer: 16 * 1024 * 1024,
  });
  const names = stdout.matchAll(/\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/g);
  return new Set(Array.from(names, ([, name = '']) => name));
}

test.for(['gateway', 'reminders'])('%s loads no PostgreSQL driver', async (service) => {
  const loaded = [...(await packagesLoadedBy(`services/${service}/src/app.ts`))];
  expect(loaded).toContain('zod');
  expect(loaded.filter((name) => /^(pg|kysely)$|^pg-|^@mikro-orm\//.test(name))).toEqual([]);
});

test('scheduling loads its PostgreSQL driver through chassis/postgres', async () => {
  const loaded = await packagesLoadedBy('services/scheduling/src/app.ts');
  expect(loaded).toContain('pg');
  expect(loaded).toContain('@mikro-orm/postgresql');
});

test.for(deployableNames)('%s loads no SDK of OpenTelemetry when it is off', async (service) => {
  const preloaded = await packagesLoadedBy('packages/chassis/src/telemetry/register.ts');
  const loaded = [...preloaded, ...(await packagesLoadedBy(`services/${service}/src/app.ts`))];
  const allowed = ['@opentelemetry/api', '@opentelemetry/core', '@opentelemetry/context-async-hooks'];
  const unexpected = loaded.filter((name) => /opentelemetry|import-in-the-middle|protobufjs|grpc/.test(name));
  expect([...new Set(unexpected)].filter((name) => !allowed.includes(name))).toEqual([
    '@opentelemetry/semantic-conventions',
  ]);
});
