import { AssignmentRow } from './assignment-row.ts';
import { JobRow } from './job-row.ts';
import { CreateScheduling } from './migrations/20261122-create-scheduling.ts';
import { FindOldInboxRows } from './migrations/20261122-find-old-inbox-rows.ts';
import { KeepStreamSequence } from './migrations/20261122-keep-stream-sequence.ts';
import { CountOpen } from './migrations/20261129-count-open.ts';
import { ErasePeople } from './migrations/20261129-erase-people.ts';
import { KeepAnswerText } from './migrations/20261129-keep-answer-text.ts';
import { TimelineRow } from './timeline-row.ts';

/** What the database of scheduling holds, and how it came to be. */
export const schema = {
  entities: [AssignmentRow, JobRow, TimelineRow],
  migrations: [CreateScheduling, KeepStreamSequence, FindOldInboxRows, KeepAnswerText, ErasePeople, CountOpen],
};
