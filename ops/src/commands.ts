import type { Command } from './cli/command.ts';
import { dropLetters } from './dlq/drop.ts';
import { listLetters } from './dlq/list.ts';
import { redriveLetters } from './dlq/redrive.ts';
import { showLetters } from './dlq/show.ts';
import { explain } from './explain/explain.ts';
import { payoutsDrift } from './payouts/drift.ts';
import { erasePerson } from './people/erase-person.ts';
import { rebuildStream } from './rebuild/rebuild-stream.ts';
import { explainReminders, overdueReminders, upcomingReminders } from './reminders/reminders.ts';
import { replay } from './replay/replay.ts';
import { applyStreams } from './streams/apply.ts';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  explain,
  listLetters,
  showLetters,
  redriveLetters,
  dropLetters,
  replay,
  rebuildStream,
  applyStreams,
  upcomingReminders,
  overdueReminders,
  explainReminders,
  payoutsDrift,
  erasePerson,
];
