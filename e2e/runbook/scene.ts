import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNatsCli, windowIn } from '@punctual/devstack';
import { connectPeer, createJourney, eventually, startTestStack, type TestStack, type Visit } from '@punctual/testkit';
import { expect } from 'vitest';

/** A running system with something of everything that the runbook is about. */
export type Scene = {
  readonly world: TestStack;
  readonly peer: Awaited<ReturnType<typeof connectPeer>>;
  /** For files of the commands. */
  readonly folder: string;
  /** What the runbook expects of a shell: `nats` on the PATH, and the variables that it names. */
  readonly shell: Readonly<Record<string, string>>;
  /** Confirmed, with a pending payout and a sent reminder. */
  readonly visit: Visit;
  readonly blockedPayoutId: string;
  /** The dead letter that `makeDeadLetter` has made. */
  deadLetter: { sequence: number; stream: string; streamSequence: string } | undefined;
  stop(): Promise<void>;
};

export async function setScene(): Promise<Scene> {
  // The first run on a machine builds it.
  const nats = await findNatsCli({ log: (line) => process.stdout.write(`${line}\n`) });
  const folder = await mkdtemp(join(tmpdir(), 'punctual-runbook-'));
  const world = await startTestStack('runbook', { environment: { OTEL_METRICS_EXPORTER: 'prometheus' } });
  const { natsUrl, issuer, mongoUrl } = world.environment;
  const stackFile = join(folder, 'stack.json');
  const { urls } = world.stack.addresses;
  const description = { nats: natsUrl, mongo: mongoUrl, issuer: issuer.issuer, jwks: issuer.jwksUrl };
  await writeFile(stackFile, JSON.stringify({ ...urls, ...description, postgres: world.databases }));
  const peer = await connectPeer({ NATS_URL: natsUrl });
  const token = await world.environment.token('ops');

  const journey = await createJourney(world);
  const window = windowIn(Temporal.Now.instant(), { startsInMinutes: 45, minutes: 60 });
  const visit = await journey.confirmed({ window });
  await journey.payoutOf(visit, 'PENDING');
  await journey.awaitingApproval();
  const blocked = await journey.blocked();
  await eventually(async () => {
    const assignment = await visit.customer.getAssignment({ params: { id: visit.assignmentId } });
    expect(assignment).toMatchObject({ reminderStatus: 'SENT', payoutStatus: 'PENDING' });
  });

  return {
    world,
    peer,
    folder,
    shell: {
      PATH: `${nats}:${process.env.PATH}`,
      NATS_URL: natsUrl,
      PUNCTUAL_STACK_FILE: stackFile,
      TOKEN: token,
      PUNCTUAL_GATEWAY: urls.gateway,
      PUNCTUAL_TOKEN: token,
      SCHEDULING_DATABASE_URL: world.databases.scheduling,
      PAYOUTS_DATABASE_URL: world.databases.payouts,
      // Of the nats command, which keeps its settings there.
      XDG_CONFIG_HOME: folder,
    },
    visit,
    blockedPayoutId: blocked.id,
    deadLetter: undefined,
    stop: async () => {
      await peer.stop();
      await world.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** An event without most of its fields. */
const malformed = JSON.stringify({ type: 'schedule.confirmed', data: { title: 'Only a title' } });

/** Publishes a malformed event, and waits until payouts has given it up. */
export async function makeDeadLetter(scene: Scene): Promise<void> {
  const { seq } = await scene.peer.jetstream.publish('schedule.confirmed', malformed);
  scene.deadLetter = await eventually(async () => {
    const letters = await scene.peer.readStream('DLQ');
    const letter = letters.find(({ subject, headers }) => {
      return subject === 'dlq.payouts-schedule' && headers?.get('Dlq-Sequence') === String(seq);
    });
    if (!letter) throw new Error('The message is not a dead letter yet.');
    return { sequence: letter.seq, stream: letter.headers?.get('Dlq-Stream') ?? '', streamSequence: String(seq) };
  });
}
