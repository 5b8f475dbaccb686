import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireDebianCommand } from '../src/servers/apt.ts';
import { openCache } from '../src/servers/cache.ts';
import { openRun } from '../src/servers/run.ts';
import type { Host } from '../src/servers/source.ts';
import { isRoot } from '../src/servers/users.ts';

const wanted = { command: 'pooler-of-this-test', packages: ['pooler'], what: 'The pooler' };

let folder: string;
let host: Host;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punctual-apt-'));
  const cache = await openCache({ env: { PUNCTUAL_CACHE: folder }, log: () => undefined });
  host = {
    env: { PATH: `${folder}:${process.env.PATH}` },
    log: () => undefined,
    signal: undefined,
    cache,
    run: await openRun(folder),
    fsync: false,
    natsConfig: '',
    docker: async () => undefined,
  };
  await writeFile(join(folder, 'apt-get'), aptGet(folder), { mode: 0o755 });
});

afterEach(async () => {
  await host.run.close();
  await rm(folder, { recursive: true });
});

test('root installs a missing command once for concurrent test files; others get the reason', async () => {
  const asking = Promise.all(Array.from({ length: 3 }, () => requireDebianCommand(host, wanted)));
  if (!isRoot) return expect(asking).rejects.toThrow(/needs pooler-of-this-test, which only root can install$/);
  expect(new Set(await asking)).toEqual(new Set([join(folder, wanted.command)]));
  expect((await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n')).toEqual(['update', 'install']);
});

test('PUNCTUAL_NO_APT=1 installs nothing and the error says so', async () => {
  host.env.PUNCTUAL_NO_APT = '1';
  await expect(requireDebianCommand(host, wanted)).rejects.toThrow(
    /needs pooler-of-this-test, but PUNCTUAL_NO_APT=1 is set$/,
  );
});

/** Fails while another one runs, as the real one does. */
function aptGet(folder: string): string {
  return `#!/bin/sh
cd ${folder} || exit 1
mkdir apt-is-running || exit 100
echo "$1" >> calls
sleep 0.2
[ "$1" = install ] && printf '#!/bin/sh\\n' > ${wanted.command} && chmod 755 ${wanted.command}
rmdir apt-is-running
`;
}
