import { CreateScheduling } from './migrations/20261122-create-scheduling.ts';
import { FindOldInboxRows } from './migrations/20261122-find-old-inbox-rows.ts';
import { KeepStreamSequence } from './migrations/20261122-keep-stream-sequence.ts';
import { CountOpen } from './migrations/20261129-count-open.ts';
import { ErasePeople } from './migrations/20261129-erase-people.ts';
import { KeepAnswerText } from './migrations/20261129-keep-answer-text.ts';
import { AssignFirst } from './migrations/20261130-assign-first.ts';
import { DescribeJobs } from './migrations/20261130-describe-jobs.ts';
import { FillCurrentProviders } from './migrations/20261130-fill-current-providers.ts';
import { IndexLists } from './migrations/20261130-index-lists.ts';
import { KeepJobTexts } from './migrations/20261130-keep-job-texts.ts';
import { ListAssignments } from './migrations/20261130-list-assignments.ts';
import { ListJobs } from './migrations/20261130-list-jobs.ts';
import { ValidateChecks } from './migrations/20261130-validate-checks.ts';
import { DropOldIndexes } from './migrations/20261201-drop-old-indexes.ts';
import { FindPublishedRows } from './migrations/20261201-find-published-rows.ts';
import { KeepOutboxStream } from './migrations/20261201-keep-outbox-stream.ts';
import { KnowEventIds } from './migrations/20261201-know-event-ids.ts';
import { NoteAttempts } from './migrations/20261201-note-attempts.ts';
import { NoticeRestores } from './migrations/20261201-notice-restores.ts';

/** What the database of scheduling holds, and how it came to be. */
export const schema = {
  migrations: [
    CreateScheduling,
    KeepStreamSequence,
    FindOldInboxRows,
    KeepAnswerText,
    ErasePeople,
    CountOpen,
    DescribeJobs,
    ListAssignments,
    ListJobs,
    AssignFirst,
    KeepJobTexts,
    FillCurrentProviders,
    IndexLists,
    ValidateChecks,
    NoteAttempts,
    NoticeRestores,
    KeepOutboxStream,
    FindPublishedRows,
    KnowEventIds,
    DropOldIndexes,
  ],
};
