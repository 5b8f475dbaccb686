import type { OpsCommand } from './cli/command.ts';
import { dropDeadLetters } from './dlq/drop.ts';
import { listDeadLetters } from './dlq/list.ts';
import { redriveDeadLetters } from './dlq/redrive.ts';
import { showDeadLetters } from './dlq/show.ts';
import { explain } from './explain/explain.ts';
import { payoutsDrift } from './payouts/drift.ts';
import { erasePerson } from './people/erase-person.ts';
import { rebuildStream } from './rebuild/rebuild-stream.ts';
import { explainReminders, overdueReminders, upcomingReminders } from './reminders/reminders.ts';
import { replayEvents } from './replay/replay.ts';
import { reconcileAfterRestore } from './restore/reconcile-after-restore.ts';
import { applyStreams } from './streams/apply.ts';

/** Every command, in the order of the help. */
export const commands: readonly OpsCommand[] = [
  explain,
  listDeadLetters,
  showDeadLetters,
  redriveDeadLetters,
  dropDeadLetters,
  replayEvents,
  rebuildStream,
  reconcileAfterRestore,
  applyStreams,
  upcomingReminders,
  overdueReminders,
  explainReminders,
  payoutsDrift,
  erasePerson,
];
