import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { contractFetch, eventually, startStack, testEnvironment, windowIn, windowOn } from '@punctual/devstack';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Nats } from '../src/system/with-nats.ts';

export type World = Awaited<ReturnType<typeof startWorld>>;

/** What a command ended with. */
export type Ended = { code: number; stdout: string; stderr: string };

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const Created = z.looseObject({ id: z.guid() });

/** Every service as a process, a description of them such as `npm start` writes, and the command line beside them. */
export async function startWorld(name: string) {
  const environment = await testEnvironment({ postgres: true, nats: true, mongo: true });
  const other = await testEnvironment({ postgres: true });
  const databases = { scheduling: environment.databaseUrl, payouts: other.databaseUrl };
  const stack = await startStack({
    databases,
    nats: environment.natsUrl,
    mongo: environment.mongoUrl,
    issuer: environment.issuer,
    logDir: fileURLToPath(new URL(`../../.punctual/ops/${name}`, import.meta.url)),
  });
  const folder = await mkdtemp(join(tmpdir(), 'punctual-ops-'));
  const stackFile = join(folder, 'stack.json');
  const { urls } = stack.addresses;
  const description = { ...urls, nats: environment.natsUrl, issuer: environment.issuer.issuer, postgres: databases };
  await writeFile(stackFile, JSON.stringify(description));
  const connection = await connect({ servers: environment.natsUrl });
  const nats: Nats = {
    connection,
    jetstream: jetstream(connection),
    manager: await jetstreamManager(connection),
    address: environment.natsUrl,
  };
  const fetch = contractFetch();

  /** Asks the gateway as somebody; an answer that is not as the contract says is an error. */
  const ask = async (role: string, sub: string, method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(new URL(path, urls.gateway), {
      method,
      headers: {
        authorization: `Bearer ${await environment.token(role, sub)}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return answer.json();
  };

  return {
    stack,
    databases,
    nats,
    ask,
    /** Runs `npm run ops -- …` on this stack. */
    ops: (...args: string[]) => run(args, { PUNCTUAL_STACK_FILE: stackFile }),
    /** A visit that was proposed and confirmed, and has reached reminders and payouts. One within the hour is reminded of at once. */
    confirmedVisit: async ({ startsInMinutes }: { startsInMinutes?: number } = {}) => {
      const [customer, provider] = [randomUUID(), randomUUID()];
      const job = { title: 'The tap', timezone: 'Europe/Berlin', price: { amountMinor: 8_000, currency: 'EUR' } };
      const { id: jobId } = Created.parse(await ask('customer', customer, 'POST', '/jobs', job));
      const given = await ask('customer', customer, 'POST', `/jobs/${jobId}/assignments`, { providerId: provider });
      const { id } = Created.parse(given);
      const now = Temporal.Now.instant();
      const window =
        startsInMinutes === undefined
          ? windowOn(now, { days: 2, hour: 10, minutes: 60 })
          : windowIn(now, { startsInMinutes, minutes: 60 });
      await ask('customer', customer, 'POST', `/jobs/${jobId}/schedule`, window);
      await ask('provider', provider, 'POST', `/assignments/${id}/schedule/confirm`);
      const assignment = () => ask('customer', customer, 'GET', `/assignments/${id}`);
      const reminderStatus = startsInMinutes !== undefined && startsInMinutes < 60 ? 'SENT' : 'QUEUED';
      const arrived = { payoutStatus: 'PENDING', reminderStatus };
      await eventually(async () => expect(await assignment()).toMatchObject(arrived));
      return id;
    },
    payoutOf: (assignmentId: string) => ask('finance', randomUUID(), 'GET', `/assignments/${assignmentId}/payout`),
    stop: async () => {
      await connection.close();
      await stack.stop();
      await Promise.all([environment.stop(), other.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}

function run(args: string[], environment: Record<string, string>): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment };
    execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
