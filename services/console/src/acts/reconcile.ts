import { openRestored, type PlannedAggregate, reconcile } from '@punctual/operations';
import { z } from 'zod';
import { counted } from '../html/words.ts';
import type { Operation } from './operation.ts';

export const RestoredService = z.enum(['scheduling', 'payouts']);
export type RestoredService = z.infer<typeof RestoredService>;

/** Which service, and the plan that somebody agrees to: when the service made it. */
export const ReconcileOrder = z.object({ service: RestoredService, foundAt: z.string() });

/** Lets a restored service publish again, aggregate by aggregate. */
export const reconcileDatabase: Operation = async function* ({ databases }, { plan: { order }, reason }) {
  const { service, foundAt } = ReconcileOrder.parse(order);
  const url = databases[service];
  if (url === undefined) throw new Error('This console no longer knows the database.');
  const database = await openRestored(url);
  try {
    const plan = await database.readPlan();
    if (plan?.foundAt.toString() !== foundAt)
      throw new Error(`${service} has another plan now, or has carried it out. Plan it again.`);
    let reconciled = 0;
    for await (const aggregate of reconcile(database, plan, reason)) {
      reconciled += 1;
      const text = aggregateText(aggregate);
      yield { text, href: `/assignments/${aggregate.id}`, done: true, sentence: 'Reconciled.' };
    }
    return `Finished: ${counted(reconciled, 'aggregate')} reconciled; ${service} publishes again.`;
  } finally {
    await database.close();
  }
};

/** An aggregate in one line: its versions, and what it had become. Both services count by assignment. */
export function aggregateText({ id, version, streamVersion, latest }: PlannedAggregate): string {
  const here = version === null ? 'unknown here' : `version ${version} here`;
  const became = [latest.type, latest.status, latest.time].filter((part) => part !== null).join(' ');
  return `Assignment ${id}: ${here}, version ${streamVersion} on the stream (${became})`;
}
