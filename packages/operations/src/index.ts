export { causeOf } from './dead-letters/cause-of.ts';
export { checkEvent, type EventCheck, type Fault } from './dead-letters/check-event.ts';
export { type Dropped, dropSelection } from './dead-letters/drop-selection.ts';
export { type FrozenSelection, freezeDeadLetters } from './dead-letters/freeze.ts';
export { createDeadLetterGroups, type DeadLetterGroup, type Sighting } from './dead-letters/group-dead-letters.ts';
export { type InspectedDeadLetter, inspectDeadLetter } from './dead-letters/inspect-dead-letter.ts';
export type { LaterEvent, LaterEvents } from './dead-letters/later-events.ts';
export { type DeadLetterPage, pageDeadLetters } from './dead-letters/page-dead-letters.ts';
export { deliverAgain, redrive } from './dead-letters/redrive.ts';
export { type Redriven, redriveInSteps } from './dead-letters/redrive-in-steps.ts';
export { removeDeadLetter } from './dead-letters/remove-dead-letter.ts';
export { type DeadLetterFilter, findDeadLetter, selectDeadLetters } from './dead-letters/select-dead-letters.ts';
export { present, type StoredDeadLetter, whereBody } from './dead-letters/stored-dead-letter.ts';
export type { GatewayAccess } from './gateway/access.ts';
export { askGateway } from './gateway/ask-gateway.ts';
export type { Nats } from './nats.ts';
export { type FoundDrift, findDrift } from './payouts/find-drift.ts';
export { type LostEvent, type Outbox, openOutbox } from './rebuild/outbox-of.ts';
export {
  declareStream,
  finishRebuild,
  messagesOn,
  planRebuild,
  producers,
  type RebuildableStream,
  type RebuildPlan,
  startRebuild,
} from './rebuild/rebuild-stream.ts';
export { countReplay } from './replay/count-replay.ts';
export { planReplay, type ReplayPlan } from './replay/plan-replay.ts';
export { type Replayed, ReplayStopped, replay, untilReplayed } from './replay/replay.ts';
export { waitingReplays } from './replay/replay-message.ts';
export { openRestored, type Plan, type PlannedAggregate, type RestoredDatabase } from './restore/plan-of.ts';
export { reconcile } from './restore/reconcile.ts';
export { type CopiedStream, copiedStreams, copiesOf } from './streams/copies.ts';
export { declareReaders } from './streams/declare-readers.ts';
export { type ConsumerView, lookAtStreams, type StreamsView, type StreamView } from './streams/look-at-streams.ts';
export { type RunningInstance, runningInstances } from './streams/running-instances.ts';
