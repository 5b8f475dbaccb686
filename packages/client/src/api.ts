// Generated from the OpenAPI document by `npm run generate -w @punctual/client`. Change the contract, not this file.

export type CreateJobBody = {
  title: string;
  /** IANA time zone */
  timezone: string;
  price: { amountMinor: number; currency: string };
  rejectionPolicy?: RejectionPolicy;
  providerQueue?: Array<string>;
};

export type RejectionPolicy = 'REOPEN_QUOTES' | 'INVITE_NEXT';

export type CreateAssignmentBody = { providerId: string };

export type ScheduleBody = {
  /** Without an offset it is a local time of the zone. More than milliseconds are cut off. */ start: string;
  /** Without an offset it is a local time of the zone. More than milliseconds are cut off. */
  end: string;
  notes?: string;
  /** IANA time zone */
  timezone?: string;
};

export type ConfirmBody = { scheduleVersion?: number };

export type RejectBody = { reason?: string; scope?: RejectScope; counter?: ScheduleBody };

export type RejectScope = 'window' | 'assignment';

export type CancelBody = { reason: string };

export type EmptyBody = Record<string, never>;

export type DisputeBody = { kind: DisputeKind; reason: string };

export type DisputeKind = 'NO_SHOW' | 'QUALITY' | 'OTHER';

export type AssignmentStatus = 'UNSCHEDULED' | 'PROPOSED' | 'CONFIRMED' | 'COMPLETED' | 'DECLINED' | 'CANCELLED';

export type PayoutStatus = 'PENDING' | 'AWAITING_APPROVAL' | 'APPROVED' | 'PAID' | 'BLOCKED';

export type BlockBody = { reason: string };

export type UnblockBody = {
  reason: string;
  /** The holds to lift. Left out: all, save other people's MANUAL holds beside others */
  holds?: Array<string>;
};

export type MarkPaidBody = { reference: string };

export type StripeNotice = { id: string; type: string };

export type PayoutAccountBody = { account: string };

export type ConfirmAccountBody = { account?: string };

export type ErasePersonBody = { reason: string };

export type Job = {
  id: string;
  customerId: string;
  title: string;
  /** IANA time zone */
  timezone: string;
  price: Money;
  status: JobStatus;
  rejectionPolicy: RejectionPolicy;
  providerQueue: Array<string>;
  currentAssignmentId: string | null;
  createdAt: string;
  updatedAt: string;
};

export type Money = { amountMinor: number; currency: string };

export type JobStatus = 'OPEN' | 'ASSIGNED' | 'DONE' | 'CANCELLED';

export type Problem = {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  instance: string;
  traceId: string;
  errors?: Array<FieldError>;
  current?: Assignment | Payout;
  conflict?: Interval;
  freeWindows?: Array<Interval>;
  nearestValid?: { start?: string; end?: string };
  limits?: { notBefore: string; notAfter: string; minMinutes: number; maxMinutes: number };
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

export type FieldError = { path: string; message: string };

export type Assignment = {
  id: string;
  jobId: string;
  customerId: string;
  providerId: string;
  status: AssignmentStatus;
  scheduledStart: string | null;
  scheduledEnd: string | null;
  /** IANA time zone */
  timezone: string;
  localStart: string | null;
  localEnd: string | null;
  scheduleProposedBy: ProposedBy | null;
  scheduleVersion: number;
  scheduleNotes: string | null;
  proposalExpiresAt: string | null;
  confirmedAt: string | null;
  rejectedAt: string | null;
  rejectReason: string | null;
  disputedAt: string | null;
  reminderStatus: ReminderStatus;
  reminderLastSentAt: string | null;
  payoutStatus: PayoutStatus | null;
  payoutApprovedBy: string | null;
  payoutApprovedAt: string | null;
  price: Money;
  createdAt: string;
  updatedAt: string;
  actions: Array<Action>;
};

export type ProposedBy = 'CUSTOMER' | 'PROVIDER' | 'SYSTEM';

export type ReminderStatus = 'NONE' | 'QUEUED' | 'SENT' | 'OVERDUE';

export type Action = {
  name: ActionName;
  allowed: boolean;
  href: string;
  method: 'POST';
  because?: ProblemCode;
  until?: string;
};

export type ActionName = 'propose' | 'confirm' | 'reject' | 'cancel' | 'complete' | 'dispute';

export type Payout = {
  id: string;
  assignmentId: string;
  jobId: string;
  providerId: string;
  customerId: string;
  amount: Money;
  status: PayoutStatus;
  /** A PENDING one that waits for a new confirmation */
  onHold: boolean;
  version: number;
  approvals: Array<Approval>;
  approvalsNeeded: number;
  /** What stops it now, oldest first; BLOCKED means at least one */
  holds: Array<Hold>;
  /** The reason of the newest hold */
  blockedBecause: string | null;
  paidAt: string | null;
  paymentReference: string | null;
  /** The account that was paid, its last four characters; null when a person paid by hand */
  paidTo: string | null;
  createdAt: string;
  updatedAt: string;
};

export type Approval = { by: string; at: string };

export type Hold = {
  id: string;
  kind: HoldKind;
  reason: string;
  /** The person who caused it; null when the system did */
  by: string | null;
  at: string;
};

export type HoldKind = 'DISPUTE' | 'CANCELLED' | 'DECLINED' | 'MANUAL' | 'PAYMENT' | 'ACCOUNT';

export type Interval = { start: string; end: string };

export type DryRunResult = { ok: true };

export type AssignmentPage = { items: Array<Assignment>; nextCursor: string | null };

export type Timeline = { items: Array<TimelineItem>; nextCursor: string | null };

export type TimelineItem = {
  version: number;
  type: EventType;
  actor: Actor;
  source: 'API' | 'SYSTEM' | 'EVENT';
  reason: string | null;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  traceId: string | null;
  at: string;
};

export type EventType =
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

export type Actor = { id: string | null; role: 'customer' | 'provider' | 'finance' | 'ops' | 'system' };

export type Reminders = { items: Array<Reminder>; nextCursor: string | null };

export type Reminder = {
  id: string;
  assignmentId: string;
  scheduleVersion: number;
  kind: ReminderKind;
  state: ReminderState;
  suppressedBecause: SuppressedBecause | null;
  dueAt: string;
  sentAt: string | null;
  latenessMs: number | null;
  audience: Array<Side>;
  window: Window;
};

export type ReminderKind = 'respond' | 'respond-last' | 'upcoming-24h' | 'upcoming-1h';

export type ReminderState = 'PLANNED' | 'SENDING' | 'SENT' | 'OVERDUE' | 'SUPPRESSED';

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

export type Side = 'CUSTOMER' | 'PROVIDER';

export type Window = {
  start: string;
  end: string;
  /** IANA time zone */
  timezone: string;
  localStart: string;
  localEnd: string;
};

export type RemindersHealth = {
  status: Health;
  checks: { store: Health; broker: Health; scheduler: Health };
  schedulerLagMs: number | null;
  oldestDueMs: number | null;
  due: number | null;
  planned: number | null;
  overdue: number | null;
  lastDispatchAt: string | null;
  clockSkewMs: number | null;
};

export type Health = 'ok' | 'degraded' | 'down';

export type FreeWindows = { items: Array<Interval> };

export type PayoutPage = { items: Array<Payout>; nextCursor: string | null };

export type NoticeTaken = { received: true };

export type PayoutDrift = {
  at: string;
  providerCompared: boolean;
  /** The transfers before this were not looked at: ask again with it as until. Null when all of 30 days were */
  nextUntil: string | null;
  items: Array<Drift>;
  total: number;
};

export type Drift = { kind: DriftKind; payoutId: string | null; assignmentId: string | null; detail: string };

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
  providerId: string;
  /** Null before the first confirmation */
  account: string | null;
  /** Counts the confirmed changes; 0 before the first */
  version: number;
  /** Who confirmed the latest change */
  updatedBy: string | null;
  updatedAt: string | null;
  /** The change that somebody else in finance has to confirm */
  pending: { account: string; requestedBy: string; requestedAt: string } | null;
};

export type PayoutAccountHistory = { items: Array<PayoutAccountChange> };

export type PayoutAccountChange = {
  /** Its last four characters */ account: string;
  version: number;
  requestedBy: string;
  requestedAt: string;
  confirmedBy: string;
  confirmedAt: string;
};

export type Explanation = {
  assignmentId: string;
  at: string;
  /** Of all that happened, oldest first */
  traceIds: Array<string>;
  scheduling: ScheduleExplanation | null;
  reminders: RemindersExplanation | null;
  payouts: PayoutExplanation | null;
  missing: Array<MissingPart>;
};

export type ScheduleExplanation = {
  assignment: Assignment;
  timeline: Array<TimelineItem>;
  /** Of the last seven days, the latest 50, oldest first */
  outbox: Array<OutboxEvent>;
  follows: Array<Follows>;
  /** True when a list here has its latest 50 items only. Absent from services of 1.0 */
  truncated?: boolean;
};

export type OutboxEvent = {
  id: string;
  type: EventType;
  version: number;
  traceId: string | null;
  createdAt: string;
  publishedAt: string | null;
  /** Null when it was not published, or not noted */
  streamSequence: number | null;
  consumers: Array<ConsumedEvent>;
};

export type ConsumedEvent = {
  consumer: string;
  state: ConsumerState;
  /** Its place in the stream DLQ, and why it is there */
  deadLetter: { sequence: number; reason: string; at: string } | null;
};

export type ConsumerState = 'DEAD' | 'APPLIED' | 'ACKED' | 'DELIVERED' | 'PENDING';

export type Follows = { consumer: string; version: number };

export type RemindersExplanation = {
  reminders: Array<Reminder>;
  /** The reminderSequence of what was decided last */
  sequence: number;
  /** Decided, and not on the stream yet */
  unpublished: Array<{ type: EventType; kind: ReminderKind; scheduleVersion: number; at: string }>;
  /** Found on the stream around the moment of sending. Absent when nobody could look */
  sent?: Array<SentReminder>;
  follows: Array<Follows>;
  /** True when a list here has its latest 50 items only. Absent from services of 1.0 */
  truncated?: boolean;
};

export type SentReminder = {
  id: string;
  type: EventType;
  version: number;
  traceId: string | null;
  createdAt: string;
  publishedAt: string | null;
  /** Null when it was not published, or not noted */
  streamSequence: number | null;
  consumers: Array<ConsumedEvent>;
  reminderId: string;
};

export type PayoutExplanation = {
  payout: Payout | null;
  attempts: Array<PaymentAttempt>;
  timeline: Array<TimelineItem>;
  /** Of the last seven days, the latest 50, oldest first */
  outbox: Array<OutboxEvent>;
  follows: Array<Follows>;
  /** True when a list here has its latest 50 items only. Absent from services of 1.0 */
  truncated?: boolean;
};

export type PaymentAttempt = {
  id: string;
  number: number;
  account: string;
  startedAt: string;
  results: Array<{
    outcome: 'PAID' | 'REFUSED' | 'ABSENT' | 'REVERSED';
    reference: string | null;
    code: string | null;
    at: string;
  }>;
};

export type MissingPart = {
  part: 'scheduling' | 'reminders' | 'payouts' | 'broker';
  because: 'UNKNOWN' | 'AWAY' | 'FAILED';
};

export type OpenReminders = { items: Array<Reminder> };

export type Erasure = {
  personId: string;
  service: 'scheduling' | 'payouts';
  /** Of the latest erasure; null when there was none */
  at: string | null;
  /** Null while this service has not finished it */
  finishedAt: string | null;
  /** Rows whose texts the latest erasure replaced, by table */
  erased: Record<string, number>;
  /** Rows with texts that an erasure would replace now, by table; null unless asked for with `count=true` */
  left: Record<string, number> | null;
};

export type RejectOutcome = 'WINDOW_REJECTED' | 'QUOTES_REOPENED' | 'NEXT_PROVIDER_INVITED';

/** Every event, by its type. */
export type Events = {
  /** One side, or ops, proposes a window; with `previousWindow` it is a reschedule. */
  'schedule.proposed': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/scheduling';
    type: 'schedule.proposed';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/schedule.proposed.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      assignmentId: string;
      jobId: string;
      customerId: string;
      providerId: string;
      scheduleVersion: number;
      status: 'PROPOSED';
      actor: Actor;
      window: Window;
      /** The confirmed window that a new proposal has released */
      previousWindow: Window | null;
      proposedBy: ProposedBy;
      notes: string | null;
      reason: string | null;
      outcome: RejectOutcome | null;
      /** With NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
    };
  };
  /** Both sides agree on the window. */
  'schedule.confirmed': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/scheduling';
    type: 'schedule.confirmed';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/schedule.confirmed.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      assignmentId: string;
      jobId: string;
      customerId: string;
      providerId: string;
      scheduleVersion: number;
      status: 'CONFIRMED';
      actor: Actor;
      window: Window;
      /** The confirmed window that a new proposal has released */
      previousWindow: Window | null;
      proposedBy: ProposedBy;
      notes: string | null;
      reason: string | null;
      outcome: RejectOutcome | null;
      /** With NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
    };
  };
  /** A window is turned down (UNSCHEDULED), or the provider is released (DECLINED); `outcome` says what follows. */
  'schedule.rejected': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/scheduling';
    type: 'schedule.rejected';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/schedule.rejected.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      assignmentId: string;
      jobId: string;
      customerId: string;
      providerId: string;
      scheduleVersion: number;
      status: 'UNSCHEDULED' | 'DECLINED';
      actor: Actor;
      /** The window it is about; of a reject or an expiry, the one that is gone */
      window: Window | null;
      /** The confirmed window that a new proposal has released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: ProposedBy | null;
      notes: string | null;
      reason: string | null;
      outcome: RejectOutcome;
      /** With NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
    };
  };
  /** The customer, or ops, calls the work off. */
  'schedule.cancelled': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/scheduling';
    type: 'schedule.cancelled';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/schedule.cancelled.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      assignmentId: string;
      jobId: string;
      customerId: string;
      providerId: string;
      scheduleVersion: number;
      status: 'CANCELLED';
      actor: Actor;
      /** The window it is about; of a reject or an expiry, the one that is gone */
      window: Window | null;
      /** The confirmed window that a new proposal has released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: ProposedBy | null;
      notes: string | null;
      reason: string | null;
      outcome: RejectOutcome | null;
      /** With NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
    };
  };
  /** Nobody answered the proposal in time; it is open to propose again. */
  'schedule.expired': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/scheduling';
    type: 'schedule.expired';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/schedule.expired.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      assignmentId: string;
      jobId: string;
      customerId: string;
      providerId: string;
      scheduleVersion: number;
      status: 'UNSCHEDULED';
      actor: Actor;
      /** The window it is about; of a reject or an expiry, the one that is gone */
      window: Window | null;
      /** The confirmed window that a new proposal has released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: ProposedBy | null;
      notes: string | null;
      reason: string | null;
      outcome: RejectOutcome | null;
      /** With NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
    };
  };
  /** The work is done. */
  'schedule.completed': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/scheduling';
    type: 'schedule.completed';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/schedule.completed.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      assignmentId: string;
      jobId: string;
      customerId: string;
      providerId: string;
      scheduleVersion: number;
      status: 'COMPLETED';
      actor: Actor;
      window: Window;
      /** The confirmed window that a new proposal has released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: ProposedBy | null;
      notes: string | null;
      reason: string | null;
      outcome: RejectOutcome | null;
      /** With NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
    };
  };
  /** Something is wrong with the visit or the work; the status stays, a person has to look. */
  'schedule.disputed': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/scheduling';
    type: 'schedule.disputed';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/schedule.disputed.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      assignmentId: string;
      jobId: string;
      customerId: string;
      providerId: string;
      scheduleVersion: number;
      status: 'CONFIRMED' | 'COMPLETED';
      actor: Actor;
      window: Window;
      /** The confirmed window that a new proposal has released */
      previousWindow: Window | null;
      /** Who proposed `window` */
      proposedBy: ProposedBy | null;
      notes: string | null;
      reason: string | null;
      outcome: RejectOutcome | null;
      /** With NEXT_PROVIDER_INVITED, the new assignment */
      nextAssignmentId: string | null;
      price: Money;
      /** Opens the assignment in the app */
      link: string;
      kind: DisputeKind;
    };
  };
  /** A reminder is planned for `dueAt`. */
  'reminder.queued': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/reminders';
    type: 'reminder.queued';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/reminder.queued.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      reminderId: string;
      assignmentId: string;
      /** The version of the schedule that it reminds of */
      scheduleVersion: number;
      kind: ReminderKind;
      audience: Array<Side>;
      dueAt: string;
      sentAt: string | null;
      latenessMs: number | null;
      suppressedBecause: SuppressedBecause | null;
      window: Window;
      customerId: string;
      providerId: string;
      /** Opens the assignment in the app */
      link: string;
      /** Counts the reminder events of the assignment; the event's sequence */
      reminderSequence: number;
    };
  };
  /** The order to send: tell the `audience` of the `window` now. */
  'reminder.due': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/reminders';
    type: 'reminder.due';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/reminder.due.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      reminderId: string;
      assignmentId: string;
      /** The version of the schedule that it reminds of */
      scheduleVersion: number;
      kind: ReminderKind;
      audience: Array<Side>;
      dueAt: string;
      sentAt: string | null;
      latenessMs: number | null;
      suppressedBecause: SuppressedBecause | null;
      window: Window;
      customerId: string;
      providerId: string;
      /** Opens the assignment in the app */
      link: string;
      /** Counts the reminder events of the assignment; the event's sequence */
      reminderSequence: number;
    };
  };
  /** A reminder is later than its grace and has not been sent: for ops. */
  'reminder.overdue': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/reminders';
    type: 'reminder.overdue';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/reminder.overdue.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      reminderId: string;
      assignmentId: string;
      /** The version of the schedule that it reminds of */
      scheduleVersion: number;
      kind: ReminderKind;
      audience: Array<Side>;
      dueAt: string;
      sentAt: string | null;
      latenessMs: number | null;
      suppressedBecause: SuppressedBecause | null;
      window: Window;
      customerId: string;
      providerId: string;
      /** Opens the assignment in the app */
      link: string;
      /** Counts the reminder events of the assignment; the event's sequence */
      reminderSequence: number;
    };
  };
  /** A planned reminder will not be sent. */
  'reminder.suppressed': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/reminders';
    type: 'reminder.suppressed';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/reminder.suppressed.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      reminderId: string;
      assignmentId: string;
      /** The version of the schedule that it reminds of */
      scheduleVersion: number;
      kind: ReminderKind;
      audience: Array<Side>;
      dueAt: string;
      sentAt: string | null;
      latenessMs: number | null;
      suppressedBecause: SuppressedBecause;
      window: Window;
      customerId: string;
      providerId: string;
      /** Opens the assignment in the app */
      link: string;
      /** Counts the reminder events of the assignment; the event's sequence */
      reminderSequence: number;
    };
  };
  /** A window is confirmed, so there will be a payout; also its hold, and the release of one. */
  'payout.pending': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/payouts';
    type: 'payout.pending';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/payout.pending.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      payoutId: string;
      assignmentId: string;
      jobId: string;
      providerId: string;
      customerId: string;
      amount: Money;
      /** The payout's version; the event's sequence */
      version: number;
      status: 'PENDING';
      /** A PENDING one that waits for a new confirmation */
      onHold: boolean;
      approvals: Array<Approval>;
      /** What stops it, oldest first; events before 1.1 lack it */
      holds?: Array<Hold>;
      /** The reason of the newest hold */
      blockedBecause: string | null;
      paymentReference: string | null;
    };
  };
  /** The work is done and a person has to approve; also the first of two approvals, and approvals taken back. */
  'payout.awaiting_approval': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/payouts';
    type: 'payout.awaiting_approval';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/payout.awaiting_approval.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      payoutId: string;
      assignmentId: string;
      jobId: string;
      providerId: string;
      customerId: string;
      amount: Money;
      /** The payout's version; the event's sequence */
      version: number;
      status: 'AWAITING_APPROVAL';
      /** A PENDING one that waits for a new confirmation */
      onHold: boolean;
      approvals: Array<Approval>;
      /** What stops it, oldest first; events before 1.1 lack it */
      holds?: Array<Hold>;
      /** The reason of the newest hold */
      blockedBecause: string | null;
      paymentReference: string | null;
    };
  };
  /** All approvals are there; the payment can be made. */
  'payout.approved': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/payouts';
    type: 'payout.approved';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/payout.approved.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      payoutId: string;
      assignmentId: string;
      jobId: string;
      providerId: string;
      customerId: string;
      amount: Money;
      /** The payout's version; the event's sequence */
      version: number;
      status: 'APPROVED';
      /** A PENDING one that waits for a new confirmation */
      onHold: boolean;
      approvals: Array<Approval>;
      /** What stops it, oldest first; events before 1.1 lack it */
      holds?: Array<Hold>;
      /** The reason of the newest hold */
      blockedBecause: string | null;
      paymentReference: string | null;
    };
  };
  /** The money is paid. This is final. */
  'payout.paid': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/payouts';
    type: 'payout.paid';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/payout.paid.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      payoutId: string;
      assignmentId: string;
      jobId: string;
      providerId: string;
      customerId: string;
      amount: Money;
      /** The payout's version; the event's sequence */
      version: number;
      status: 'PAID';
      /** A PENDING one that waits for a new confirmation */
      onHold: boolean;
      approvals: Array<Approval>;
      /** What stops it, oldest first; events before 1.1 lack it */
      holds?: Array<Hold>;
      /** The reason of the newest hold */
      blockedBecause: string | null;
      paymentReference: string | null;
    };
  };
  /** The payout is stopped by at least one hold; also a further hold, or the lifting of one of several. */
  'payout.blocked': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/payouts';
    type: 'payout.blocked';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/payout.blocked.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: {
      payoutId: string;
      assignmentId: string;
      jobId: string;
      providerId: string;
      customerId: string;
      amount: Money;
      /** The payout's version; the event's sequence */
      version: number;
      status: 'BLOCKED';
      /** A PENDING one that waits for a new confirmation */
      onHold: boolean;
      approvals: Array<Approval>;
      /** What stops it, oldest first; events before 1.1 lack it */
      holds?: Array<Hold>;
      blockedBecause: string;
      paymentReference: string | null;
    };
  };
  /** Texts written by or about a person are erased. Subscribers erase their own copies; ids, times and money stay. */
  'person.erased': {
    specversion: '1.0';
    /** Stable for ever: what to deduplicate by */
    id: string;
    source: '/scheduling';
    type: 'person.erased';
    /** The assignment; of `person.erased` the person */
    subject: string;
    time: string;
    datacontenttype: 'application/json';
    dataschema: 'https://punctual.example/schemas/person.erased.v1.json';
    /** The aggregate's version, so written that its text sorts as the number does */
    sequence: string;
    /** As `subject`: events of one partition key are ordered */
    partitionkey: string;
    traceparent?: string;
    data: { personId: string; at: string };
  };
};

/** What each operation takes and answers. */
export type Operations = {
  /** A customer asks for work to be done */
  createJob: {
    body: CreateJobBody;
    answer: Job;
  };
  /** Read a job */
  getJob: {
    params: { id: string };

    answer: Job;
  };
  /** Give the job to a provider */
  createAssignment: {
    params: { id: string };

    body: CreateAssignmentBody;
    answer: Assignment;
  };
  /** Propose a window, as the customer or as ops */
  proposeForJob: {
    params: { id: string };
    query?: { dryRun?: 'true' | 'false' };
    body: ScheduleBody;
    answer: Assignment | DryRunResult;
  };
  /** Propose a window, as the provider */
  proposeForAssignment: {
    params: { id: string };
    query?: { dryRun?: 'true' | 'false' };
    body: ScheduleBody;
    answer: Assignment | DryRunResult;
  };
  /** Agree to the latest proposal of the other side */
  confirmSchedule: {
    params: { id: string };

    body?: ConfirmBody;
    answer: Assignment;
  };
  /** Turn the window down or release the provider; a counter-proposal may come along */
  rejectAssignment: {
    params: { id: string };

    body?: RejectBody;
    answer: Assignment;
  };
  /** Call the work off */
  cancelAssignment: {
    params: { id: string };

    body: CancelBody;
    answer: Assignment;
  };
  /** Say that the work is done */
  completeAssignment: {
    params: { id: string };

    body?: EmptyBody;
    answer: Assignment;
  };
  /** Say that something is wrong with the visit or the work */
  disputeAssignment: {
    params: { id: string };

    body: DisputeBody;
    answer: Assignment;
  };
  /** Read an assignment, with what the caller may do now */
  getAssignment: {
    params: { id: string };

    answer: Assignment;
  };
  /** The caller's own assignments; all of them for ops */
  listAssignments: {
    query?: { status?: AssignmentStatus; from?: string; to?: string; limit?: number; cursor?: string };
    answer: AssignmentPage;
  };
  /** All that happened to an assignment, oldest first */
  getAssignmentTimeline: { params: { id: string }; query?: { limit?: number; cursor?: string }; answer: Timeline };
  /** The reminders of an assignment: planned, sent, suppressed and why */
  listReminders: { params: { id: string }; query?: { limit?: number; cursor?: string }; answer: Reminders };
  /** How well the reminders keep up */
  getRemindersHealth: {
    answer: RemindersHealth;
  };
  /** When a provider has time; in quarter-hours for all but that provider and ops */
  listFreeWindows: {
    params: { id: string };
    query?: { from?: string; to?: string; minutes?: number };
    answer: FreeWindows;
  };
  /** The payout of an assignment */
  getAssignmentPayout: {
    params: { id: string };

    answer: Payout;
  };
  /** Payouts, for finance and ops */
  listPayouts: {
    query?: { status?: PayoutStatus; from?: string; to?: string; limit?: number; cursor?: string };
    answer: PayoutPage;
  };
  /** Read a payout */
  getPayout: {
    params: { id: string };

    answer: Payout;
  };
  /** All that happened to a payout, oldest first */
  getPayoutTimeline: { params: { id: string }; query?: { limit?: number; cursor?: string }; answer: Timeline };
  /** Approve a payout; a large one needs two people */
  approvePayout: {
    params: { id: string };

    body?: EmptyBody;
    answer: Payout;
  };
  /** Stop a payout, also one that is stopped already */
  blockPayout: {
    params: { id: string };

    body: BlockBody;
    answer: Payout;
  };
  /** Lift holds of a payout: those named, or all */
  unblockPayout: {
    params: { id: string };

    body: UnblockBody;
    answer: Payout;
  };
  /** Record a payment made by hand */
  markPayoutPaid: {
    params: { id: string };

    body: MarkPaidBody;
    answer: Payout;
  };
  /** For Stripe, which signs what it sends */
  takeStripeNotice: {
    body: StripeNotice;
    answer: NoticeTaken;
  };
  /** Where payouts, the events of their assignments and the payment provider do not agree */
  findPayoutDrift: {
    query?: { until?: string };
    answer: PayoutDrift;
  };
  /** Where a provider is paid to, and the change that waits to be confirmed */
  getPayoutAccount: {
    params: { id: string };

    answer: PayoutAccount;
  };
  /** Request a change of where a provider is paid to; another person has to confirm it */
  putPayoutAccount: {
    params: { id: string };

    body: PayoutAccountBody;
    answer: PayoutAccount;
  };
  /** Confirm a change that somebody else requested; takes back approvals of payouts to the old account */
  confirmPayoutAccount: {
    params: { id: string };

    body?: ConfirmAccountBody;
    answer: PayoutAccount;
  };
  /** The latest 100 confirmed changes of where a provider is paid to, newest first */
  getPayoutAccountHistory: {
    params: { id: string };

    answer: PayoutAccountHistory;
  };
  /** What every part knows of an assignment: its latest changes, events and who took them, reminders, payout */
  explainAssignment: {
    params: { id: string };

    answer: Explanation;
  };
  /** Reminders that are to be sent next, or are later than their grace, earliest first */
  listOpenReminders: {
    query?: { state?: 'upcoming' | 'overdue'; limit?: number };
    answer: OpenReminders;
  };
  /** Erase the texts written by or about a person; publishes `person.erased` */
  erasePerson: {
    params: { id: string };

    body: ErasePersonBody;
    answer: Erasure;
  };
  /** How far scheduling is with a person's erasure, and what there is to erase */
  getErasure: { params: { id: string }; query?: { count?: 'true' | 'false' }; answer: Erasure };
  /** How far payouts is with a person's erasure, and what there is to erase */
  getPayoutsErasure: { params: { id: string }; query?: { count?: 'true' | 'false' }; answer: Erasure };
  /** This contract */
  getOpenApi: {
    answer: Record<string, unknown>;
  };
};

/** Where each operation is. */
export const routes = {
  createJob: { method: 'POST', path: '/jobs' },
  getJob: { method: 'GET', path: '/jobs/{id}' },
  createAssignment: { method: 'POST', path: '/jobs/{id}/assignments' },
  proposeForJob: { method: 'POST', path: '/jobs/{id}/schedule' },
  proposeForAssignment: { method: 'POST', path: '/assignments/{id}/schedule' },
  confirmSchedule: { method: 'POST', path: '/assignments/{id}/schedule/confirm' },
  rejectAssignment: { method: 'POST', path: '/assignments/{id}/reject' },
  cancelAssignment: { method: 'POST', path: '/assignments/{id}/cancel' },
  completeAssignment: { method: 'POST', path: '/assignments/{id}/complete' },
  disputeAssignment: { method: 'POST', path: '/assignments/{id}/dispute' },
  getAssignment: { method: 'GET', path: '/assignments/{id}' },
  listAssignments: { method: 'GET', path: '/assignments' },
  getAssignmentTimeline: { method: 'GET', path: '/assignments/{id}/timeline' },
  listReminders: { method: 'GET', path: '/assignments/{id}/reminders' },
  getRemindersHealth: { method: 'GET', path: '/workers/reminders/health' },
  listFreeWindows: { method: 'GET', path: '/providers/{id}/free-windows' },
  getAssignmentPayout: { method: 'GET', path: '/assignments/{id}/payout' },
  listPayouts: { method: 'GET', path: '/payouts' },
  getPayout: { method: 'GET', path: '/payouts/{id}' },
  getPayoutTimeline: { method: 'GET', path: '/payouts/{id}/timeline' },
  approvePayout: { method: 'POST', path: '/payouts/{id}/approve' },
  blockPayout: { method: 'POST', path: '/payouts/{id}/block' },
  unblockPayout: { method: 'POST', path: '/payouts/{id}/unblock' },
  markPayoutPaid: { method: 'POST', path: '/payouts/{id}/mark-paid' },
  takeStripeNotice: { method: 'POST', path: '/webhooks/stripe' },
  findPayoutDrift: { method: 'GET', path: '/ops/payouts/drift' },
  getPayoutAccount: { method: 'GET', path: '/providers/{id}/payout-account' },
  putPayoutAccount: { method: 'PUT', path: '/providers/{id}/payout-account' },
  confirmPayoutAccount: { method: 'POST', path: '/providers/{id}/payout-account/confirm' },
  getPayoutAccountHistory: { method: 'GET', path: '/providers/{id}/payout-account/history' },
  explainAssignment: { method: 'GET', path: '/ops/assignments/{id}/explain' },
  listOpenReminders: { method: 'GET', path: '/ops/reminders' },
  erasePerson: { method: 'POST', path: '/ops/people/{id}/erasure' },
  getErasure: { method: 'GET', path: '/ops/people/{id}/erasure' },
  getPayoutsErasure: { method: 'GET', path: '/ops/people/{id}/erasure/payouts' },
  getOpenApi: { method: 'GET', path: '/openapi.json' },
} as const;
