// Generated from the OpenAPI document by `npm run generate -w @punctual/client`. Change the contract, not this file.

import type { ChangeOf } from './live/change-of.ts';

/** One of these, or `UNKNOWN`: a value that a later release of the API has added. */

export type Open<T> = T | 'UNKNOWN';

export type CreateJobBody = {
  /** One line */ title: string;
  /** What is to be done; may have line breaks */
  description?: string | null;
  /** Where it is done */
  location?: JobLocationBody | null;
  /** How long the work takes, as the customer expects */
  durationMinutes?: number | null;
  /** The marketplace's own id; searchable */
  reference?: string | null;
  /** The marketplace's own values: at most 20 keys of 40 characters */
  metadata?: Record<string, string> | null;
  /** IANA time zone */
  timezone: string;
  /** What the provider is paid */
  price: Money;
  /** What follows when a provider is released */
  rejectionPolicy?: RejectionPolicy | null;
  /** Providers to invite, in this order; each at most once */
  providerQueue?: Array<string> | null;
};

export type JobLocationBody = {
  /** The place in words, such as an address */ label: string;
  /** Degrees, WGS 84 */
  latitude?: number | null;
  /** Degrees, WGS 84 */
  longitude?: number | null;
};

export type Money = {
  /** In minor units of the currency, such as cents */ amountMinor: number;
  /** ISO 4217 code */
  currency: string;
};

export type RejectionPolicy = 'REOPEN_QUOTES' | 'INVITE_NEXT';

export type UpdateJobBody = {
  /** One line */ title?: string | null;
  /** What is to be done; may have line breaks */
  description?: string | null;
  /** Where it is done */
  location?: JobLocationBody | null;
  /** How long the work takes, as the customer expects */
  durationMinutes?: number | null;
  /** The marketplace's own id; searchable */
  reference?: string | null;
  /** The marketplace's own values: at most 20 keys of 40 characters */
  metadata?: Record<string, string> | null;
  /** Providers to invite, in this order; each at most once */
  providerQueue?: Array<string> | null;
  /** What follows when a provider is released */
  rejectionPolicy?: RejectionPolicy | null;
  /** What the provider is paid */
  price?: Money | null;
  /** IANA time zone */
  timezone?: string | null;
};

export type CancelBody = {
  /** Shown to the other side */ reason: string;
};

export type CreateAssignmentBody = {
  /** The provider to invite */ providerId: string;
};

export type ScheduleBody = {
  /** Without an offset, a local time in the time zone. Truncated to milliseconds. */ start: string;
  /** Without an offset, a local time in the time zone. Truncated to milliseconds. */
  end: string;
  /** For the other side; line breaks are allowed */
  notes?: string | null;
  /** IANA time zone */
  timezone?: string | null;
};

export type ConfirmBody = {
  /** Confirms only this version of the assignment */ scheduleVersion?: number | null;
};

export type RejectBody = {
  /** Required from a provider */ reason?: string | null;
  /** By default `assignment` for a provider, `window` for a customer */
  scope?: RejectScope | null;
  /** Another window, proposed in the same step */
  counter?: ScheduleBody | null;
};

export type RejectScope = 'window' | 'assignment';

export type EmptyBody = Record<string, never>;

export type DisputeBody = {
  /** What it is about */ kind: DisputeKind;
  /** In words */
  reason: string;
};

export type DisputeKind = 'NO_SHOW' | 'QUALITY' | 'OTHER';

export type BlockBody = {
  /** Shown as the reason of the hold */ reason: string;
};

export type UnblockBody = {
  /** Recorded in the timeline */ reason: string;
  /** The holds to lift. By default all, except MANUAL holds of other people if there are others */
  holds?: Array<string> | null;
};

export type MarkPaidBody = {
  /** Reference of the payment, such as that of a bank transfer */ reference: string;
};

export type StripeNotice = {
  /** Identifies the event */ id: string;
  /** Stripe's name of what happened */
  type: string;
};

export type PayoutAccountBody = {
  /** The provider's account at the payment provider */ account: string;
};

export type ConfirmAccountBody = {
  /** Confirms only a change to this account */ account?: string | null;
};

export type ErasePersonBody = {
  /** Kept in the record of the erasure, so without the name of the person */ reason: string;
};

export type Job = {
  /** The job */ id: string;
  /** Who wants it done */
  customerId: string;
  /** One line */
  title: string;
  /** What is to be done; may have line breaks */
  description: string | null;
  /** Where it is done */
  location: JobLocation | null;
  /** How long the work takes, as the customer expects */
  durationMinutes: number | null;
  /** The marketplace's own id */
  reference: string | null;
  /** The marketplace's own values */
  metadata: Record<string, string>;
  /** IANA time zone */
  timezone: string;
  /** What the provider is paid */
  price: Money;
  /** Where it stands */
  status: Open<JobStatus>;
  /** What follows when a provider is released */
  rejectionPolicy: Open<RejectionPolicy>;
  /** For its customer and ops; empty for others */
  providerQueue: Array<string>;
  /** The open or last assignment; null while it is open */
  currentAssignmentId: string | null;
  /** Number of changes; the `ETag` */
  version: number;
  /** When it was created */
  createdAt: string;
  /** When it last changed */
  updatedAt: string;
};

export type JobLocation = {
  /** The place in words, such as an address */ label: string;
  /** Degrees, WGS 84 */
  latitude: number | null;
  /** Degrees, WGS 84 */
  longitude: number | null;
};

export type JobStatus = 'OPEN' | 'ASSIGNED' | 'DONE' | 'CANCELLED';

export type Problem = {
  /** URI that names the code; not to be fetched */ type: string;
  /** Summary of the code, for people */
  title: string;
  /** HTTP status */
  status: number;
  /** What clients branch on */
  code: Open<ProblemCode>;
  /** What was wrong with this request, for people */
  detail: string;
  /** Path of the request */
  instance: string;
  /** Name it in a support request */
  traceId: string;
  /** Each fault of the request */
  errors?: Array<FieldError>;
  /** `currentJob`, `currentAssignment` or `currentPayout`, under the name of 1.0 */
  current?: {
    /** Its id */ id?: string;
  };
  /** The job as the caller may see it now */
  currentJob?: Job;
  /** The assignment as the caller may see it now */
  currentAssignment?: Assignment;
  /** The payout as the caller may see it now */
  currentPayout?: Payout;
  /** The window that is in the way */
  conflict?: Interval;
  /** The three nearest free windows of the requested length */
  freeWindows?: Array<Interval>;
  /** The nearest times that exist */
  nearestValid?: NearestValid;
  /** With a window that is in the past, too far, too short or too long */
  limits?: WindowLimits;
};

export type ProblemCode =
  | 'malformed-body'
  | 'validation-failed'
  | 'invalid-idempotency-key'
  | 'unauthenticated'
  | 'forbidden'
  | 'own-proposal'
  | 'own-payout'
  | 'own-change'
  | 'not-found'
  | 'method-not-allowed'
  | 'request-timeout'
  | 'version-conflict'
  | 'invalid-transition'
  | 'visit-started'
  | 'window-taken'
  | 'job-not-open'
  | 'idempotency-in-flight'
  | 'already-approved'
  | 'cursor-expired'
  | 'precondition-failed'
  | 'payload-too-large'
  | 'uri-too-long'
  | 'unsupported-media-type'
  | 'range-not-satisfiable'
  | 'window-in-past'
  | 'window-too-far'
  | 'window-too-short'
  | 'window-too-long'
  | 'nonexistent-local-time'
  | 'unknown-timezone'
  | 'reason-required'
  | 'not-started'
  | 'same-person'
  | 'idempotency-key-reused'
  | 'rate-limited'
  | 'too-many-streams'
  | 'too-many-proposals'
  | 'too-many-open-assignments'
  | 'too-many-open-jobs'
  | 'headers-too-large'
  | 'internal-error'
  | 'unavailable'
  | 'upstream-timeout';

export type FieldError = {
  /** JSON pointer to the faulty part: `/start`, `/headers/if-match` */ path: string;
  /** What is accepted there */
  message: string;
};

export type Assignment = {
  /** The assignment */ id: string;
  /** The job */
  jobId: string;
  /** Title of the job */
  jobTitle: string;
  /** The customer of the job */
  customerId: string;
  /** The provider who has the job */
  providerId: string;
  /** Where it stands */
  status: Open<AssignmentStatus>;
  /** Start of the window, inclusive; null without one */
  scheduledStart: string | null;
  /** End of the window, exclusive */
  scheduledEnd: string | null;
  /** IANA time zone */
  timezone: string;
  /** `scheduledStart` in the time zone, with its offset */
  localStart: string | null;
  /** `scheduledEnd` in the time zone, with its offset */
  localEnd: string | null;
  /** Who proposed the window */
  scheduleProposedBy: Open<ProposedBy> | null;
  /** Rises with every change by a command or an expiry; the `ETag` */
  scheduleVersion: number;
  /** Notes of the proposal */
  scheduleNotes: string | null;
  /** When the proposal expires; null unless `PROPOSED` */
  proposalExpiresAt: string | null;
  /** When the window was confirmed */
  confirmedAt: string | null;
  /** When a window or the provider was last rejected */
  rejectedAt: string | null;
  /** The reason of that */
  rejectReason: string | null;
  /** When the first dispute was made */
  disputedAt: string | null;
  /** Where its reminders stand */
  reminderStatus: Open<ReminderStatus>;
  /** When the last reminder was sent */
  reminderLastSentAt: string | null;
  /** Status of its payout; null without one */
  payoutStatus: Open<PayoutStatus> | null;
  /** Who last approved the payout */
  payoutApprovedBy: string | null;
  /** When the payout was last approved */
  payoutApprovedAt: string | null;
  /** The version of the payout that the copy shows; null while there is none */
  payoutVersion: number | null;
  /** The `reminderSequence` that the copy of the reminders has reached; null while there is none */
  reminderSequence: number | null;
  /** The assignment of the provider who was invited when this one was released */
  nextAssignmentId: string | null;
  /** What the provider is paid */
  price: Money;
  /** When it was created */
  createdAt: string;
  /** When it last changed in any field */
  updatedAt: string;
  /** What the caller may do now: one item for each command */
  actions: Array<Action>;
};

export type AssignmentStatus = 'UNSCHEDULED' | 'PROPOSED' | 'CONFIRMED' | 'COMPLETED' | 'DECLINED' | 'CANCELLED';

export type ProposedBy = 'CUSTOMER' | 'PROVIDER' | 'SYSTEM';

export type ReminderStatus = 'NONE' | 'QUEUED' | 'SENT' | 'OVERDUE';

export type PayoutStatus = 'PENDING' | 'AWAITING_APPROVAL' | 'APPROVED' | 'PAID' | 'BLOCKED';

export type Action = {
  /** The command */ name: Open<ActionName>;
  /** Whether the caller may give it now */
  allowed: boolean;
  /** Path to send it to */
  href: string;
  /** Method to send it with */
  method: 'POST';
  /** The problem code that it would be refused with */
  because?: Open<ProblemCode>;
  /** Until when it is allowed */
  until?: string;
};

export type ActionName = 'propose' | 'confirm' | 'reject' | 'cancel' | 'complete' | 'dispute';

export type Payout = {
  /** The payout */ id: string;
  /** The assignment that it pays */
  assignmentId: string;
  /** The job */
  jobId: string;
  /** Who is paid */
  providerId: string;
  /** The customer of the job */
  customerId: string;
  /** What is paid */
  amount: Money;
  /** Where it stands */
  status: Open<PayoutStatus>;
  /** A PENDING payout that waits for a new confirmation */
  onHold: boolean;
  /** Rises with every change; the `ETag` */
  version: number;
  /** The approvals so far; at most `approvalsNeeded` */
  approvals: Array<Approval>;
  /** How many people must approve */
  approvalsNeeded: number;
  /** The current holds, oldest first; at least one if BLOCKED */
  holds: Array<Hold>;
  /** The reason of the newest hold */
  blockedBecause: string | null;
  /** When it was paid */
  paidAt: string | null;
  /** Reference of the payment */
  paymentReference: string | null;
  /** The last four characters of the paid account; null for a manual payment */
  paidTo: string | null;
  /** When it was created */
  createdAt: string;
  /** When it last changed */
  updatedAt: string;
};

export type Approval = {
  /** The person who approved */ by: string;
  /** When */
  at: string;
};

export type Hold = {
  /** Names the hold when lifting it */ id: string;
  /** What caused it */
  kind: Open<HoldKind>;
  /** In words */
  reason: string;
  /** The person who caused it; null when the system did */
  by: string | null;
  /** When it was added */
  at: string;
};

export type HoldKind = 'DISPUTE' | 'CANCELLED' | 'DECLINED' | 'MANUAL' | 'PAYMENT' | 'ACCOUNT';

export type Interval = {
  /** Inclusive */ start: string;
  /** Exclusive */
  end: string;
};

export type NearestValid = {
  /** For `start` */ start?: string;
  /** For `end` */
  end?: string;
};

export type WindowLimits = {
  /** Earliest start */ notBefore: string;
  /** Latest start */
  notAfter: string;
  /** Shortest length */
  minMinutes: number;
  /** Greatest length */
  maxMinutes: number;
};

export type JobPage = {
  /** The items of this page */ items: Array<Job>;
  /** Send it as `cursor` for the next page; null on the last one */
  nextCursor: string | null;
};

export type Window = {
  /** Inclusive */ start: string;
  /** Exclusive */
  end: string;
  /** IANA time zone */
  timezone: string;
  /** `start` in the time zone, with its offset */
  localStart: string;
  /** `end` in the time zone, with its offset */
  localEnd: string;
};

export type AssignmentPage = {
  /** The items of this page */ items: Array<Assignment>;
  /** Send it as `cursor` for the next page; null on the last one */
  nextCursor: string | null;
};

export type Timeline = {
  /** The items of this page */ items: Array<TimelineItem>;
  /** Send it as `cursor` for the next page; null on the last one */
  nextCursor: string | null;
};

export type TimelineItem = {
  /** Version of the resource after the change */ version: number;
  /** Type of the event that was published */
  type: Open<EventType>;
  /** Who changed it */
  actor: Actor;
  /** `API` a request, `SYSTEM` the passing of time, `EVENT` an event of another service */
  source: Open<'API' | 'SYSTEM' | 'EVENT'>;
  /** The reason given, or null */
  reason: string | null;
  /** The changed fields as they were */
  before: ChangedAssignmentFields;
  /** The changed fields as they became */
  after: ChangedAssignmentFields;
  /** The trace of the cause */
  traceId: string | null;
  /** When it changed */
  at: string;
};

export type EventType =
  | 'schedule.assigned'
  | 'schedule.proposed'
  | 'schedule.confirmed'
  | 'schedule.rejected'
  | 'schedule.cancelled'
  | 'schedule.expired'
  | 'schedule.completed'
  | 'schedule.disputed'
  | 'reminder.queued'
  | 'reminder.due'
  | 'reminder.overdue'
  | 'reminder.suppressed'
  | 'payout.pending'
  | 'payout.awaiting_approval'
  | 'payout.approved'
  | 'payout.paid'
  | 'payout.blocked';

export type Actor = {
  /** The user; null for `system` */ id: string | null;
  /** The role in which the user acted */
  role: Open<'customer' | 'provider' | 'finance' | 'ops' | 'system'>;
};

export type ChangePage = {
  /** The next events, oldest first; possibly none */ items: Array<Change>;
  /** The position after these changes; also a valid `Last-Event-ID` */
  nextCursor: string;
};

export type Change = ChangeOf<Events>;

export type RejectOutcome = 'WINDOW_REJECTED' | 'QUOTES_REOPENED' | 'NEXT_PROVIDER_INVITED';

export type Side = 'CUSTOMER' | 'PROVIDER';

export type SuppressedBecause =
  | 'ANSWERED'
  | 'RESCHEDULED'
  | 'REJECTED'
  | 'CANCELLED'
  | 'EXPIRED'
  | 'COMPLETED'
  | 'DISPUTED'
  | 'OVERTAKEN'
  | 'WINDOW_STARTED';

export type Reminders = {
  /** The items of this page */ items: Array<Reminder>;
  /** Send it as `cursor` for the next page; null on the last one */
  nextCursor: string | null;
};

export type Reminder = {
  /** `assignmentId:scheduleVersion:kind` */ id: string;
  /** The assignment */
  assignmentId: string;
  /** Version of the assignment that planned it */
  scheduleVersion: number;
  /** What it reminds of */
  kind: Open<ReminderKind>;
  /** Where it stands */
  state: Open<ReminderState>;
  /** Why it is not sent; null unless `SUPPRESSED` */
  suppressedBecause: Open<SuppressedBecause> | null;
  /** When it is to be sent */
  dueAt: string;
  /** When it was sent; null before */
  sentAt: string | null;
  /** Milliseconds between `dueAt` and `sentAt`; null before */
  latenessMs: number | null;
  /** Who is reminded */
  audience: Array<Open<Side>>;
  /** The window that it is about */
  window: Window;
};

export type ReminderKind = 'respond' | 'respond-last' | 'upcoming-24h' | 'upcoming-1h';

export type ReminderState = 'PLANNED' | 'SENDING' | 'SENT' | 'OVERDUE' | 'SUPPRESSED';

export type RemindersHealth = {
  /** The worst of the checks, or `degraded` when reminders are late */ status: Open<Health>;
  /** State of each part that reminders needs */
  checks: RemindersChecks;
  /** How late the scheduler is, in milliseconds */
  schedulerLagMs: number | null;
  /** Age of the oldest due reminder, in milliseconds */
  oldestDueMs: number | null;
  /** Number of due reminders */
  due: number | null;
  /** Number of planned reminders */
  planned: number | null;
  /** Number of overdue reminders */
  overdue: number | null;
  /** When a reminder was last sent */
  lastDispatchAt: string | null;
  /** Difference between the clocks of this process and its store, in milliseconds */
  clockSkewMs: number | null;
};

export type Health = 'ok' | 'degraded' | 'down';

export type RemindersChecks = {
  /** The store of reminders */ store: Open<Health>;
  /** NATS */
  broker: Open<Health>;
  /** The clock that finds due reminders */
  scheduler: Open<Health>;
};

export type FreeWindows = {
  /** Free intervals, earliest first */ items: Array<Interval>;
};

export type PayoutPage = {
  /** The items of this page */ items: Array<Payout>;
  /** Send it as `cursor` for the next page; null on the last one */
  nextCursor: string | null;
};

export type PayoutSummary = {
  /** All items */ items: Array<PayoutSum>;
};

export type PayoutSum = {
  /** ISO 4217 code */ currency: string;
  /** Where these payouts stand */
  status: Open<PayoutStatus>;
  /** How many payouts */
  count: number;
  /** Their sum, in minor units of the currency */
  amountMinor: number;
};

export type PayoutTimeline = {
  /** The items of this page */ items: Array<PayoutTimelineItem>;
  /** Send it as `cursor` for the next page; null on the last one */
  nextCursor: string | null;
};

export type PayoutTimelineItem = {
  /** Version of the resource after the change */ version: number;
  /** Type of the event that was published */
  type: Open<EventType>;
  /** Who changed it */
  actor: Actor;
  /** `API` a request, `SYSTEM` the passing of time, `EVENT` an event of another service */
  source: Open<'API' | 'SYSTEM' | 'EVENT'>;
  /** The reason given, or null */
  reason: string | null;
  /** The changed fields as they were */
  before: ChangedPayoutFields;
  /** The changed fields as they became */
  after: ChangedPayoutFields;
  /** The trace of the cause */
  traceId: string | null;
  /** When it changed */
  at: string;
};

export type NoticeTaken = {
  /** Always true */ received: boolean;
};

export type PayoutDrift = {
  /** When the comparison was made */ at: string;
  /** Whether the payment provider was compared as well */
  providerCompared: boolean;
  /** The transfers before this were not looked at: ask again with it as until. Null when all of 30 days were */
  nextUntil: string | null;
  /** The first thousand differences */
  items: Array<Drift>;
  /** Number of differences */
  total: number;
};

export type Drift = {
  /** How the records differ */ kind: Open<DriftKind>;
  /** The payout; null if there is none */
  payoutId: string | null;
  /** The assignment; null if it is not known */
  assignmentId: string | null;
  /** What was found, for people */
  detail: string;
};

export type DriftKind =
  | 'PAYOUT_MISSING'
  | 'PAYOUT_EXTRA'
  | 'AMOUNT_DIFFERS'
  | 'ATTEMPT_OPEN'
  | 'TRANSFER_MISSING'
  | 'TRANSFER_EXTRA'
  | 'TRANSFER_DIFFERS'
  | 'TRANSFER_REVERSED';

export type PayoutAccount = {
  /** The provider */ providerId: string;
  /** Null before the first confirmation */
  account: string | null;
  /** Number of confirmed changes */
  version: number;
  /** Who confirmed the latest change */
  updatedBy: string | null;
  /** When the latest change was confirmed */
  updatedAt: string | null;
  /** The change; another person in finance must confirm it */
  pending: PendingAccount | null;
};

export type PendingAccount = {
  /** The account to change to */ account: string;
  /** Who requested it */
  requestedBy: string;
  /** When it was requested */
  requestedAt: string;
};

export type PayoutAccountHistory = {
  /** The items of this page */ items: Array<PayoutAccountChange>;
  /** Send it as `cursor` for the next page; null on the last one */
  nextCursor: string | null;
};

export type PayoutAccountChange = {
  /** The last four characters of the account */ account: string;
  /** Number of the change */
  version: number;
  /** Who requested it */
  requestedBy: string;
  /** When it was requested */
  requestedAt: string;
  /** Who confirmed it */
  confirmedBy: string;
  /** When it was confirmed */
  confirmedAt: string;
};

export type Explanation = {
  /** The assignment */ assignmentId: string;
  /** When it was explained */
  at: string;
  /** Traces of everything that happened, oldest first */
  traceIds: Array<string>;
  /** Null if it could not be read */
  scheduling: ScheduleExplanation | null;
  /** Null if it could not be read */
  reminders: RemindersExplanation | null;
  /** Null if it could not be read */
  payouts: PayoutExplanation | null;
  /** The parts that could not be read */
  missing: Array<MissingPart>;
};

export type ScheduleExplanation = {
  /** The assignment as ops sees it */ assignment: Assignment;
  /** Its latest changes, oldest first */
  timeline: Array<TimelineItem>;
  /** The latest 50 of the last seven days, oldest first */
  outbox: Array<OutboxEvent>;
  /** Copies kept here of reminders and payouts */
  follows: Array<Follows>;
  /** True if a list has only its latest 50 items. Absent from services of release 1.0 */
  truncated?: boolean;
};

export type OutboxEvent = {
  /** The id of the CloudEvent */ id: string;
  /** Its type, which is its subject */
  type: Open<EventType>;
  /** Version of the resource after the change */
  version: number;
  /** The trace of the cause */
  traceId: string | null;
  /** When the change was made */
  createdAt: string;
  /** When it was published; null before */
  publishedAt: string | null;
  /** Null if it was not published, or the sequence was not recorded */
  streamSequence: number | null;
  /** Its consumers; empty if the broker is unavailable */
  consumers: Array<ConsumedEvent>;
};

export type ConsumedEvent = {
  /** Durable name of the consumer */ consumer: string;
  /** What the consumer did with it */
  state: Open<ConsumerState>;
  /** Its sequence in the stream DLQ, and the reason */
  deadLetter: DeadLetter | null;
};

export type ConsumerState = 'DEAD' | 'APPLIED' | 'ACKED' | 'DELIVERED' | 'PENDING';

export type DeadLetter = {
  /** Its sequence in the stream DLQ */ sequence: number;
  /** The error of the consumer */
  reason: string;
  /** When the consumer gave up */
  at: string;
};

export type Follows = {
  /** Durable name of the consumer */ consumer: string;
  /** The latest version that it recorded */
  version: number;
};

export type RemindersExplanation = {
  /** The reminders of the assignment */ reminders: Array<Reminder>;
  /** The reminderSequence of the latest decision */
  sequence: number;
  /** Decided but not yet published */
  unpublished: Array<UnpublishedReminder>;
  /** Found in the stream around the time of sending. Absent if the stream could not be read */
  sent?: Array<SentReminder>;
  /** The copy kept here of the assignment */
  follows: Array<Follows>;
  /** True if a list has only its latest 50 items. Absent from services of release 1.0 */
  truncated?: boolean;
};

export type UnpublishedReminder = {
  /** The type that the event will have */ type: Open<EventType>;
  /** What it reminds of */
  kind: Open<ReminderKind>;
  /** Version of the assignment that planned it */
  scheduleVersion: number;
  /** When it was decided */
  at: string;
};

export type SentReminder = {
  /** The id of the CloudEvent */ id: string;
  /** Its type, which is its subject */
  type: Open<EventType>;
  /** Version of the resource after the change */
  version: number;
  /** The trace of the cause */
  traceId: string | null;
  /** When the change was made */
  createdAt: string;
  /** When it was published; null before */
  publishedAt: string | null;
  /** Null if it was not published, or the sequence was not recorded */
  streamSequence: number | null;
  /** Its consumers; empty if the broker is unavailable */
  consumers: Array<ConsumedEvent>;
  /** The reminder that was sent */
  reminderId: string;
};

export type PayoutExplanation = {
  /** The payout, or null */ payout: Payout | null;
  /** Attempts to pay it */
  attempts: Array<PaymentAttempt>;
  /** Its latest changes, oldest first */
  timeline: Array<PayoutTimelineItem>;
  /** The latest 50 of the last seven days, oldest first */
  outbox: Array<OutboxEvent>;
  /** The copy kept here of the assignment */
  follows: Array<Follows>;
  /** True if a list has only its latest 50 items. Absent from services of release 1.0 */
  truncated?: boolean;
};

export type PaymentAttempt = {
  /** Idempotency key at the payment provider */ id: string;
  /** Counts the attempts of a payout */
  number: number;
  /** The account that was paid */
  account: string;
  /** When it began */
  startedAt: string;
  /** What the payment provider reported, oldest first */
  results: Array<PaymentResult>;
};

export type PaymentResult = {
  /** `ABSENT`: the payment provider does not know the attempt */
  outcome: Open<'PAID' | 'REFUSED' | 'ABSENT' | 'REVERSED'>;
  /** Reference of the payment */
  reference: string | null;
  /** Reason that the payment provider gave */
  code: string | null;
  /** When it was reported */
  at: string;
};

export type MissingPart = {
  /** Which part */ part: Open<'scheduling' | 'reminders' | 'payouts' | 'broker'>;
  /** `UNKNOWN`: it does not know the assignment. `AWAY`: no answer. `FAILED`: an unusable answer */
  because: Open<'UNKNOWN' | 'AWAY' | 'FAILED'>;
};

export type OpenReminders = {
  /** All items */ items: Array<Reminder>;
};

export type Erasure = {
  /** The person */ personId: string;
  /** Which service this is about */
  service: Open<'scheduling' | 'payouts'>;
  /** Of the latest erasure; null without one */
  at: string | null;
  /** Null until this service has finished */
  finishedAt: string | null;
  /** Rows whose texts the latest erasure replaced, by table */
  erased: Record<string, number>;
  /** Rows with texts that an erasure would replace now, by table; null unless asked for with `count=true` */
  left: Record<string, number> | null;
};

export type ChangedAssignmentFields = {
  /** The assignment */ id?: string;
  /** The job */
  jobId?: string;
  /** Title of the job */
  jobTitle?: string;
  /** The customer of the job */
  customerId?: string;
  /** The provider who has the job */
  providerId?: string;
  /** Where it stands */
  status?: Open<AssignmentStatus>;
  /** Start of the window, inclusive; null without one */
  scheduledStart?: string | null;
  /** End of the window, exclusive */
  scheduledEnd?: string | null;
  /** IANA time zone */
  timezone?: string;
  /** `scheduledStart` in the time zone, with its offset */
  localStart?: string | null;
  /** `scheduledEnd` in the time zone, with its offset */
  localEnd?: string | null;
  /** Who proposed the window */
  scheduleProposedBy?: Open<ProposedBy> | null;
  /** Rises with every change by a command or an expiry; the `ETag` */
  scheduleVersion?: number;
  /** Notes of the proposal */
  scheduleNotes?: string | null;
  /** When the proposal expires; null unless `PROPOSED` */
  proposalExpiresAt?: string | null;
  /** When the window was confirmed */
  confirmedAt?: string | null;
  /** When a window or the provider was last rejected */
  rejectedAt?: string | null;
  /** The reason of that */
  rejectReason?: string | null;
  /** When the first dispute was made */
  disputedAt?: string | null;
  /** Where its reminders stand */
  reminderStatus?: Open<ReminderStatus>;
  /** When the last reminder was sent */
  reminderLastSentAt?: string | null;
  /** Status of its payout; null without one */
  payoutStatus?: Open<PayoutStatus> | null;
  /** Who last approved the payout */
  payoutApprovedBy?: string | null;
  /** When the payout was last approved */
  payoutApprovedAt?: string | null;
  /** The version of the payout that the copy shows; null while there is none */
  payoutVersion?: number | null;
  /** The `reminderSequence` that the copy of the reminders has reached; null while there is none */
  reminderSequence?: number | null;
  /** The assignment of the provider who was invited when this one was released */
  nextAssignmentId?: string | null;
  /** What the provider is paid */
  price?: Money;
  /** When it was created */
  createdAt?: string;
  /** When it last changed in any field */
  updatedAt?: string;
};

export type ChangedPayoutFields = {
  /** The payout */ id?: string;
  /** The assignment that it pays */
  assignmentId?: string;
  /** The job */
  jobId?: string;
  /** Who is paid */
  providerId?: string;
  /** The customer of the job */
  customerId?: string;
  /** What is paid */
  amount?: Money;
  /** Where it stands */
  status?: Open<PayoutStatus>;
  /** A PENDING payout that waits for a new confirmation */
  onHold?: boolean;
  /** Rises with every change; the `ETag` */
  version?: number;
  /** The approvals so far; at most `approvalsNeeded` */
  approvals?: Array<Approval>;
  /** How many people must approve */
  approvalsNeeded?: number;
  /** The current holds, oldest first; at least one if BLOCKED */
  holds?: Array<Hold>;
  /** The reason of the newest hold */
  blockedBecause?: string | null;
  /** When it was paid */
  paidAt?: string | null;
  /** Reference of the payment */
  paymentReference?: string | null;
  /** The last four characters of the paid account; null for a manual payment */
  paidTo?: string | null;
  /** When it was created */
  createdAt?: string;
  /** When it last changed */
  updatedAt?: string;
};

export type title = string;

/** Every event, by its type. */
export type Events = {
  /** A job is given to a provider: by its customer, by ops, or (actor `system`) because the provider before was released. */
  'schedule.assigned': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/scheduling';
    /** Type of the event; also its NATS subject */
    type: 'schedule.assigned';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/schedule.assigned.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The assignment */ assignmentId: string;
      /** Its job */
      jobId: string;
      /** Whose job it is */
      customerId: string;
      /** Who does the work */
      providerId: string;
      /** Version of the assignment after this event; the sequence of the event */
      scheduleVersion: number;
      /** The state after this event */
      status: 'UNSCHEDULED';
      actor: Actor;
      /** The window of the event; for a reject or an expiry, the released one */
      window: Window | null;
      /** The confirmed window that a new proposal released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: Open<ProposedBy> | null;
      /** What the proposer wrote with `window`; null if nothing */
      notes: string | null;
      /** Why: of a reject, a cancel or a dispute; null if none was given */
      reason: string | null;
      /** What follows from a reject; null otherwise */
      outcome: Open<RejectOutcome> | null;
      /** For NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      /** The title of the job when this happened; absent from events before 1.1 */
      jobTitle: title;
      /** Ids of earlier events of the assignment that no longer hold: scheduling was restored from a backup, and this event says again how the assignment is. Undo what followed from them. Absent otherwise */
      withdrawnEventIds?: Array<string>;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
    };
  };
  /** One side, or ops, proposes a window. With `previousWindow` it is a reschedule. */
  'schedule.proposed': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/scheduling';
    /** Type of the event; also its NATS subject */
    type: 'schedule.proposed';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/schedule.proposed.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The assignment */ assignmentId: string;
      /** Its job */
      jobId: string;
      /** Whose job it is */
      customerId: string;
      /** Who does the work */
      providerId: string;
      /** Version of the assignment after this event; the sequence of the event */
      scheduleVersion: number;
      /** The state after this event */
      status: 'PROPOSED';
      actor: Actor;
      /** The window of the event; for a reject or an expiry, the released one */
      window: Window;
      /** The confirmed window that a new proposal released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: Open<ProposedBy>;
      /** What the proposer wrote with `window`; null if nothing */
      notes: string | null;
      /** Why: of a reject, a cancel or a dispute; null if none was given */
      reason: string | null;
      /** What follows from a reject; null otherwise */
      outcome: Open<RejectOutcome> | null;
      /** For NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      /** The title of the job when this happened; absent from events before 1.1 */
      jobTitle?: title;
      /** Ids of earlier events of the assignment that no longer hold: scheduling was restored from a backup, and this event says again how the assignment is. Undo what followed from them. Absent otherwise */
      withdrawnEventIds?: Array<string>;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
    };
  };
  /** Both sides agree on the window. */
  'schedule.confirmed': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/scheduling';
    /** Type of the event; also its NATS subject */
    type: 'schedule.confirmed';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/schedule.confirmed.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The assignment */ assignmentId: string;
      /** Its job */
      jobId: string;
      /** Whose job it is */
      customerId: string;
      /** Who does the work */
      providerId: string;
      /** Version of the assignment after this event; the sequence of the event */
      scheduleVersion: number;
      /** The state after this event */
      status: 'CONFIRMED';
      actor: Actor;
      /** The window of the event; for a reject or an expiry, the released one */
      window: Window;
      /** The confirmed window that a new proposal released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: Open<ProposedBy>;
      /** What the proposer wrote with `window`; null if nothing */
      notes: string | null;
      /** Why: of a reject, a cancel or a dispute; null if none was given */
      reason: string | null;
      /** What follows from a reject; null otherwise */
      outcome: Open<RejectOutcome> | null;
      /** For NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      /** The title of the job when this happened; absent from events before 1.1 */
      jobTitle?: title;
      /** Ids of earlier events of the assignment that no longer hold: scheduling was restored from a backup, and this event says again how the assignment is. Undo what followed from them. Absent otherwise */
      withdrawnEventIds?: Array<string>;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
    };
  };
  /** A window is turned down (UNSCHEDULED), or the provider is released (DECLINED); `outcome` says what follows. */
  'schedule.rejected': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/scheduling';
    /** Type of the event; also its NATS subject */
    type: 'schedule.rejected';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/schedule.rejected.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The assignment */ assignmentId: string;
      /** Its job */
      jobId: string;
      /** Whose job it is */
      customerId: string;
      /** Who does the work */
      providerId: string;
      /** Version of the assignment after this event; the sequence of the event */
      scheduleVersion: number;
      /** The state after this event */
      status: Open<'UNSCHEDULED' | 'DECLINED'>;
      actor: Actor;
      /** The window of the event; for a reject or an expiry, the released one */
      window: Window | null;
      /** The confirmed window that a new proposal released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: Open<ProposedBy> | null;
      /** What the proposer wrote with `window`; null if nothing */
      notes: string | null;
      /** Why: of a reject, a cancel or a dispute; null if none was given */
      reason: string | null;
      /** What follows from a reject; null otherwise */
      outcome: Open<RejectOutcome>;
      /** For NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      /** The title of the job when this happened; absent from events before 1.1 */
      jobTitle?: title;
      /** Ids of earlier events of the assignment that no longer hold: scheduling was restored from a backup, and this event says again how the assignment is. Undo what followed from them. Absent otherwise */
      withdrawnEventIds?: Array<string>;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
      /** For NEXT_PROVIDER_INVITED, the provider of the new assignment; absent from events before 1.1 */
      nextProviderId?: string | null;
    };
  };
  /** The customer, or ops, cancels the assignment. */
  'schedule.cancelled': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/scheduling';
    /** Type of the event; also its NATS subject */
    type: 'schedule.cancelled';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/schedule.cancelled.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The assignment */ assignmentId: string;
      /** Its job */
      jobId: string;
      /** Whose job it is */
      customerId: string;
      /** Who does the work */
      providerId: string;
      /** Version of the assignment after this event; the sequence of the event */
      scheduleVersion: number;
      /** The state after this event */
      status: 'CANCELLED';
      actor: Actor;
      /** The window of the event; for a reject or an expiry, the released one */
      window: Window | null;
      /** The confirmed window that a new proposal released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: Open<ProposedBy> | null;
      /** What the proposer wrote with `window`; null if nothing */
      notes: string | null;
      /** Why: of a reject, a cancel or a dispute; null if none was given */
      reason: string | null;
      /** What follows from a reject; null otherwise */
      outcome: Open<RejectOutcome> | null;
      /** For NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      /** The title of the job when this happened; absent from events before 1.1 */
      jobTitle?: title;
      /** Ids of earlier events of the assignment that no longer hold: scheduling was restored from a backup, and this event says again how the assignment is. Undo what followed from them. Absent otherwise */
      withdrawnEventIds?: Array<string>;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
    };
  };
  /** The proposal expired unanswered. Either side may propose again. */
  'schedule.expired': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/scheduling';
    /** Type of the event; also its NATS subject */
    type: 'schedule.expired';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/schedule.expired.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The assignment */ assignmentId: string;
      /** Its job */
      jobId: string;
      /** Whose job it is */
      customerId: string;
      /** Who does the work */
      providerId: string;
      /** Version of the assignment after this event; the sequence of the event */
      scheduleVersion: number;
      /** The state after this event */
      status: 'UNSCHEDULED';
      actor: Actor;
      /** The window of the event; for a reject or an expiry, the released one */
      window: Window | null;
      /** The confirmed window that a new proposal released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: Open<ProposedBy> | null;
      /** What the proposer wrote with `window`; null if nothing */
      notes: string | null;
      /** Why: of a reject, a cancel or a dispute; null if none was given */
      reason: string | null;
      /** What follows from a reject; null otherwise */
      outcome: Open<RejectOutcome> | null;
      /** For NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      /** The title of the job when this happened; absent from events before 1.1 */
      jobTitle?: title;
      /** Ids of earlier events of the assignment that no longer hold: scheduling was restored from a backup, and this event says again how the assignment is. Undo what followed from them. Absent otherwise */
      withdrawnEventIds?: Array<string>;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
    };
  };
  /** The work is done. */
  'schedule.completed': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/scheduling';
    /** Type of the event; also its NATS subject */
    type: 'schedule.completed';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/schedule.completed.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The assignment */ assignmentId: string;
      /** Its job */
      jobId: string;
      /** Whose job it is */
      customerId: string;
      /** Who does the work */
      providerId: string;
      /** Version of the assignment after this event; the sequence of the event */
      scheduleVersion: number;
      /** The state after this event */
      status: 'COMPLETED';
      actor: Actor;
      /** The window of the event; for a reject or an expiry, the released one */
      window: Window;
      /** The confirmed window that a new proposal released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: Open<ProposedBy> | null;
      /** What the proposer wrote with `window`; null if nothing */
      notes: string | null;
      /** Why: of a reject, a cancel or a dispute; null if none was given */
      reason: string | null;
      /** What follows from a reject; null otherwise */
      outcome: Open<RejectOutcome> | null;
      /** For NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      /** The title of the job when this happened; absent from events before 1.1 */
      jobTitle?: title;
      /** Ids of earlier events of the assignment that no longer hold: scheduling was restored from a backup, and this event says again how the assignment is. Undo what followed from them. Absent otherwise */
      withdrawnEventIds?: Array<string>;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
    };
  };
  /** A side disputes the visit or the work. The status stays; a person must investigate. */
  'schedule.disputed': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/scheduling';
    /** Type of the event; also its NATS subject */
    type: 'schedule.disputed';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/schedule.disputed.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The assignment */ assignmentId: string;
      /** Its job */
      jobId: string;
      /** Whose job it is */
      customerId: string;
      /** Who does the work */
      providerId: string;
      /** Version of the assignment after this event; the sequence of the event */
      scheduleVersion: number;
      /** The state after this event */
      status: Open<'CONFIRMED' | 'COMPLETED'>;
      actor: Actor;
      /** The window of the event; for a reject or an expiry, the released one */
      window: Window;
      /** The confirmed window that a new proposal released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: Open<ProposedBy> | null;
      /** What the proposer wrote with `window`; null if nothing */
      notes: string | null;
      /** Why: of a reject, a cancel or a dispute; null if none was given */
      reason: string | null;
      /** What follows from a reject; null otherwise */
      outcome: Open<RejectOutcome> | null;
      /** For NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      /** The title of the job when this happened; absent from events before 1.1 */
      jobTitle?: title;
      /** Ids of earlier events of the assignment that no longer hold: scheduling was restored from a backup, and this event says again how the assignment is. Undo what followed from them. Absent otherwise */
      withdrawnEventIds?: Array<string>;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
      kind: Open<DisputeKind>;
    };
  };
  /** A reminder is planned for `dueAt`. */
  'reminder.queued': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/reminders';
    /** Type of the event; also its NATS subject */
    type: 'reminder.queued';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/reminder.queued.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The reminder; deduplicate what you send by it */ reminderId: string;
      /** The assignment */
      assignmentId: string;
      /** The schedule version of the reminder */
      scheduleVersion: number;
      kind: Open<ReminderKind>;
      /** Who is reminded */
      audience: Array<Open<Side>>;
      /** When it is to be sent */
      dueAt: string;
      /** When it was sent; null before */
      sentAt: string | null;
      /** Milliseconds between `dueAt` and `sentAt`; null before */
      latenessMs: number | null;
      /** Why it is not sent; null unless it is suppressed */
      suppressedBecause: Open<SuppressedBecause> | null;
      window: Window;
      /** Whose job it is */
      customerId: string;
      /** Who does the work */
      providerId: string;
      /** The title of the job as reminders knows it; null if unknown, absent from events before 1.1 */
      jobTitle?: string | null;
      /** Opens the assignment in the app */
      link: string;
      /** Number of reminder events of the assignment; the sequence of the event */
      reminderSequence: number;
    };
  };
  /** The order to send a reminder of the `window` to the `audience` now. */
  'reminder.due': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/reminders';
    /** Type of the event; also its NATS subject */
    type: 'reminder.due';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/reminder.due.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The reminder; deduplicate what you send by it */ reminderId: string;
      /** The assignment */
      assignmentId: string;
      /** The schedule version of the reminder */
      scheduleVersion: number;
      kind: Open<ReminderKind>;
      /** Who is reminded */
      audience: Array<Open<Side>>;
      /** When it is to be sent */
      dueAt: string;
      /** When it was sent; null before */
      sentAt: string | null;
      /** Milliseconds between `dueAt` and `sentAt`; null before */
      latenessMs: number | null;
      /** Why it is not sent; null unless it is suppressed */
      suppressedBecause: Open<SuppressedBecause> | null;
      window: Window;
      /** Whose job it is */
      customerId: string;
      /** Who does the work */
      providerId: string;
      /** The title of the job as reminders knows it; null if unknown, absent from events before 1.1 */
      jobTitle?: string | null;
      /** Opens the assignment in the app */
      link: string;
      /** Number of reminder events of the assignment; the sequence of the event */
      reminderSequence: number;
    };
  };
  /** A reminder is overdue and has not been sent. For ops. */
  'reminder.overdue': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/reminders';
    /** Type of the event; also its NATS subject */
    type: 'reminder.overdue';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/reminder.overdue.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The reminder; deduplicate what you send by it */ reminderId: string;
      /** The assignment */
      assignmentId: string;
      /** The schedule version of the reminder */
      scheduleVersion: number;
      kind: Open<ReminderKind>;
      /** Who is reminded */
      audience: Array<Open<Side>>;
      /** When it is to be sent */
      dueAt: string;
      /** When it was sent; null before */
      sentAt: string | null;
      /** Milliseconds between `dueAt` and `sentAt`; null before */
      latenessMs: number | null;
      /** Why it is not sent; null unless it is suppressed */
      suppressedBecause: Open<SuppressedBecause> | null;
      window: Window;
      /** Whose job it is */
      customerId: string;
      /** Who does the work */
      providerId: string;
      /** The title of the job as reminders knows it; null if unknown, absent from events before 1.1 */
      jobTitle?: string | null;
      /** Opens the assignment in the app */
      link: string;
      /** Number of reminder events of the assignment; the sequence of the event */
      reminderSequence: number;
    };
  };
  /** A planned reminder will not be sent. */
  'reminder.suppressed': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/reminders';
    /** Type of the event; also its NATS subject */
    type: 'reminder.suppressed';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/reminder.suppressed.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The reminder; deduplicate what you send by it */ reminderId: string;
      /** The assignment */
      assignmentId: string;
      /** The schedule version of the reminder */
      scheduleVersion: number;
      kind: Open<ReminderKind>;
      /** Who is reminded */
      audience: Array<Open<Side>>;
      /** When it is to be sent */
      dueAt: string;
      /** When it was sent; null before */
      sentAt: string | null;
      /** Milliseconds between `dueAt` and `sentAt`; null before */
      latenessMs: number | null;
      /** Why it is not sent; null unless it is suppressed */
      suppressedBecause: Open<SuppressedBecause>;
      window: Window;
      /** Whose job it is */
      customerId: string;
      /** Who does the work */
      providerId: string;
      /** The title of the job as reminders knows it; null if unknown, absent from events before 1.1 */
      jobTitle?: string | null;
      /** Opens the assignment in the app */
      link: string;
      /** Number of reminder events of the assignment; the sequence of the event */
      reminderSequence: number;
    };
  };
  /** A window is confirmed, so a payout is opened. Also published when the payout is put on hold or released. */
  'payout.pending': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/payouts';
    /** Type of the event; also its NATS subject */
    type: 'payout.pending';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/payout.pending.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The payout */ payoutId: string;
      /** The assignment that is paid */
      assignmentId: string;
      /** Its job */
      jobId: string;
      /** Who is paid */
      providerId: string;
      /** Whose job it was */
      customerId: string;
      /** The title of the job as payouts knows it; null if unknown, absent from events before 1.1 */
      jobTitle?: string | null;
      amount: Money;
      /** Version of the payout; the sequence of the event */
      version: number;
      /** The state after this event */
      status: 'PENDING';
      /** A PENDING payout that waits for a new confirmation */
      onHold: boolean;
      /** The approvals so far */
      approvals: Array<Approval>;
      /** The holds, oldest first; absent from events before 1.1 */
      holds?: Array<Hold>;
      /** The reason of the newest hold */
      blockedBecause: string | null;
      /** Reference of the payment; null until it is paid */
      paymentReference: string | null;
    };
  };
  /** The work is done and a person must approve. Also published for the first of two approvals, and when approvals are withdrawn. */
  'payout.awaiting_approval': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/payouts';
    /** Type of the event; also its NATS subject */
    type: 'payout.awaiting_approval';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/payout.awaiting_approval.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The payout */ payoutId: string;
      /** The assignment that is paid */
      assignmentId: string;
      /** Its job */
      jobId: string;
      /** Who is paid */
      providerId: string;
      /** Whose job it was */
      customerId: string;
      /** The title of the job as payouts knows it; null if unknown, absent from events before 1.1 */
      jobTitle?: string | null;
      amount: Money;
      /** Version of the payout; the sequence of the event */
      version: number;
      /** The state after this event */
      status: 'AWAITING_APPROVAL';
      /** A PENDING payout that waits for a new confirmation */
      onHold: boolean;
      /** The approvals so far */
      approvals: Array<Approval>;
      /** The holds, oldest first; absent from events before 1.1 */
      holds?: Array<Hold>;
      /** The reason of the newest hold */
      blockedBecause: string | null;
      /** Reference of the payment; null until it is paid */
      paymentReference: string | null;
    };
  };
  /** The payout has all approvals and can be paid. */
  'payout.approved': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/payouts';
    /** Type of the event; also its NATS subject */
    type: 'payout.approved';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/payout.approved.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The payout */ payoutId: string;
      /** The assignment that is paid */
      assignmentId: string;
      /** Its job */
      jobId: string;
      /** Who is paid */
      providerId: string;
      /** Whose job it was */
      customerId: string;
      /** The title of the job as payouts knows it; null if unknown, absent from events before 1.1 */
      jobTitle?: string | null;
      amount: Money;
      /** Version of the payout; the sequence of the event */
      version: number;
      /** The state after this event */
      status: 'APPROVED';
      /** A PENDING payout that waits for a new confirmation */
      onHold: boolean;
      /** The approvals so far */
      approvals: Array<Approval>;
      /** The holds, oldest first; absent from events before 1.1 */
      holds?: Array<Hold>;
      /** The reason of the newest hold */
      blockedBecause: string | null;
      /** Reference of the payment; null until it is paid */
      paymentReference: string | null;
    };
  };
  /** The money is paid. This is final. */
  'payout.paid': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/payouts';
    /** Type of the event; also its NATS subject */
    type: 'payout.paid';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/payout.paid.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The payout */ payoutId: string;
      /** The assignment that is paid */
      assignmentId: string;
      /** Its job */
      jobId: string;
      /** Who is paid */
      providerId: string;
      /** Whose job it was */
      customerId: string;
      /** The title of the job as payouts knows it; null if unknown, absent from events before 1.1 */
      jobTitle?: string | null;
      amount: Money;
      /** Version of the payout; the sequence of the event */
      version: number;
      /** The state after this event */
      status: 'PAID';
      /** A PENDING payout that waits for a new confirmation */
      onHold: boolean;
      /** The approvals so far */
      approvals: Array<Approval>;
      /** The holds, oldest first; absent from events before 1.1 */
      holds?: Array<Hold>;
      /** The reason of the newest hold */
      blockedBecause: string | null;
      /** Reference of the payment; null until it is paid */
      paymentReference: string | null;
    };
  };
  /** The payout has at least one hold. Also published when a hold is added, or one of several is lifted. */
  'payout.blocked': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/payouts';
    /** Type of the event; also its NATS subject */
    type: 'payout.blocked';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/payout.blocked.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The payout */ payoutId: string;
      /** The assignment that is paid */
      assignmentId: string;
      /** Its job */
      jobId: string;
      /** Who is paid */
      providerId: string;
      /** Whose job it was */
      customerId: string;
      /** The title of the job as payouts knows it; null if unknown, absent from events before 1.1 */
      jobTitle?: string | null;
      amount: Money;
      /** Version of the payout; the sequence of the event */
      version: number;
      /** The state after this event */
      status: 'BLOCKED';
      /** A PENDING payout that waits for a new confirmation */
      onHold: boolean;
      /** The approvals so far */
      approvals: Array<Approval>;
      /** The holds, oldest first; absent from events before 1.1 */
      holds?: Array<Hold>;
      /** The reason of the newest hold */
      blockedBecause: string;
      /** Reference of the payment; null until it is paid */
      paymentReference: string | null;
    };
  };
  /** Texts written by or about a person are erased. Subscribers erase their own copies; ids, times and money stay. */
  'person.erased': {
    /** Version of CloudEvents */ specversion: '1.0';
    /** Never changes; deduplicate by it */
    id: string;
    /** The service that published it */
    source: '/scheduling';
    /** Type of the event; also its NATS subject */
    type: 'person.erased';
    /** The assignment; for `person.erased` the person */
    subject: string;
    /** When it happened */
    time: string;
    /** Type of `data` */
    datacontenttype: 'application/json';
    /** URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it */
    dataschema: 'https://punctual.example/schemas/person.erased.v1.json';
    /** Version of the aggregate, zero-padded so that it sorts as text */
    sequence: string;
    /** Equals `subject`; events with the same partition key are ordered */
    partitionkey: string;
    /** W3C trace context of the cause */
    traceparent?: string;
    /** What happened */
    data: {
      /** The user whose texts are erased */ personId: string;
      /** Texts older than this must go */
      at: string;
    };
  };
};

/** What each operation takes and answers. */
export type Operations = {
  /** Create a job, as the customer */
  createJob: {
    body: CreateJobBody;
    answer: Job;
  };
  /** List jobs */
  listJobs: {
    query?: {
      /** Only in one of these */ status?: JobStatus | Array<JobStatus>;
      /** Only with this part in the title or reference, in any case */
      q?: string;
      /** The order; `-` is descending */
      sort?: 'createdAt' | '-createdAt' | 'updatedAt' | '-updatedAt';
      /** Only what changed then or later */
      updatedSince?: string;
      /** Only these */
      ids?: string | Array<string>;
      /** Greatest number of items */
      limit?: number;
      /** `nextCursor` of the page before */
      cursor?: string;
    };
    answer: JobPage;
  };
  /** Read a job */
  getJob: {
    params: {
      /** Id of the job */ id: string;
    };

    answer: Job;
  };
  /** Change a job, as its customer or as ops */
  updateJob: {
    params: {
      /** Id of the job */ id: string;
    };

    body: UpdateJobBody;
    answer: Job;
  };
  /** Cancel a job and its current assignment, as its customer or as ops */
  cancelJob: {
    params: {
      /** Id of the job */ id: string;
    };

    body: CancelBody;
    answer: Job;
  };
  /** Assign a job to a provider */
  createAssignment: {
    params: {
      /** Id of the job */ id: string;
    };

    body: CreateAssignmentBody;
    answer: Assignment;
  };
  /** Propose a window, as the customer or as ops */
  proposeForJob: {
    params: {
      /** Id of the job */ id: string;
    };
    query?: {
      /** Use `POST …/schedule/check` instead */ dryRun?: 'true' | 'false';
    };
    body: ScheduleBody;
    answer: Assignment;
  };
  /** Check a window as the customer or as ops, without proposing it */
  checkForJob: {
    params: {
      /** Id of the job */ id: string;
    };

    body: ScheduleBody;
    answer: Window;
  };
  /** Propose a window, as the provider */
  proposeForAssignment: {
    params: {
      /** Id of the assignment */ id: string;
    };
    query?: {
      /** Use `POST …/schedule/check` instead */ dryRun?: 'true' | 'false';
    };
    body: ScheduleBody;
    answer: Assignment;
  };
  /** Check a window as the provider, without proposing it */
  checkForAssignment: {
    params: {
      /** Id of the assignment */ id: string;
    };

    body: ScheduleBody;
    answer: Window;
  };
  /** Accept the latest proposal of the other side */
  confirmSchedule: {
    params: {
      /** Id of the assignment */ id: string;
    };

    body?: ConfirmBody;
    answer: Assignment;
  };
  /** Reject the window or release the provider, optionally with a counter-proposal */
  rejectAssignment: {
    params: {
      /** Id of the assignment */ id: string;
    };

    body?: RejectBody;
    answer: Assignment;
  };
  /** Cancel an assignment */
  cancelAssignment: {
    params: {
      /** Id of the assignment */ id: string;
    };

    body: CancelBody;
    answer: Assignment;
  };
  /** Complete an assignment */
  completeAssignment: {
    params: {
      /** Id of the assignment */ id: string;
    };

    body?: EmptyBody;
    answer: Assignment;
  };
  /** Dispute the visit or the work */
  disputeAssignment: {
    params: {
      /** Id of the assignment */ id: string;
    };

    body: DisputeBody;
    answer: Assignment;
  };
  /** Read an assignment, with the actions available to the caller */
  getAssignment: {
    params: {
      /** Id of the assignment */ id: string;
    };
    query?: {
      /** Waits until `payoutVersion` is at least this */ minPayoutVersion?: number;
      /** Waits until `reminderSequence` is at least this */
      minReminderSequence?: number;
    };
    answer: Assignment;
  };
  /** The caller's own assignments; for ops, all assignments */
  listAssignments: {
    query?: {
      /** Only in one of these */ status?: AssignmentStatus | Array<AssignmentStatus>;
      /** Only with a window that ends after this */
      from?: string;
      /** Only with a window that starts before this */
      to?: string;
      /** Only of this job */
      jobId?: string;
      /** Only of this customer */
      customerId?: string;
      /** Only of this provider */
      providerId?: string;
      /** Only these */
      ids?: string | Array<string>;
      /** Only changed then or later */
      updatedSince?: string;
      /** Order; `-` is descending */
      sort?: 'createdAt' | '-createdAt' | 'start' | '-start' | 'updatedAt' | '-updatedAt';
      /** Greatest number of items */
      limit?: number;
      /** `nextCursor` of the page before */
      cursor?: string;
    };
    answer: AssignmentPage;
  };
  /** The history of an assignment, oldest first */
  getAssignmentTimeline: {
    params: {
      /** Id of the assignment */ id: string;
    };
    query?: {
      /** Greatest number of items */ limit?: number;
      /** `nextCursor` of the page before */
      cursor?: string;
    };
    answer: Timeline;
  };
  /** The events of all the caller's assignments and payouts: a long poll, or server-sent events */
  listChanges: {
    query?: {
      /** Greatest number of items */ limit?: number;
      /** `nextCursor` of the response before, or the id of an event of a stream */
      cursor?: string;
      /** Seconds to wait for a change when there is none */
      wait?: number;
    };
    answer: ChangePage;
  };
  /** The reminders of an assignment: planned, sent, suppressed and why */
  listReminders: {
    params: {
      /** Id of the assignment */ id: string;
    };
    query?: {
      /** Greatest number of items */ limit?: number;
      /** `nextCursor` of the page before */
      cursor?: string;
    };
    answer: Reminders;
  };
  /** Health of the reminders */
  getRemindersHealth: {
    answer: RemindersHealth;
  };
  /** Free windows of a provider; rounded to quarter-hours except for that provider and ops */
  listFreeWindows: {
    params: {
      /** Id of the provider */ id: string;
    };
    query?: {
      /** Start of the range; by default now */ from?: string;
      /** End of the range, at most the horizon; by default 7 days after `from` */
      to?: string;
      /** Shortest interval to list */
      minutes?: number;
    };
    answer: FreeWindows;
  };
  /** The payout of an assignment */
  getAssignmentPayout: {
    params: {
      /** Id of the assignment */ id: string;
    };

    answer: Payout;
  };
  /** A provider's own payouts; for finance and ops, all payouts */
  listPayouts: {
    query?: {
      /** Only in one of these */ status?: PayoutStatus | Array<PayoutStatus>;
      /** Only of this assignment */
      assignmentId?: string;
      /** Only of this provider */
      providerId?: string;
      /** Only paid then or later */
      from?: string;
      /** Only paid before */
      to?: string;
      /** Order; `-` is descending */
      sort?: '-createdAt' | 'createdAt' | 'waitingSince';
      /** Greatest number of items */
      limit?: number;
      /** `nextCursor` of the page before */
      cursor?: string;
    };
    answer: PayoutPage;
  };
  /** How many payouts there are, and what they come to */
  summarizePayouts: {
    query?: {
      /** Only of this provider */ providerId?: string;
    };
    answer: PayoutSummary;
  };
  /** Read a payout */
  getPayout: {
    params: {
      /** Id of the payout */ id: string;
    };

    answer: Payout;
  };
  /** The history of a payout, oldest first */
  getPayoutTimeline: {
    params: {
      /** Id of the payout */ id: string;
    };
    query?: {
      /** Greatest number of items */ limit?: number;
      /** `nextCursor` of the page before */
      cursor?: string;
    };
    answer: PayoutTimeline;
  };
  /** Approve a payout; a large one needs two people */
  approvePayout: {
    params: {
      /** Id of the payout */ id: string;
    };

    body?: EmptyBody;
    answer: Payout;
  };
  /** Add a hold to a payout */
  blockPayout: {
    params: {
      /** Id of the payout */ id: string;
    };

    body: BlockBody;
    answer: Payout;
  };
  /** Lift holds of a payout: the given ones, or all */
  unblockPayout: {
    params: {
      /** Id of the payout */ id: string;
    };

    body: UnblockBody;
    answer: Payout;
  };
  /** Record a manual payment */
  markPayoutPaid: {
    params: {
      /** Id of the payout */ id: string;
    };

    body: MarkPaidBody;
    answer: Payout;
  };
  /** Webhook for Stripe; verified by its signature */
  takeStripeNotice: {
    body: StripeNotice;
    answer: NoticeTaken;
  };
  /** Differences between payouts, the events of their assignments, and the payment provider */
  findPayoutDrift: {
    query?: {
      /** `nextUntil` of the response before */ until?: string;
    };
    answer: PayoutDrift;
  };
  /** A provider's account, and its pending change */
  getPayoutAccount: {
    params: {
      /** Id of the provider */ id: string;
    };

    answer: PayoutAccount;
  };
  /** Request a change of a provider's account; another person must confirm it */
  putPayoutAccount: {
    params: {
      /** Id of the provider */ id: string;
    };

    body: PayoutAccountBody;
    answer: PayoutAccount;
  };
  /** Confirm a change that another person requested; withdraws approvals of payouts to the old account */
  confirmPayoutAccount: {
    params: {
      /** Id of the provider */ id: string;
    };

    body?: ConfirmAccountBody;
    answer: PayoutAccount;
  };
  /** The confirmed changes of where a provider is paid to, newest first */
  getPayoutAccountHistory: {
    params: {
      /** Id of the provider */ id: string;
    };
    query?: {
      /** Greatest number of items */ limit?: number;
      /** `nextCursor` of the page before */
      cursor?: string;
    };
    answer: PayoutAccountHistory;
  };
  /** Everything known about an assignment: its latest changes, its events and their consumers, reminders, payout */
  explainAssignment: {
    params: {
      /** Id of the assignment */ id: string;
    };

    answer: Explanation;
  };
  /** Upcoming or overdue reminders, earliest first */
  listOpenReminders: {
    query?: {
      /** Due in the future, or late */ state?: 'upcoming' | 'overdue';
      /** Greatest number of items */
      limit?: number;
    };
    answer: OpenReminders;
  };
  /** Erase the texts written by or about a person; publishes `person.erased` */
  erasePerson: {
    params: {
      /** Id of the person */ id: string;
    };

    body: ErasePersonBody;
    answer: Erasure;
  };
  /** Progress of a person's erasure in scheduling, and the texts to erase */
  getErasure: {
    params: {
      /** Id of the person */ id: string;
    };
    query?: {
      /** Also counts what there is to erase, which reads whole tables */ count?: 'true' | 'false';
    };
    answer: Erasure;
  };
  /** Progress of a person's erasure in payouts, and the texts to erase */
  getPayoutsErasure: {
    params: {
      /** Id of the person */ id: string;
    };
    query?: {
      /** Also counts what there is to erase, which reads whole tables */ count?: 'true' | 'false';
    };
    answer: Erasure;
  };
  /** This contract */
  getOpenApi: {
    query?: {
      /** Who the document is for */ audience?: 'all' | 'app';
    };
    answer: Record<string, unknown>;
  };
  /** The JSON Schema of the data of an event */
  getSchema: {
    params: {
      /** Type and version of an event */ name: string;
    };

    answer: Record<string, unknown>;
  };
};

/** Where each operation is, and the shape of its response. */
export const routes = {
  createJob: { method: 'POST', path: '/jobs', answer: 'Job' },
  listJobs: { method: 'GET', path: '/jobs', answer: 'JobPage' },
  getJob: { method: 'GET', path: '/jobs/{id}', answer: 'Job' },
  updateJob: { method: 'PATCH', path: '/jobs/{id}', answer: 'Job' },
  cancelJob: { method: 'POST', path: '/jobs/{id}/cancel', answer: 'Job' },
  createAssignment: { method: 'POST', path: '/jobs/{id}/assignments', answer: 'Assignment' },
  proposeForJob: { method: 'POST', path: '/jobs/{id}/schedule', answer: 'Assignment' },
  checkForJob: { method: 'POST', path: '/jobs/{id}/schedule/check' },
  proposeForAssignment: { method: 'POST', path: '/assignments/{id}/schedule', answer: 'Assignment' },
  checkForAssignment: { method: 'POST', path: '/assignments/{id}/schedule/check' },
  confirmSchedule: { method: 'POST', path: '/assignments/{id}/schedule/confirm', answer: 'Assignment' },
  rejectAssignment: { method: 'POST', path: '/assignments/{id}/reject', answer: 'Assignment' },
  cancelAssignment: { method: 'POST', path: '/assignments/{id}/cancel', answer: 'Assignment' },
  completeAssignment: { method: 'POST', path: '/assignments/{id}/complete', answer: 'Assignment' },
  disputeAssignment: { method: 'POST', path: '/assignments/{id}/dispute', answer: 'Assignment' },
  getAssignment: { method: 'GET', path: '/assignments/{id}', answer: 'Assignment' },
  listAssignments: { method: 'GET', path: '/assignments', answer: 'AssignmentPage' },
  getAssignmentTimeline: { method: 'GET', path: '/assignments/{id}/timeline', answer: 'Timeline' },
  listChanges: { method: 'GET', path: '/changes', answer: 'ChangePage' },
  listReminders: { method: 'GET', path: '/assignments/{id}/reminders', answer: 'Reminders' },
  getRemindersHealth: { method: 'GET', path: '/workers/reminders/health', answer: 'RemindersHealth' },
  listFreeWindows: { method: 'GET', path: '/providers/{id}/free-windows' },
  getAssignmentPayout: { method: 'GET', path: '/assignments/{id}/payout', answer: 'Payout' },
  listPayouts: { method: 'GET', path: '/payouts', answer: 'PayoutPage' },
  summarizePayouts: { method: 'GET', path: '/payouts/summary', answer: 'PayoutSummary' },
  getPayout: { method: 'GET', path: '/payouts/{id}', answer: 'Payout' },
  getPayoutTimeline: { method: 'GET', path: '/payouts/{id}/timeline', answer: 'PayoutTimeline' },
  approvePayout: { method: 'POST', path: '/payouts/{id}/approve', answer: 'Payout' },
  blockPayout: { method: 'POST', path: '/payouts/{id}/block', answer: 'Payout' },
  unblockPayout: { method: 'POST', path: '/payouts/{id}/unblock', answer: 'Payout' },
  markPayoutPaid: { method: 'POST', path: '/payouts/{id}/mark-paid', answer: 'Payout' },
  takeStripeNotice: { method: 'POST', path: '/webhooks/stripe' },
  findPayoutDrift: { method: 'GET', path: '/ops/payouts/drift', answer: 'PayoutDrift' },
  getPayoutAccount: { method: 'GET', path: '/providers/{id}/payout-account' },
  putPayoutAccount: { method: 'PUT', path: '/providers/{id}/payout-account' },
  confirmPayoutAccount: { method: 'POST', path: '/providers/{id}/payout-account/confirm' },
  getPayoutAccountHistory: { method: 'GET', path: '/providers/{id}/payout-account/history' },
  explainAssignment: { method: 'GET', path: '/ops/assignments/{id}/explain', answer: 'Explanation' },
  listOpenReminders: { method: 'GET', path: '/ops/reminders', answer: 'OpenReminders' },
  erasePerson: { method: 'POST', path: '/ops/people/{id}/erasure', answer: 'Erasure' },
  getErasure: { method: 'GET', path: '/ops/people/{id}/erasure', answer: 'Erasure' },
  getPayoutsErasure: { method: 'GET', path: '/ops/people/{id}/erasure/payouts', answer: 'Erasure' },
  getOpenApi: { method: 'GET', path: '/openapi.json' },
  getSchema: { method: 'GET', path: '/schemas/{name}.json' },
} as const;

/** The known values of enumerations, and where types contain them. */
export const shapes = {
  RejectionPolicy: ['REOPEN_QUOTES', 'INVITE_NEXT'],
  RejectScope: ['window', 'assignment'],
  DisputeKind: ['NO_SHOW', 'QUALITY', 'OTHER'],
  Job: { status: 'JobStatus', rejectionPolicy: 'RejectionPolicy' },
  JobStatus: ['OPEN', 'ASSIGNED', 'DONE', 'CANCELLED'],
  Problem: { code: 'ProblemCode', currentJob: 'Job', currentAssignment: 'Assignment', currentPayout: 'Payout' },
  ProblemCode: [
    'malformed-body',
    'validation-failed',
    'invalid-idempotency-key',
    'unauthenticated',
    'forbidden',
    'own-proposal',
    'own-payout',
    'own-change',
    'not-found',
    'method-not-allowed',
    'request-timeout',
    'version-conflict',
    'invalid-transition',
    'visit-started',
    'window-taken',
    'job-not-open',
    'idempotency-in-flight',
    'already-approved',
    'cursor-expired',
    'precondition-failed',
    'payload-too-large',
    'uri-too-long',
    'unsupported-media-type',
    'range-not-satisfiable',
    'window-in-past',
    'window-too-far',
    'window-too-short',
    'window-too-long',
    'nonexistent-local-time',
    'unknown-timezone',
    'reason-required',
    'not-started',
    'same-person',
    'idempotency-key-reused',
    'rate-limited',
    'too-many-streams',
    'too-many-proposals',
    'too-many-open-assignments',
    'too-many-open-jobs',
    'headers-too-large',
    'internal-error',
    'unavailable',
    'upstream-timeout',
  ],
  Assignment: {
    status: 'AssignmentStatus',
    scheduleProposedBy: 'ProposedBy',
    reminderStatus: 'ReminderStatus',
    payoutStatus: 'PayoutStatus',
    actions: 'Action',
  },
  AssignmentStatus: ['UNSCHEDULED', 'PROPOSED', 'CONFIRMED', 'COMPLETED', 'DECLINED', 'CANCELLED'],
  ProposedBy: ['CUSTOMER', 'PROVIDER', 'SYSTEM'],
  ReminderStatus: ['NONE', 'QUEUED', 'SENT', 'OVERDUE'],
  PayoutStatus: ['PENDING', 'AWAITING_APPROVAL', 'APPROVED', 'PAID', 'BLOCKED'],
  Action: { name: 'ActionName', because: 'ProblemCode' },
  ActionName: ['propose', 'confirm', 'reject', 'cancel', 'complete', 'dispute'],
  Payout: { status: 'PayoutStatus', holds: 'Hold' },
  Hold: { kind: 'HoldKind' },
  HoldKind: ['DISPUTE', 'CANCELLED', 'DECLINED', 'MANUAL', 'PAYMENT', 'ACCOUNT'],
  JobPage: { items: 'Job' },
  AssignmentPage: { items: 'Assignment' },
  Timeline: { items: 'TimelineItem' },
  TimelineItem: {
    type: 'EventType',
    actor: 'Actor',
    source: ['API', 'SYSTEM', 'EVENT'],
    before: 'ChangedAssignmentFields',
    after: 'ChangedAssignmentFields',
  },
  EventType: [
    'schedule.assigned',
    'schedule.proposed',
    'schedule.confirmed',
    'schedule.rejected',
    'schedule.cancelled',
    'schedule.expired',
    'schedule.completed',
    'schedule.disputed',
    'reminder.queued',
    'reminder.due',
    'reminder.overdue',
    'reminder.suppressed',
    'payout.pending',
    'payout.awaiting_approval',
    'payout.approved',
    'payout.paid',
    'payout.blocked',
  ],
  Actor: { role: ['customer', 'provider', 'finance', 'ops', 'system'] },
  ChangePage: { items: 'Change' },
  Change: { source: ['/scheduling', '/reminders', '/payouts'], type: 'EventType' },
  RejectOutcome: ['WINDOW_REJECTED', 'QUOTES_REOPENED', 'NEXT_PROVIDER_INVITED'],
  Side: ['CUSTOMER', 'PROVIDER'],
  SuppressedBecause: [
    'ANSWERED',
    'RESCHEDULED',
    'REJECTED',
    'CANCELLED',
    'EXPIRED',
    'COMPLETED',
    'DISPUTED',
    'OVERTAKEN',
    'WINDOW_STARTED',
  ],
  Reminders: { items: 'Reminder' },
  Reminder: { kind: 'ReminderKind', state: 'ReminderState', suppressedBecause: 'SuppressedBecause', audience: 'Side' },
  ReminderKind: ['respond', 'respond-last', 'upcoming-24h', 'upcoming-1h'],
  ReminderState: ['PLANNED', 'SENDING', 'SENT', 'OVERDUE', 'SUPPRESSED'],
  RemindersHealth: { status: 'Health', checks: 'RemindersChecks' },
  Health: ['ok', 'degraded', 'down'],
  RemindersChecks: { store: 'Health', broker: 'Health', scheduler: 'Health' },
  PayoutPage: { items: 'Payout' },
  PayoutSummary: { items: 'PayoutSum' },
  PayoutSum: { status: 'PayoutStatus' },
  PayoutTimeline: { items: 'PayoutTimelineItem' },
  PayoutTimelineItem: {
    type: 'EventType',
    actor: 'Actor',
    source: ['API', 'SYSTEM', 'EVENT'],
    before: 'ChangedPayoutFields',
    after: 'ChangedPayoutFields',
  },
  PayoutDrift: { items: 'Drift' },
  Drift: { kind: 'DriftKind' },
  DriftKind: [
    'PAYOUT_MISSING',
    'PAYOUT_EXTRA',
    'AMOUNT_DIFFERS',
    'ATTEMPT_OPEN',
    'TRANSFER_MISSING',
    'TRANSFER_EXTRA',
    'TRANSFER_DIFFERS',
    'TRANSFER_REVERSED',
  ],
  Explanation: {
    scheduling: 'ScheduleExplanation',
    reminders: 'RemindersExplanation',
    payouts: 'PayoutExplanation',
    missing: 'MissingPart',
  },
  ScheduleExplanation: { assignment: 'Assignment', timeline: 'TimelineItem', outbox: 'OutboxEvent' },
  OutboxEvent: { type: 'EventType', consumers: 'ConsumedEvent' },
  ConsumedEvent: { state: 'ConsumerState' },
  ConsumerState: ['DEAD', 'APPLIED', 'ACKED', 'DELIVERED', 'PENDING'],
  RemindersExplanation: { reminders: 'Reminder', unpublished: 'UnpublishedReminder', sent: 'SentReminder' },
  UnpublishedReminder: { type: 'EventType', kind: 'ReminderKind' },
  SentReminder: { type: 'EventType', consumers: 'ConsumedEvent' },
  PayoutExplanation: {
    payout: 'Payout',
    attempts: 'PaymentAttempt',
    timeline: 'PayoutTimelineItem',
    outbox: 'OutboxEvent',
  },
  PaymentAttempt: { results: 'PaymentResult' },
  PaymentResult: { outcome: ['PAID', 'REFUSED', 'ABSENT', 'REVERSED'] },
  MissingPart: { part: ['scheduling', 'reminders', 'payouts', 'broker'], because: ['UNKNOWN', 'AWAY', 'FAILED'] },
  OpenReminders: { items: 'Reminder' },
  Erasure: { service: ['scheduling', 'payouts'] },
  ChangedAssignmentFields: {
    status: 'AssignmentStatus',
    scheduleProposedBy: 'ProposedBy',
    reminderStatus: 'ReminderStatus',
    payoutStatus: 'PayoutStatus',
  },
  ChangedPayoutFields: { status: 'PayoutStatus', holds: 'Hold' },
} as const;

/** The same for the data of each event. */
export const eventShapes = {
  'schedule.assigned': { actor: 'Actor', proposedBy: 'ProposedBy', outcome: 'RejectOutcome' },
  'schedule.proposed': { actor: 'Actor', proposedBy: 'ProposedBy', outcome: 'RejectOutcome' },
  'schedule.confirmed': { actor: 'Actor', proposedBy: 'ProposedBy', outcome: 'RejectOutcome' },
  'schedule.rejected': {
    status: ['UNSCHEDULED', 'DECLINED'],
    actor: 'Actor',
    proposedBy: 'ProposedBy',
    outcome: 'RejectOutcome',
  },
  'schedule.cancelled': { actor: 'Actor', proposedBy: 'ProposedBy', outcome: 'RejectOutcome' },
  'schedule.expired': { actor: 'Actor', proposedBy: 'ProposedBy', outcome: 'RejectOutcome' },
  'schedule.completed': { actor: 'Actor', proposedBy: 'ProposedBy', outcome: 'RejectOutcome' },
  'schedule.disputed': {
    status: ['CONFIRMED', 'COMPLETED'],
    actor: 'Actor',
    proposedBy: 'ProposedBy',
    outcome: 'RejectOutcome',
    kind: 'DisputeKind',
  },
  'reminder.queued': { kind: 'ReminderKind', audience: 'Side', suppressedBecause: 'SuppressedBecause' },
  'reminder.due': { kind: 'ReminderKind', audience: 'Side', suppressedBecause: 'SuppressedBecause' },
  'reminder.overdue': { kind: 'ReminderKind', audience: 'Side', suppressedBecause: 'SuppressedBecause' },
  'reminder.suppressed': { kind: 'ReminderKind', audience: 'Side', suppressedBecause: 'SuppressedBecause' },
  'payout.pending': { holds: 'Hold' },
  'payout.awaiting_approval': { holds: 'Hold' },
  'payout.approved': { holds: 'Hold' },
  'payout.paid': { holds: 'Hold' },
  'payout.blocked': { holds: 'Hold' },
} as const;
