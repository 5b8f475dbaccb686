import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPython } from '../python-package.ts';
import type { MigrationSql } from './migrations.ts';

const version = '2.70.0';

/** Rules that are left out, with the reason. */
const excluded = {
  'prefer-robust-stmts': 'a migration in a transaction runs whole or not at all; rules.ts checks the others',
  'require-timeout-settings': 'the chassis sets lock_timeout for every migration',
  'prefer-bigint-over-int': 'versions and counters stay small',
  'prefer-identity': 'style',
  'prefer-text-field': 'style',
  'require-concurrent-index-creation': 'rules.ts knows which tables are new in the migration',
};

export type Squawk = (migration: MigrationSql) => Promise<string[]>;

/**
 * Provides squawk, installed from PyPI once. It returns its findings on a migration, one a line. An
 * exception is a comment in the statement: a line with the reason, and `-- squawk-ignore RULE`.
 * @throws Error in one line when it cannot be installed
 */
export async function installSquawk(log: (line: string) => void): Promise<Squawk> {
  const folder = await installPython('squawk-cli', version, log);
  return async ({ name, isBackground, statements }) => {
    const scratch = await mkdtemp(join(tmpdir(), 'punctual-squawk-'));
    try {
      const file = join(scratch, `${name}.sql`);
      // A batch has a parameter where squawk needs a value.
      await writeFile(file, statements.map((each) => `${each.replaceAll('?', "''")};`).join('\n'));
      const args = ['--reporter=gcc', '--pg-version=18.0', ...Object.keys(excluded).map((rule) => `--exclude=${rule}`)];
      const { stdout } = await run(join(folder, 'bin/squawk'), [
        ...args,
        ...(isBackground ? [] : ['--assume-in-transaction']),
        file,
      ]);
      return stdout.split('\n').filter((line) => line.startsWith(file));
    } finally {
      await rm(scratch, { recursive: true });
    }
  };
}

/** Resolves also when it exits with 1, because it has found something. */
function run(command: string, args: string[]): Promise<{ stdout: string }> {
  return new Promise((resolve, reject) => {
    execFile(command, args, (error, stdout, stderr) => {
      if (error && error.code !== 1) reject(new Error(`squawk failed: ${stderr || error.message}`));
      else resolve({ stdout });
    });
  });
}
