import { firstOfEach } from './first-of-each.ts';
import type { Effect, Message, ObservedState } from './state.ts';

/**
 * I4: an event has at most one effect at each consumer, and a reminder is sent at most once. One that
 * announces a window also is when the window is said again under another version.
 */
export function oneEffect({ scheduling, payouts, streams }: ObservedState): string[] {
  const sent = firstOfEach(streams.REMINDER).filter(({ event }) => event.type === 'reminder.due');
  return [
    ...moreThanOnce([...scheduling.effects, ...payouts.effects].map(name)).map(
      ([what, times]) => `${what} took effect ${times} times`,
    ),
    ...moreThanOnce(sent.map(({ event }) => event.data.reminderId ?? '')).map(
      ([what, times]) => `reminder ${what} was sent ${times} times`,
    ),
    ...moreThanOnce(sent.filter(({ event }) => event.data.kind?.startsWith('upcoming')).map(announced)).map(
      ([what, times]) => `${what} was sent ${times} times`,
    ),
    ...moreThanOnce(payouts.payouts.map(({ assignmentId }) => assignmentId)).map(
      ([what, times]) => `assignment ${what} has ${times} payouts`,
    ),
  ];
}

function announced({ event: { subject, data } }: Message): string {
  return `${data.kind} of assignment ${subject} for ${data.window?.start}`;
}

function name({ consumer, eventId }: Effect): string {
  return `event ${eventId} at ${consumer}`;
}

function moreThanOnce(names: readonly string[]): [name: string, times: number][] {
  return [...Map.groupBy(names, (each) => each)]
    .map(([each, all]): [string, number] => [each, all.length])
    .filter(([, times]) => times > 1);
}
