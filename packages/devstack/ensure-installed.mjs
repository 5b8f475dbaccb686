/**
 * `run.mjs` calls this before every script. One of the packages is the Node that the script then
 * runs on, so this file is plain JavaScript for the Node that is there.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const oldestNode = 18;
const neededNode = 26;

/**
 * Installs the packages when they are missing or older than the lockfile. Ends the process with one
 * line that says what is missing when that is not possible.
 * @param {string} root of the checkout
 */
export function ensureInstalled(root) {
  if (majorOf(process.versions.node) < oldestNode) {
    fail(`Punctual needs Node ${oldestNode} or newer to install its packages. This is Node ${process.versions.node}.`);
  }
  const state = readState(root);
  if (!isInstalled(state)) install(root);
  if (state.installedHash !== state.lockHash) writeFileSync(stamp(root), state.lockHash);
  requireNewNode(root);
}

/**
 * Whether the packages are those of the lockfile: installed from it here, or by npm after it
 * changed.
 * @param {{lockHash: string, lockChangedAt: number, installedHash?: string | undefined,
 * installedAt?: number | undefined}} state
 *   times in milliseconds
 */
export function isInstalled({ lockHash, lockChangedAt, installedHash, installedAt }) {
  if (installedAt === undefined) return false;
  return installedHash === lockHash || installedAt >= lockChangedAt;
}

const unreachable =
  /\b(ENOTFOUND|ENOTCACHED|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH)\b/;

/**
 * The one line that says why npm failed.
 * @param {{error?: Error | undefined, stderr: string}} result
 */
export function failureLine({ error, stderr }) {
  if (error) return `npm cannot be started (${error.message}). Install Node with npm from https://nodejs.org.`;
  if (unreachable.test(stderr)) {
    return 'npm cannot reach its registry. Check the network, and the registry and proxy in `npm config list`.';
  }
  return `npm ci failed: ${stderr.trim() || 'no error message'}`;
}

/** @param {string} root */
function readState(root) {
  const lockfile = join(root, 'package-lock.json');
  return {
    lockHash: createHash('sha256').update(readFileSync(lockfile)).digest('hex'),
    lockChangedAt: statSync(lockfile).mtimeMs,
    installedHash: orUndefined(() => readFileSync(stamp(root), 'utf8')),
    // npm writes this file last.
    installedAt: orUndefined(() => statSync(join(root, 'node_modules/.package-lock.json')).mtimeMs),
  };
}

/** @param {string} root */
const stamp = (root) => join(root, 'node_modules/.punctual-lock-hash');

/**
 * @template T
 * @param {() => T} read
 */
function orUndefined(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** @param {string} root */
function install(root) {
  console.error('Installing packages with npm ci (half a minute) …');
  // Without a network `npm ci` would retry for minutes, so it uses npm's cache alone.
  const ping = npm(root, ['ping', '--fetch-retries=0', '--fetch-timeout=10000']);
  const offline = unreachable.test(ping.stderr) ? ['--offline'] : [];
  const result = npm(root, ['ci', '--no-audit', '--no-fund', ...offline]);
  if (result.status !== 0) fail(failureLine(result));
}

/**
 * The npm that runs us, else the one on the PATH.
 * @param {string} root
 * @param {string[]} args
 */
function npm(root, args) {
  const path = process.env.npm_execpath;
  const [command, ...first] = path ? [process.execPath, path] : ['npm'];
  const result = spawnSync(command, [...first, ...args, '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return { status: result.status, error: result.error, stderr: result.stderr ?? '' };
}

/** @param {string} root */
function requireNewNode(root) {
  const installed = spawnSync(join(root, 'node_modules/.bin/node'), ['--version'], { stdio: 'ignore' });
  if (installed.status === 0 || majorOf(process.versions.node) >= neededNode) return;
  fail(`npm has no Node ${neededNode} for ${process.platform} ${process.arch}. Install it from https://nodejs.org.`);
}

/** @param {string} version */
const majorOf = (version) => Number.parseInt(version, 10);

/**
 * @param {string} line
 * @returns {never}
 */
function fail(line) {
  console.error(line);
  process.exit(1);
}
