import type {
  ConsumedEvent,
  Explanation,
  OutboxEvent,
  PaymentAttempt,
  Reminder,
  SentReminder,
  TimelineItem,
} from '@punctual/contracts';
import { table } from '../cli/table.ts';

/** Formats an explanation as one page. */
export function explanationPage(explanation: Explanation): string[] {
  const { scheduling, reminders, payouts } = explanation;
  return [
    `Assignment ${explanation.assignmentId}, as of ${explanation.at}`,
    ...missingLines(explanation),
    ...(scheduling ? summary(scheduling.assignment) : []),
    ...truncatedLines(explanation),
    ...section('Timeline', timelineLines([...(scheduling?.timeline ?? []), ...(payouts?.timeline ?? [])])),
    ...section('Events', [
      ...(scheduling?.outbox ?? []).flatMap((event) => eventLines(event)),
      ...(reminders?.sent ?? []).flatMap((event) => eventLines(event, `${event.type} ${kindOf(event)}`)),
      ...(payouts?.outbox ?? []).flatMap((event) => eventLines(event)),
    ]),
    ...section('Reminders', reminders ? remindersLines(reminders) : []),
    ...section('Payout', payouts ? payoutLines(payouts) : []),
    ...section('Traces', explanation.traceIds),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

const missingWords = {
  UNKNOWN: 'does not know this assignment',
  AWAY: 'did not answer; its part is missing here',
  FAILED: 'gave an unusable answer; see its log',
};

function missingLines({ missing }: Explanation): string[] {
  return missing.map(({ part, because }) => `! ${part} ${missingWords[because]}`);
}

function truncatedLines({ scheduling, reminders, payouts }: Explanation): string[] {
  const parts = { scheduling, reminders, payouts };
  const cut = Object.entries(parts).flatMap(([name, part]) => (part?.truncated ? [name] : []));
  return cut.length === 0
    ? []
    : [`! Only the latest items of ${cut.join(', ')}: older ones are in the timeline and the list of reminders`];
}

function summary(assignment: NonNullable<Explanation['scheduling']>['assignment']): string[] {
  const { status, scheduleVersion, localStart, localEnd, timezone, scheduleProposedBy } = assignment;
  const window = localStart && `${localStart} – ${localEnd} ${timezone}, proposed by ${scheduleProposedBy}`;
  return [
    '',
    `${status}, version ${scheduleVersion}${window ? `: ${window}` : ''}`,
    `job ${assignment.jobId}, customer ${assignment.customerId}, provider ${assignment.providerId}`,
    `reminder ${assignment.reminderStatus}, payout ${assignment.payoutStatus ?? 'NONE'}`,
  ];
}

function timelineLines(items: readonly TimelineItem[]): string[] {
  const inOrder = items.toSorted((a, b) => a.at.localeCompare(b.at));
  return inOrder.map(({ at, type, version, actor, reason, traceId }) => {
    const who = actor.id ? `${actor.role} ${actor.id}` : actor.role;
    return [
      `${at}  ${type} v${version} by ${who}`,
      reason && `“${reason.replace(/\s+/g, ' ')}”`,
      traceId && `trace ${traceId}`,
    ]
      .filter(Boolean)
      .join('  ');
  });
}

function eventLines(event: OutboxEvent, what: string = event.type): string[] {
  const { version, id, publishedAt, streamSequence, consumers } = event;
  const place = streamSequence === null ? '' : ` as number ${streamSequence}`;
  const published = publishedAt ? `published ${publishedAt}${place}` : 'NOT PUBLISHED YET';
  return [`${what} v${version}  ${id}  ${published}`, ...consumers.map((consumed) => `  ${consumedLine(consumed)}`)];
}

function kindOf({ reminderId }: SentReminder): string {
  return reminderId.slice(reminderId.lastIndexOf(':') + 1);
}

const stateWords: Record<ConsumedEvent['state'], string> = {
  DEAD: 'DEAD',
  APPLIED: 'applied',
  ACKED: 'acknowledged',
  DELIVERED: 'delivered, not acknowledged yet',
  PENDING: 'not delivered yet',
};

function consumedLine({ consumer, state, deadLetter }: ConsumedEvent): string {
  if (!deadLetter) return `${consumer}: ${stateWords[state]}`;
  const { sequence, reason, at } = deadLetter;
  return `${consumer}: DEAD since ${at}: ${reason} (npm run ops -- dlq show --sequence ${sequence})`;
}

function remindersLines({ reminders, unpublished, sent }: NonNullable<Explanation['reminders']>): string[] {
  const isNotFound = ({ id, sentAt }: Reminder) =>
    sent !== undefined && sentAt !== null && !sent.some(({ reminderId }) => reminderId === id);
  return [
    ...table(['version', 'kind', 'to', 'due', 'state', ''], reminders.map(reminderRow)),
    ...reminders
      .filter(isNotFound)
      .map(
        ({ kind, scheduleVersion }) =>
          `${kind} of version ${scheduleVersion} was sent, but its reminder.due is not on REMINDER around that time`,
      ),
    ...unpublished.map(({ at, type, kind }) => `decided ${at}, not published yet: ${type} ${kind}`),
  ];
}

function reminderRow({
  scheduleVersion,
  kind,
  audience,
  dueAt,
  state,
  suppressedBecause,
  sentAt,
  latenessMs,
}: Reminder) {
  const why = sentAt ? `${sentAt}, ${latenessMs} ms late` : (suppressedBecause ?? '');
  return [String(scheduleVersion), kind, audience.join(', '), dueAt, state, why];
}

function payoutLines({ payout, attempts }: NonNullable<Explanation['payouts']>): string[] {
  if (!payout) return ['none: the window was never confirmed'];
  const { amountMinor, currency } = payout.amount;
  const approvals = payout.approvals.map(({ by, at }) => `approved by ${by} at ${at}`);
  return [
    `${payout.id}  ${payout.status}${payout.onHold ? ', on hold' : ''}, version ${payout.version}, ${amountMinor} minor units of ${currency}`,
    ...approvals,
    `${payout.approvals.length} of ${payout.approvalsNeeded} approvals`,
    ...attempts.map(attemptLine),
    ...payout.holds.map(({ kind, reason, by, at }) => `held since ${at}, ${kind} by ${by ?? 'the system'}: ${reason}`),
    ...(payout.paidAt
      ? [`paid ${payout.paidAt}${payout.paidTo ? ` to ${payout.paidTo}` : ''}, reference ${payout.paymentReference}`]
      : []),
  ];
}

function attemptLine({ number, id, startedAt, results }: PaymentAttempt): string {
  const ends = results.map(({ outcome, code, reference, at }) =>
    [outcome, code, reference, at].filter((part) => part !== null).join(' '),
  );
  return `attempt ${number} (${id}) began ${startedAt}: ${ends.join(', then ') || 'result unknown'}`;
}
