import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCache } from '../src/servers/cache.ts';
import { downloadNats } from '../src/servers/nats-download.ts';
import { openRun, type Run } from '../src/servers/run.ts';
import type { Host } from '../src/servers/source.ts';

describe('nats-server is downloaded', () => {
  const version = '9.9.9';
  const name = `nats-server-v${version}-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  let folder: string;
  let mirror: Server;
  let run: Run;
  let host: Host;
  let sums: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'punctual-download-'));
    const archive = await release();
    sums = `${createHash('sha256').update(archive).digest('hex')}  ${name}.tar.gz\n`;
    mirror = createServer((request, response) => {
      if (request.url === `/v${version}/${name}.tar.gz`) return response.end(archive);
      if (request.url === `/v${version}/SHA256SUMS`) return response.end(sums);
      response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(mirror, 'listening');
    host = await createHost(`http://127.0.0.1:${(mirror.address() as AddressInfo).port}`);
  });
  afterAll(async () => {
    mirror.close();
    await run.close();
    await rm(folder, { recursive: true });
  });

  test('and unpacked when its checksum matches', async () => {
    await downloadNats(host, version, folder);
    expect(await readFile(join(folder, 'nats-server'), 'utf8')).toBe('the program');
  });

  test('and refused when its checksum differs', async () => {
    sums = sums.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    await expect(downloadNats(host, version, folder)).rejects.toThrow('does not match its checksum');
  });

  test('but not when the release has no archive for this platform', async () => {
    await expect(downloadNats(host, '1.0.0', folder)).rejects.toThrow('returns 404');
  });

  async function release(): Promise<Buffer> {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'nats-server'), 'the program');
    const file = join(folder, 'release.tar.gz');
    await promisify(execFile)('tar', ['-czf', file, '-C', folder, name]);
    return readFile(file);
  }

  async function createHost(url: string): Promise<Host> {
    const env = { ...process.env, PUNCTUAL_CACHE: join(folder, 'cache'), PUNCTUAL_NATS_MIRROR: url };
    const log = () => undefined;
    const cache = await openCache({ env, log });
    run = await openRun(cache.folder);
    return { env, log, signal: undefined, cache, run, fsync: false, natsConfig: '', docker: async () => undefined };
  }
});
