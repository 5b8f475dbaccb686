import { checkInvariants, type NatsPeer, type ObservedState, readObservedState, readWhenIdle } from '@punctual/drills';
import { checkMoney } from './check-money.ts';
import type { MixedStack } from './mixed-stack.ts';

const idleWithinMs = 90_000;

/**
 * Waits until nothing is on its way, and compares databases and streams by the invariants of the
 * drills. Here dead letters are violations too.
 * @param ran10 whether scheduling 1.0 may have created assignments
 * @param ignoresAssigned whether payouts 1.0 ran, which acknowledges `schedule.assigned` unrecorded
 * @param unread durables that no running service reads
 * @returns a line for each violation, and how many events were published
 */
export async function checkWhenIdle(
  stack: MixedStack,
  accepted: ObservedState['accepted'],
  {
    ran10 = false,
    unread = [],
    ignoresAssigned = false,
  }: { ran10?: boolean; unread?: readonly string[]; ignoresAssigned?: boolean } = {},
): Promise<{ violations: string[]; events: number }> {
  const observed = { ...stack, peer: withoutPending(stack.peer, unread) };
  const { state, busy } = await readWhenIdle(observed, idleWithinMs, () => readObservedState(observed, accepted));
  const isIgnored = (text: string) => ignoresAssigned && text.startsWith('payouts-schedule lost schedule.assigned');
  const invariants = checkInvariants({
    ...withoutPeople(state),
    ...(ran10 && { createdBy10: assignmentsOf10(state) }),
  })
    .filter(({ text }) => !isIgnored(text))
    .map(({ invariant, text }) => `${invariant}: ${text}`);
  const dead = state.deadLetters.map(({ consumer, eventId }) => `dead letter of ${consumer}: ${eventId}`);
  return {
    violations: [...(busy ? [busy] : []), ...invariants, ...dead, ...(await checkMoney(stack))],
    events: Object.values(state.streams).flat().length,
  };
}

function withoutPending(peer: NatsPeer, durables: readonly string[]): NatsPeer {
  const consumers = async () =>
    (await peer.consumers()).map((each) => (durables.includes(each.name) ? { ...each, num_pending: 0 } : each));
  return { ...peer, consumers };
}

function assignmentsOf10({ scheduling }: ObservedState): Set<string> {
  const since11 = new Set(scheduling.timeline.filter(({ version }) => version === 0).map(({ id }) => id));
  return new Set(scheduling.assignments.map(({ id }) => id).filter((id) => !since11.has(id)));
}

/** The invariants are about assignments and payouts. */
function withoutPeople(state: ObservedState): ObservedState {
  const SCHEDULE = state.streams.SCHEDULE.filter(({ event }) => event.type.startsWith('schedule.'));
  const outbox = state.scheduling.outbox.filter(({ type }) => type.startsWith('schedule.'));
  return { ...state, scheduling: { ...state.scheduling, outbox }, streams: { ...state.streams, SCHEDULE } };
}
