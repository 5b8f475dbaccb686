import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startServers } from '../../../packages/devstack/src/index.ts';

/** MongoDB and PostgreSQL as the development stack has them, and the redis-server of the PATH; undefined where there is none. */
export async function startAll() {
  const servers = await startServers({ only: ['mongo', 'postgres'], log: (line) => console.error(line) });
  const redis = await startRedis();
  if (!redis)
    console.error('BullMQ is left out: there is no redis-server on the PATH (Debian: apt install redis-server).');
  return {
    urls: { mongo: servers.mongo.url, postgres: servers.postgres.url, redis: redis?.url },
    stop: async () => {
      await redis?.stop();
      await servers.stop();
    },
  };
}

/** With an append-only file that is flushed each second, as Redis advises for what must last. */
async function startRedis() {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'job-frameworks-'));
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'yes'];
  const child = spawn('redis-server', args.map(String), { stdio: 'ignore' });
  const stop = async () => {
    if (child.exitCode === null && child.pid !== undefined) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(dir, { recursive: true });
  };
  const failed = once(child, 'error').then(() => true);
  for (let tries = 0; tries < 100; tries += 1) {
    if (await isListening(port)) return { url: `redis://127.0.0.1:${port}`, stop };
    if (await Promise.race([failed, delay(100, false)])) break;
  }
  await stop();
  return undefined;
}

async function isListening(port) {
  const socket = connect(port, '127.0.0.1');
  const listens = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return listens;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
