import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { natsServers, text } from './addresses.ts';
import { ConfigError, readConfig, rule } from './config.ts';
import { count } from './numbers.ts';

const schema = z
  .object({
    PASSWORD: text(),
    SERVERS: natsServers(),
    LEAST: count({ max: 9, default: 1 }),
    MOST: count({ max: 9, default: 5 }),
  })
  .refine(({ LEAST, MOST }) => LEAST <= MOST, rule('LEAST', ['MOST'], 'must not be more than MOST'));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function problemsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(schema, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('; ');
    throw error;
  }
  return [];
}

test('settings are read from files without the trailing line break', async () => {
  const config = readConfig(schema, {
    PASSWORD_FILE: await file('password', ' S3cr3t\n'),
    SERVERS_FILE: await file('servers', 'nats://a,nats://b\r\n'),
    LEAST_FILE: await file('least', '2'),
    MOST_FILE: '',
    OTHER_FILE: join(folder, 'nothing'),
  });
  expect(config).toEqual({ PASSWORD: ' S3cr3t', SERVERS: ['nats://a', 'nats://b'], LEAST: 2, MOST: 5 });
});

test('an unusable file is reported by variable name, without its path', async () => {
  const notText = await file('not-text', new Uint8Array([0x53, 0xff, 0xfe]));
  const cases: [path: string, reason: string][] = [
    [join(folder, 'S3cr3t'), 'ENOENT'],
    [folder, 'it is a directory'],
    ['/dev/null', 'it is no regular file'],
    [await file('empty', ''), 'it is empty'],
    [await file('blank', '\n\n'), 'it is empty'],
    [await file('long', 'x'.repeat(70_000)), 'it has more than 65536 bytes'],
    [notText, 'it is not UTF-8'],
  ];
  for (const [path, reason] of cases) {
    expect(problemsOf({ PASSWORD_FILE: path, SERVERS: 'a' })).toEqual([
      `PASSWORD_FILE: must name a readable file of text (${reason})`,
    ]);
  }
});

test('file errors and rule errors are reported together', async () => {
  const problems = problemsOf({
    PASSWORD: 'S3cr3t',
    PASSWORD_FILE: await file('password-too', 'S3cr3t'),
    SERVERS_FILE: await file('servers-too', 'nats://u:S3cr3t@a'),
    LEAST: '6',
  });
  expect(problems).toEqual([
    'PASSWORD_FILE: must not be set together with PASSWORD',
    'SERVERS_FILE: must not hold a user or a password',
    'LEAST: must not be more than MOST',
  ]);
  expect(problemsOf({ LEAST: '6', MOST: '1e1' })).toEqual([
    'PASSWORD: is not set',
    'SERVERS: is not set',
    'MOST: must be a whole number from 1 to 9, in decimal digits',
  ]);
});
