import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { natsSignIn } from '../servers/nats-users.ts';
import { type SupervisedProcess, startSupervised } from '../servers/supervised-process.ts';

const main = fileURLToPath(new URL('../../../../ops/src/main.ts', import.meta.url));

/** Declares the streams of a NATS server: `npm run ops -- streams apply`. */
export async function applyStreams(nats: string): Promise<void> {
  await promisify(execFile)(process.execPath, [main, 'streams', 'apply', '--yes'], { env: environmentFor(nats) });
}

/** Keeps them declared, and refills a lost one from its outbox, as `--watch` does in a deployment. */
export function watchStreams(
  nats: string,
  { databases, logFile }: { databases: { scheduling: string; payouts: string }; logFile: string },
): Promise<SupervisedProcess> {
  return startSupervised({
    command: [process.execPath, main, 'streams', 'apply', '--watch'],
    stopSignal: 'TERM',
    logFile,
    env: {
      ...environmentFor(nats),
      SCHEDULING_DATABASE_URL: databases.scheduling,
      PAYOUTS_DATABASE_URL: databases.payouts,
    },
  });
}

/** A server that the environment names need not know our users. */
function environmentFor(nats: string): NodeJS.ProcessEnv {
  if (nats === process.env.PUNCTUAL_NATS_URL) return { ...process.env, NATS_URL: nats };
  const { user, pass } = natsSignIn('streams');
  return { ...process.env, NATS_URL: nats, NATS_USER: user, NATS_PASSWORD: pass };
}
