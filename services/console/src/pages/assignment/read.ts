import type {
  Assignment,
  Client,
  MissingPart,
  OutboxEvent,
  Payout,
  PayoutTimelineItem,
  Reminder,
  TimelineItem,
} from '@punctual/client';
import { ProblemError } from '@punctual/client';
import type { Visit } from '../page.ts';

/** All that is known about an assignment, each list oldest first. */
export type History = {
  assignment: Assignment;
  payout: Payout | undefined;
  schedule: readonly TimelineItem[];
  payouts: readonly PayoutTimelineItem[];
  reminders: readonly Reminder[];
  /** What was published, and what became of it. Only ops sees it. */
  events: readonly OutboxEvent[];
  traceIds: readonly string[];
  missing: readonly MissingPart[];
  /** A list has only its latest items. */
  truncated: boolean;
};

/** Ops reads how everything went; finance reads what the API shows it. */
export function readHistory({ api, person, params: { id = '' } }: Visit): Promise<History> {
  return person.roles.includes('ops') ? explain(api, id) : readParts(api, id);
}

async function explain(api: Client, id: string): Promise<History> {
  const { scheduling, reminders, payouts, traceIds, missing } = await api.explainAssignment({ params: { id } });
  return {
    assignment: scheduling?.assignment ?? (await api.getAssignment({ params: { id } })),
    payout: payouts?.payout ?? undefined,
    schedule: scheduling?.timeline ?? [],
    payouts: payouts?.timeline ?? [],
    reminders: reminders?.reminders ?? [],
    events: [...(scheduling?.outbox ?? []), ...(reminders?.sent ?? []), ...(payouts?.outbox ?? [])],
    traceIds,
    missing,
    truncated: [scheduling, reminders, payouts].some((part) => part?.truncated),
  };
}

async function readParts(api: Client, id: string): Promise<History> {
  const params = { id };
  const [assignment, timeline, reminders, payout] = await Promise.all([
    api.getAssignment({ params }),
    api.getAssignmentTimeline({ params }),
    api.listReminders({ params }),
    api.getAssignmentPayout({ params }).catch(unlessNotFound),
  ]);
  const payouts = payout && (await api.getPayoutTimeline({ params: { id: payout.id } }));
  return {
    assignment,
    payout,
    schedule: timeline.items,
    payouts: payouts?.items ?? [],
    reminders: reminders.items,
    events: [],
    traceIds: [],
    missing: [],
    truncated: [timeline, reminders, payouts].some((page) => page?.nextCursor),
  };
}

function unlessNotFound(error: unknown): undefined {
  if (!(error instanceof ProblemError && error.code === 'not-found')) throw error;
}
