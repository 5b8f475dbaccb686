import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { applyStreams, type Issuer, natsSignIn, startIssuer, startServers } from '@punctual/devstack';
import { nextExit, startWorkerProcess } from '../reminders/worker.ts';

/** One gateway as a process, with its own NATS server and no services behind it. */
export type FeedStack = {
  issuer: Issuer;
  natsUrl: string;
  gateway: { url: string; pid: number };
  /** Resident memory of the gateway. */
  memoryMb(): Promise<number>;
  /** Consumers on the streams that the gateway reads. */
  consumers(): Promise<number>;
  stop(): Promise<void>;
};

const main = new URL('../../../services/gateway/src/main.ts', import.meta.url);
const nowhere = 'http://127.0.0.1:9';

export async function startFeedStack(log: (line: string) => void): Promise<FeedStack> {
  const servers = await startServers({ only: ['nats'], log });
  const natsUrl = servers.nats.url;
  await applyStreams(natsUrl);
  const issuer = await startIssuer();
  const { user, pass, inboxPrefix } = natsSignIn('gateway');
  const { child, url, pid } = await startWorkerProcess(
    fileURLToPath(main),
    {
      SCHEDULING_URL: nowhere,
      REMINDERS_URL: nowhere,
      PAYOUTS_URL: nowhere,
      NATS_URL: natsUrl,
      NATS_USER: user,
      NATS_PASSWORD: pass,
      AUTH_JWKS_URL: issuer.jwksUrl,
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: issuer.audience,
      LOG_LEVEL: 'warn',
      // All people have one address here.
      MAX_CONNECTIONS_PER_ADDRESS: '10000',
    },
    ['--import', '@punctual/chassis/otel'],
  );
  // As the gateway: its account has copies of the streams.
  const connection = await connect({ servers: natsUrl, user, pass, inboxPrefix });
  const manager = await jetstreamManager(connection);
  return {
    issuer,
    natsUrl,
    gateway: { url, pid },
    memoryMb: () => residentMb(pid),
    consumers: () => countConsumers(manager),
    stop: async () => {
      await connection.close();
      child.kill('SIGTERM');
      await nextExit(child);
      await issuer.stop();
      await servers.stop();
    },
  };
}

async function countConsumers(manager: JetStreamManager): Promise<number> {
  const infos = await Promise.all(['SCHEDULE', 'REMINDER', 'PAYOUT'].map((name) => manager.streams.info(name)));
  return infos.reduce((sum, { state }) => sum + state.consumer_count, 0);
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
