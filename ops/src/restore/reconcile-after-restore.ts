import { openRestored, type PlannedAggregate, reconcile } from '@punctual/operations';
import { type CommandInput, type OpsCommand, WrongUse, yesFlag } from '../cli/command.ts';
import { required } from '../cli/read-input.ts';
import { count, table } from '../cli/table.ts';
import { findSystem } from '../system/find-system.ts';

const services = ['scheduling', 'payouts'] as const;
type Service = (typeof services)[number];

export const reconcileAfterRestore: OpsCommand = {
  name: 'reconcile-after-restore',
  about: 'lets a service publish again whose database was restored to an earlier moment',
  details: [
    'A service whose database is older than its stream publishes nothing and is not ready. This shows what the stream has and the database does not: aggregate by aggregate, the versions, and what it had become.',
    'Once you agree, the service lifts each aggregate above the versions of the stream, publishes how it is by the database, and withdraws the events that no longer hold. What was agreed on since the backup is not brought back: enter it again, before or after.',
  ].join('\n'),
  flags: {
    service: { value: 'NAME', about: services.join(', ') },
    reason: { value: 'TEXT', about: 'for the timelines, such as the incident' },
    yes: yesFlag,
  },
  run: async (context, input) => {
    const service = readService(input);
    const reason = input.text('reason') ?? 'restored from a backup';
    const system = await findSystem(context.environment);
    const database = await openRestored(system.database(service));
    try {
      const plan = await database.readPlan();
      if (!plan) {
        context.print(
          `${service} has found nothing to reconcile. It compares its database with its stream when it starts.`,
        );
        return;
      }
      const { aggregates, stream, foundAt } = plan;
      const found = foundAt.toString({ smallestUnit: 'second' });
      context.print(`${service} found at ${found} that its database is older than ${stream}:`);
      const head = ['id', 'here', 'on the stream', 'what it had become', 'events'];
      for (const line of table(head, aggregates.map(toLine))) context.print(line);
      context.print(
        `Will be published as the database has them, above these versions: ${count(aggregates.length, 'aggregate')}.`,
      );
      if (!(await context.agree(input))) return;
      context.say('Waiting for the service to do so.');
      const reconciled = await Array.fromAsync(reconcile(database, plan, reason));
      context.print(`${count(reconciled.length, 'aggregate')} reconciled; ${service} publishes again.`);
    } finally {
      await database.close();
    }
  },
};

function toLine({ id, version, streamVersion, latest, events }: PlannedAggregate): string[] {
  const became = [latest.type, latest.status, latest.time].filter((part) => part !== null).join(' ');
  return [id, version === null ? 'unknown' : `version ${version}`, `version ${streamVersion}`, became, String(events)];
}

function readService(input: CommandInput): Service {
  const name = required(input, 'service');
  const service = services.find((each) => each === name);
  if (!service) throw new WrongUse(`--service ${name} must be one of ${services.join(', ')}.`);
  return service;
}
