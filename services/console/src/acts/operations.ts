import type { OperationKind } from '../audit/messages.ts';
import { dropLetters, redriveLetters } from './dead-letters.ts';
import type { Operation } from './operation.ts';
import { rebuild } from './rebuild.ts';
import { reconcileDatabase } from './reconcile.ts';
import { replayEvents } from './replay.ts';

export const operations: Readonly<Record<OperationKind, Operation>> = {
  redrive: redriveLetters,
  drop: dropLetters,
  replay: replayEvents,
  rebuild,
  reconcile: reconcileDatabase,
};
