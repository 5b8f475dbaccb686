import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { natsSignIn } from '../servers/nats-users.ts';
import { type SupervisedProcess, startSupervised } from '../servers/supervised-process.ts';
import { metricsEnvironment } from './services.ts';

const main = fileURLToPath(new URL('../../../../ops/src/main.ts', import.meta.url));

type WatchOptions = {
  /** Where it serves `/metrics`, if it does. */
  metrics: string | undefined;
  /** Of the services; its `STREAM_…` and `OTEL_…` apply. */
  environment: Readonly<Record<string, string>> | undefined;
  logFile: string;
};

/**
 * Declares the streams of a NATS server: `npm run ops -- streams apply`.
 * @param environment of the services; its `STREAM_…` apply
 */
export async function applyStreams(nats: string, environment: Readonly<Record<string, string>> = {}): Promise<void> {
  const env = { ...environmentFor(nats), ...settingsIn(environment, 'STREAM_') };
  await promisify(execFile)(process.execPath, [main, 'streams', 'apply', '--yes'], { env });
}

/** Keeps them declared, as `--watch` does in a deployment. */
export function watchStreams(
  nats: string,
  { metrics, environment, logFile }: WatchOptions,
): Promise<SupervisedProcess> {
  return startSupervised({
    command: [process.execPath, '--import', '@punctual/chassis/otel', main, 'streams', 'apply', '--watch'],
    cwd: dirname(main),
    stopSignal: 'TERM',
    logFile,
    env: {
      ...environmentFor(nats),
      ...settingsIn(environment, 'STREAM_'),
      ...settingsIn(environment, 'OTEL_'),
      OTEL_SERVICE_NAME: 'streams',
      ...(metrics && metricsEnvironment(metrics)),
    },
  });
}

function settingsIn(environment: Readonly<Record<string, string>> = {}, prefix: string): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith(prefix)));
}

/** A server that the environment names need not know our users. */
function environmentFor(nats: string): NodeJS.ProcessEnv {
  if (nats === process.env.PUNCTUAL_NATS_URL) return { ...process.env, NATS_URL: nats };
  const { user, pass } = natsSignIn('streams');
  return { ...process.env, NATS_URL: nats, NATS_USER: user, NATS_PASSWORD: pass };
}
