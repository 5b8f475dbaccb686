import { once } from 'node:events';
import type { EventLog, PassingEvent } from './event-log.ts';
import type { Screen } from './screen.ts';
import { newTrace } from './trace.ts';

/** The journey did not go as it should; the message is one line that a person understands. */
export class StoryError extends Error {
  override readonly name = 'StoryError';
}

export type Trace = ReturnType<typeof newTrace>;

export type StoryStep = {
  /** Sent with each request of the step. */
  readonly headers: Trace['headers'];
  /** Waits for an event, of the step's own trace, that matches. */
  passes<T extends PassingEvent['type']>(type: T, matches: (event: EventOfType<T>) => boolean): Promise<void>;
  /** Fails the step unless it is so. */
  check(isSo: boolean, otherwise: string): void;
};

export type EventOfType<T> = Extract<PassingEvent, { type: T }>;

export type Narrator = {
  /** Says what happens and makes it happen. Answers what `act` answers. */
  step<S>(text: string, act: (step: StoryStep) => Promise<S>, trace?: Trace): Promise<S>;
};

const stepWithinMs = 30_000;

/**
 * Plays a story step by step: each is shown, has a time limit, and ends the story with its reason
 * when it fails.
 */
export function createNarrator(deps: { screen: Screen; events: EventLog; signal?: AbortSignal }): Narrator {
  const { screen, events, signal } = deps;
  return {
    step: async (text, act, trace = newTrace()) => {
      screen.step(text, trace.traceId);
      const limit = AbortSignal.timeout(stepWithinMs);
      const overdue = signal ? AbortSignal.any([limit, signal]) : limit;
      const step: StoryStep = {
        headers: trace.headers,
        passes: (type, matches) => passes(events, { type, matches, traceId: trace.traceId }, overdue),
        check: (isSo, otherwise) => {
          if (!isSo) throw new StoryError(otherwise);
        },
      };
      try {
        return await Promise.race([act(step), failure(overdue)]);
      } catch (error) {
        throw new StoryError(`${text}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    },
  };
}

async function passes<T extends PassingEvent['type']>(
  events: EventLog,
  wanted: { type: T; matches: (event: EventOfType<T>) => boolean; traceId: string },
  overdue: AbortSignal,
): Promise<void> {
  const isWanted = (event: PassingEvent) => isOfType(event, wanted.type) && wanted.matches(event);
  const event = await events.next(isWanted, overdue).catch(() => {
    throw new StoryError(`no expected ${wanted.type} within ${stepWithinMs / 1000} s`);
  });
  if (event.traceparent?.split('-')[1] !== wanted.traceId) {
    throw new StoryError(`${wanted.type} is not part of trace ${wanted.traceId}`);
  }
}

/** Fails when the time for a step is over, whatever it is waiting for. */
async function failure(overdue: AbortSignal): Promise<never> {
  if (!overdue.aborted) await once(overdue, 'abort');
  throw new StoryError(`not finished within ${stepWithinMs / 1000} s`);
}

function isOfType<T extends PassingEvent['type']>(event: PassingEvent, type: T): event is EventOfType<T> {
  return event.type === type;
}
