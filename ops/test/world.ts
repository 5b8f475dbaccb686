import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Role } from '@punctual/contracts';
import { windowIn } from '@punctual/devstack';
import { createJourney, eventually, startTestStack } from '@punctual/testkit';
import { expect } from 'vitest';
import type { Nats } from '../src/system/with-nats.ts';

export type OpsStack = Awaited<ReturnType<typeof startOpsStack>>;

/** Exit code and output of a command. */
export type Ended = { code: number; stdout: string; stderr: string };

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/**
 * Every service as a process, a stack file such as `npm start` writes, and the command line that
 * reads it.
 */
export async function startOpsStack(name: string, { watchStreams = false } = {}) {
  const testStack = await startTestStack(`ops-${name}`, { watchStreams });
  const { stack, databases, environment } = testStack;
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

  /** Sends a request to the gateway as this person and returns the body. */
  const ask = async (role: Role, id: string, method: string, path: string, body?: object): Promise<unknown> => {
    const user = await testStack.user(role, { id });
    return (await user.request(`${method} ${path}`, { ...(body && { body }) })).body;
  };

  return {
    stack,
    databases,
    nats,
    ask,
    /** Runs `npm run ops -- …` on this stack. */
    ops: (...args: string[]) => run(args, { PUNCTUAL_STACK_FILE: stackFile }),
    /**
     * A confirmed visit that has reached reminders and payouts. Within the hour, its reminder is
     * sent at once.
     */
    confirmedVisit: async ({ startsInMinutes }: { startsInMinutes?: number } = {}) => {
      // Different people each time, so that a test can erase some of them.
      const journey = await createJourney(testStack);
      const now = Temporal.Now.instant();
      const window = startsInMinutes === undefined ? undefined : windowIn(now, { startsInMinutes, minutes: 60 });
      const { customer, assignmentId } = await journey.confirmed({ ...(window && { window }) });
      const reminderStatus = startsInMinutes !== undefined && startsInMinutes < 60 ? 'SENT' : 'QUEUED';
      await eventually(async () => {
        const assignment = await customer.getAssignment({ params: { id: assignmentId } });
        expect(assignment).toMatchObject({ payoutStatus: 'PENDING', reminderStatus });
      });
      return assignmentId;
    },
    /** Takes visits and payouts further. */
    journey: () => createJourney(testStack),
    payoutOf: (assignmentId: string) => ask('finance', randomUUID(), 'GET', `/assignments/${assignmentId}/payout`),
    stop: async () => {
      await connection.close();
      await testStack.stop();
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
