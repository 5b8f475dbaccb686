import { CreatePayouts } from './migrations/20261122-create-payouts.ts';
import { FindOldInboxRows } from './migrations/20261122-find-old-inbox-rows.ts';
import { GuardPayouts } from './migrations/20261122-guard-payouts.ts';
import { KeepStreamSequence } from './migrations/20261122-keep-stream-sequence.ts';
import { PayPayouts } from './migrations/20261122-pay-payouts.ts';
import { WaitForKey } from './migrations/20261122-wait-for-key.ts';
import { FindAttemptsByTime } from './migrations/20261123-find-attempts-by-time.ts';
import { ConfirmAccounts } from './migrations/20261129-confirm-accounts.ts';
import { ErasePeople } from './migrations/20261129-erase-people.ts';
import { HoldPayouts } from './migrations/20261129-hold-payouts.ts';
import { KeepAnswerText } from './migrations/20261129-keep-answer-text.ts';
import { FillWaitingSince } from './migrations/20261130-fill-waiting-since.ts';
import { IndexPayouts } from './migrations/20261130-index-payouts.ts';
import { KeepJobTitles } from './migrations/20261130-keep-job-titles.ts';
import { ListPayouts } from './migrations/20261130-list-payouts.ts';
import { SumEarlierPayouts } from './migrations/20261130-sum-earlier-payouts.ts';
import { SumPayouts } from './migrations/20261130-sum-payouts.ts';
import { FindPublishedRows } from './migrations/20261201-find-published-rows.ts';
import { KeepOutboxStream } from './migrations/20261201-keep-outbox-stream.ts';
import { KnowEventIds } from './migrations/20261201-know-event-ids.ts';
import { NoteAttempts } from './migrations/20261201-note-attempts.ts';
import { NoticeRestores } from './migrations/20261201-notice-restores.ts';

/** What the database of payouts holds, and how it came to be. */
export const schema = {
  migrations: [
    CreatePayouts,
    KeepStreamSequence,
    FindOldInboxRows,
    GuardPayouts,
    PayPayouts,
    WaitForKey,
    FindAttemptsByTime,
    KeepAnswerText,
    HoldPayouts,
    ConfirmAccounts,
    ErasePeople,
    KeepJobTitles,
    ListPayouts,
    SumPayouts,
    SumEarlierPayouts,
    FillWaitingSince,
    IndexPayouts,
    NoteAttempts,
    NoticeRestores,
    KeepOutboxStream,
    FindPublishedRows,
    KnowEventIds,
  ],
};
