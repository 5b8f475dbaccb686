import type { Client } from '@punctual/client';
import type { StreamsView } from '@punctual/operations';
import { explainError } from '../../html/explain-error.ts';
import type { Visit } from '../page.ts';
import { eventsFlow, type Finding, moneyWaitsForNobody, nothingIsDead, remindersOnTime } from './promises.ts';
import { readAlerts, readOutboxes } from './signals.ts';

/** Something that was asked for: an answer, or why there is none. */
export type Answer<T> = { value: T } | { missing: string };

export type NowFacts = Awaited<ReturnType<typeof readFacts>>;

/** All at once: what cannot be read is missing, and the rest is shown. */
export async function readFacts({ api, system, metrics, now }: Visit) {
  const look = answer(system.look());
  const of = async (judge: (streams: StreamsView) => Finding) => {
    const found = await look;
    return 'value' in found ? { value: judge(found.value) } : found;
  };
  const health = api.getRemindersHealth().catch(() => undefined);
  const [flow, dead, onTime, money, streams, alerts, outboxes] = await Promise.all([
    of(eventsFlow),
    of(nothingIsDead),
    answer(health.then(remindersOnTime)),
    answer(waitingSince(api).then((since) => moneyWaitsForNobody(now, since))),
    look,
    metrics && answer(readAlerts(metrics, now), silent),
    metrics && answer(readOutboxes(metrics, now), silent),
  ]);
  const instances = 'value' in streams ? { value: system.instances() } : streams;
  return { flow, dead, onTime, money, streams, instances, alerts, outboxes };
}

/** When the payout that waits longest for approval began to; undefined when none waits. */
async function waitingSince(api: Client): Promise<string | undefined> {
  const query = { status: 'AWAITING_APPROVAL', sort: 'waitingSince', limit: 1 } as const;
  const [oldest] = (await api.listPayouts({ query })).items;
  if (!oldest) return undefined;
  const { items } = await api.getPayoutTimeline({ params: { id: oldest.id } });
  return items.findLast(({ after }) => after.status === 'AWAITING_APPROVAL')?.at ?? oldest.createdAt;
}

const silent = 'Prometheus does not answer.';

/** @param sentence instead of what the error says */
async function answer<T>(asked: Promise<T>, sentence?: string): Promise<Answer<T>> {
  try {
    return { value: await asked };
  } catch (error) {
    return { missing: sentence ?? explainError(error, '').sentence };
  }
}
