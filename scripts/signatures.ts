import { spawnSync } from 'node:child_process';

/**
 * Checks that every installed package is signed by its registry: `npm audit signatures`. Says so
 * when it cannot be checked, because the registry signs nothing (many mirrors) or the keys cannot
 * be reached. With --require, that fails too.
 */
const unchecked: [RegExp, string][] = [
  [/no dependencies to audit that were installed from a supported registry/, 'the registry has no signatures'],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH/,
    'the keys of signatures cannot be reached',
  ],
];

const npm = process.env.npm_execpath;
const [command, ...first] = npm ? [process.execPath, npm] : ['npm'];
const args = [...first, 'audit', 'signatures', '--loglevel=error', '--fetch-retries=1'];
const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
const [, reason] = unchecked.find(([pattern]) => pattern.test(stderr)) ?? [];

if (status === 0 || reason === undefined) {
  console.log(`${stdout}${stderr}`.trim());
  process.exitCode = status ?? 1;
} else {
  console.log(`Signatures were NOT checked: ${reason}.`);
  process.exitCode = process.argv.includes('--require') ? 1 : 0;
}
