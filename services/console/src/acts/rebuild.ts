import { finishRebuild, openOutbox, planRebuild, producers, startRebuild } from '@punctual/operations';
import { z } from 'zod';
import { counted } from '../html/words.ts';
import type { Operation } from './operation.ts';

/** The streams that an outbox can refill. */
export const OutboxStream = z.enum(['SCHEDULE', 'PAYOUT']);
export type OutboxStream = z.infer<typeof OutboxStream>;

/** Which stream, and how many events were missing when the plan was made. */
export const RebuildOrder = z.object({ stream: OutboxStream, lost: z.number() });

const mostListed = 100;

/**
 * Has a service publish again what its stream lacks. The stream is declared by `ops streams apply
 * --watch`, for which the console has no rights.
 */
export const rebuild: Operation = async function* ({ nats, databases }, { plan: { order } }) {
  const { stream, lost: planned } = RebuildOrder.parse(order);
  const url = databases[producers[stream]];
  if (url === undefined) throw new Error('This console no longer knows the database.');
  const outbox = await openOutbox(url);
  try {
    const plan = await planRebuild(nats, stream, outbox);
    if (plan.lost > planned)
      throw new Error(`${stream} lacks ${counted(plan.lost, 'event')} now, more than you agreed to. Plan it again.`);
    const marked = await startRebuild(nats, plan, { outbox });
    yield { text: counted(marked, 'event'), done: true, sentence: 'Marked, for the service to publish again.' };
    const refused = await finishRebuild(nats, plan, outbox);
    for (const { id, type, aggregateId, version } of await outbox.listLost(mostListed)) {
      const sentence = 'Refused: the stream still remembers its id. Rebuild again ten minutes after it was emptied.';
      yield { text: `${type} version ${version} of ${aggregateId} (${id})`, done: false, sentence };
    }
    return `Finished: ${counted(marked - refused, 'event')} on ${stream} again${refused > 0 ? `, ${refused.toLocaleString('en')} refused` : ''}.`;
  } finally {
    await outbox.close();
  }
};
