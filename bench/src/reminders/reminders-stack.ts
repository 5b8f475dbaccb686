import { fileURLToPath } from 'node:url';
import { applyStreams, natsSignIn, startIssuer, startServers } from '@punctual/devstack';
import { type Db, MongoClient } from 'mongodb';
import { nextExit, startWorkerProcess } from './worker.ts';

/** Reminders alone, with its own store and NATS server. */
export type RemindersStack = {
  natsUrl: string;
  db: Db;
  /** Starts one more worker; resolves when it is ready. */
  startWorker(environment?: Record<string, string>): Promise<Worker>;
  stop(): Promise<void>;
};

export type Worker = { url: string; pid: number; stop(): Promise<void> };

const main = new URL('../../../services/reminders/src/main.ts', import.meta.url);

export async function startRemindersStack(log: (line: string) => void): Promise<RemindersStack> {
  const servers = await startServers({ only: ['mongo', 'nats'], log });
  await applyStreams(servers.nats.url);
  const issuer = await startIssuer();
  const mongo = new URL(servers.mongo.url);
  mongo.pathname = '/bench_reminders';
  const client = await MongoClient.connect(mongo.href);
  const workers: Worker[] = [];
  const { user, pass } = natsSignIn('reminders');
  const common = {
    MONGO_URL: mongo.href,
    NATS_URL: servers.nats.url,
    NATS_USER: user,
    NATS_PASSWORD: pass,
    AUTH_JWKS_URL: issuer.jwksUrl,
    AUTH_ISSUER: issuer.issuer,
    AUTH_AUDIENCE: issuer.audience,
    LOG_LEVEL: 'warn',
    SHUTDOWN_DRAIN_MS: '0',
  };
  return {
    natsUrl: servers.nats.url,
    db: client.db(),
    startWorker: async (environment = {}) => {
      const { child, url, pid } = await startWorkerProcess(fileURLToPath(main), { ...common, ...environment });
      const worker = {
        url,
        pid,
        stop: async () => {
          child.kill('SIGTERM');
          await nextExit(child);
        },
      };
      workers.push(worker);
      return worker;
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await client.close();
      await issuer.stop();
      await servers.stop();
    },
  };
}
