/**
 * Every npm script of the root is `node scripts/run.mjs NAME`: it installs the packages when they
 * are missing or older than the lockfile, then runs the program. Plain JavaScript, because a fresh
 * clone runs it on any Node.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from '../packages/devstack/ensure-installed.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @type {Record<string, string[]>} the program of each script, with its first arguments */
const programs = {
  start: ['packages/devstack/src/cli/start.ts'],
  demo: ['packages/devstack/src/cli/demo.ts'],
  token: ['packages/devstack/src/cli/token.ts'],
  dev: ['packages/devstack/src/cli/dev.ts'],
  ops: ['ops/src/main.ts'],
  'can-deploy': ['packages/can-deploy/src/main.ts'],
  bench: ['bench/src/main.ts'],
  drills: ['drills/src/main.ts'],
  gameday: ['drills/src/gameday/main.ts'],
  clients: ['e2e/clients/clients.ts'],
  fuzz: ['e2e/fuzz/fuzz.ts'],
  'test:migrations': ['e2e/migrations/measure.ts'],
  'test:rolling': ['e2e/rolling/rolling.ts'],
  'test:versions': ['e2e/versions/versions.ts'],
  'test:compose': ['e2e/compose/compose.ts'],
  'test:images': ['e2e/compose/images.ts'],
  'test:cluster': ['e2e/cluster/cluster.ts'],
  measure: ['scripts/measure/measure.ts'],
  check: ['scripts/check.ts'],
  docs: ['e2e/docs/write.ts'],
  release: ['scripts/release/release.ts'],
  licences: ['scripts/licences/licences.ts'],
  signatures: ['scripts/signatures.ts'],
  test: ['node_modules/vitest/vitest.mjs', 'run'],
  types: ['node_modules/typescript/bin/tsc', '-b'],
  lint: ['node_modules/@biomejs/biome/bin/biome', 'ci', '.'],
  format: ['node_modules/@biomejs/biome/bin/biome', 'check', '--write', '.'],
};

const [script = '', ...rest] = process.argv.slice(2);
const [program, ...first] = programs[script] ?? [];
if (program) {
  ensureInstalled(root);
  run([join(root, program), ...first, ...rest]);
} else {
  console.error(`Unknown script: ${script}. Scripts: ${Object.keys(programs).join(' ')}`);
  process.exit(2);
}

/**
 * Replaces this process by Node with these arguments, so that signals and the exit code are the
 * program's.
 * @param {string[]} args
 */
function run(args) {
  const installed = join(root, 'node_modules/.bin/node');
  const node = existsSync(installed) ? installed : process.execPath;
  if (process.execve) process.execve(node, [node, ...args], process.env);
  // Node 18 to 22 has no execve; only the run that installs the packages comes here.
  const child = spawn(node, args, { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
