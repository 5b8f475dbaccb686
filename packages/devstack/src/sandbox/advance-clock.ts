import { setTimeout as delay } from 'node:timers/promises';
import type { StackState } from './stack-state.ts';

export type Clock = {
  now(): Temporal.Instant;
  /** Moves the clocks of all processes forward by this many milliseconds. */
  move(byMs: number): Promise<void>;
};

const settledFor = 3;
const lookEveryMs = 50;
/** The stack is not kept waiting for a server that is down. */
const settlesWithinMs = 60_000;

/**
 * Advances the clock to `target`, and stops at each moment when something happens by itself, until
 * it has happened: so reminders are sent on time, as in life.
 * @throws Error when the stack does not settle
 */
export async function advanceClock(clock: Clock, state: StackState, target: Temporal.Instant): Promise<void> {
  await untilSettled(clock, state);
  while (Temporal.Instant.compare(clock.now(), target) < 0) {
    const stop = (await state.nextMoment(clock.now(), target)) ?? target;
    await clock.move(Math.max(0, stop.epochMilliseconds - clock.now().epochMilliseconds));
    await untilSettled(clock, state);
  }
}

/**
 * One look is not enough: a change that has just been made may be between two services.
 */
async function untilSettled(clock: Clock, state: StackState): Promise<void> {
  const giveUpAt = performance.now() + settlesWithinMs;
  for (let inARow = 0; inARow < settledFor; await delay(lookEveryMs)) {
    inARow = (await state.isSettled(clock.now())) ? inARow + 1 : 0;
    if (performance.now() > giveUpAt) throw new Error('The stack is still busy with what is due now.');
  }
}
