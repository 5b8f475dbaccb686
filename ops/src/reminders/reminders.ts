import { lenient, Reminder } from '@punctual/contracts';
import { askGateway } from '@punctual/operations';
import { z } from 'zod';
import { type CommandInput, type Context, jsonFlag, type OpsCommand, WrongUse } from '../cli/command.ts';
import { assignmentId } from '../cli/read-input.ts';
import { table } from '../cli/table.ts';
import { findSystem, type System } from '../system/find-system.ts';

const limitFlag = { about: 'how many at most (20, up to 100)', value: 'N' };
const flags = { limit: limitFlag, json: jsonFlag };

export const upcomingReminders: OpsCommand = {
  name: 'reminders upcoming',
  about: 'the reminders that will be sent next',
  flags,
  run: (context, input) => show(context, input, openPath('upcoming', input), 'No reminders are planned.'),
};

export const overdueReminders: OpsCommand = {
  name: 'reminders overdue',
  about: 'the reminders that are overdue and still to be sent',
  flags,
  run: (context, input) => show(context, input, openPath('overdue', input), 'No reminders are overdue.'),
};

export const explainReminders: OpsCommand = {
  name: 'reminders explain',
  about: 'all reminders of an assignment: when each was due and sent, or why it was not',
  argument: { name: 'ASSIGNMENT', required: true },
  flags: { json: jsonFlag },
  run: async (context, input) => {
    await show(
      context,
      input,
      `/assignments/${assignmentId(input.argument)}/reminders`,
      'No reminders are kept for this assignment.',
    );
  },
};

function openPath(state: 'upcoming' | 'overdue', input: CommandInput): string {
  const limit = input.text('limit') ?? '20';
  if (!/^([1-9][0-9]?|100)$/.test(limit)) throw new WrongUse(`--limit ${limit} is not a number from 1 to 100.`);
  return `/ops/reminders?state=${state}&limit=${limit}`;
}

async function show({ environment, print }: Context, input: CommandInput, path: string, none: string): Promise<void> {
  const items = await readAll(await findSystem(environment), path);
  if (input.has('json')) print(JSON.stringify(items, undefined, 2));
  else if (items.length === 0) print(none);
  else
    for (const line of table(['DUE', 'KIND', 'STATE', 'SENT', 'LATE', 'FOR', 'REMINDER'], items.map(rowOf)))
      print(line);
}

/** One page or more; a list without pages has no cursor. */
const Page = lenient(z.object({ items: z.array(Reminder), nextCursor: z.string().nullish() }));

async function readAll(system: System, path: string): Promise<Reminder[]> {
  const items: Reminder[] = [];
  for (let next: string | null = path; next !== null; ) {
    const page: z.infer<typeof Page> = await askGateway(system, next, Page);
    items.push(...page.items);
    next = page.nextCursor ? `${path}?${new URLSearchParams({ cursor: page.nextCursor })}` : null;
  }
  return items;
}

function rowOf({ id, kind, state, suppressedBecause, dueAt, sentAt, latenessMs, audience }: Reminder): string[] {
  const outcome = suppressedBecause === null ? state : `${state} ${suppressedBecause}`;
  const late = latenessMs === null ? '-' : `${(latenessMs / 1_000).toFixed(1)} s`;
  return [dueAt, kind, outcome, sentAt ?? '-', late, audience.join(' '), id];
}
