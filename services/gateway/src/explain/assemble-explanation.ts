import type { Explanation, Follows, MissingPart, OutboxEvent, SentReminder } from '@punctual/contracts';
import { consumption, type StreamFacts } from './consumption.ts';

/** Each service's own part; null without one. */
export type Parts = Pick<Explanation, 'scheduling' | 'reminders' | 'payouts'>;

/** What the broker knows; undefined while it is unavailable. */
export type BrokerFacts =
  | { schedule: StreamFacts; reminder: StreamFacts; payout: StreamFacts; sent: SentReminder[] }
  | undefined;

/** Combines the parts, what each consumer did with each event, and the trace ids of all. */
export function assembleExplanation(
  about: { assignmentId: string; at: string; missing: MissingPart[] },
  { scheduling, reminders, payouts }: Parts,
  facts: BrokerFacts,
): Explanation {
  const follows = [scheduling, reminders, payouts].flatMap((part) => part?.follows ?? []);
  return {
    assignmentId: about.assignmentId,
    at: about.at,
    traceIds: tracesOf({ scheduling, reminders, payouts }),
    scheduling: scheduling && { ...scheduling, outbox: withConsumers(scheduling.outbox, facts?.schedule, follows) },
    reminders: reminders && {
      ...reminders,
      ...(facts && { sent: withConsumers(facts.sent, facts.reminder, follows) }),
    },
    payouts: payouts && { ...payouts, outbox: withConsumers(payouts.outbox, facts?.payout, follows) },
    missing: about.missing,
  };
}

function withConsumers<E extends OutboxEvent>(events: E[], facts: StreamFacts | undefined, follows: Follows[]): E[] {
  if (!facts) return events;
  return events.map((event) => ({ ...event, consumers: consumption(event, facts, follows) }));
}

function tracesOf({ scheduling, payouts }: Parts): string[] {
  const items = [...(scheduling?.timeline ?? []), ...(payouts?.timeline ?? [])];
  const inOrder = items.toSorted((a, b) => a.at.localeCompare(b.at));
  return [...new Set(inOrder.flatMap(({ traceId }) => traceId ?? []))];
}
