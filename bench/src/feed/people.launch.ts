import { nextMessage, startChild, stopChild } from '../child.ts';
import type { Ask, Person, Report } from './people.ts';

export type People = {
  open(url: string, people: Person[]): Promise<void>;
  leave(): Promise<void>;
  return(): Promise<void>;
  report(events: number): Promise<Report>;
  stop(): Promise<void>;
};

/** Starts the process in which people follow their feeds. */
export function startPeople(): People {
  const child = startChild(new URL('people.child.ts', import.meta.url));
  const send = async <T>(ask: Ask): Promise<T> => {
    const answer = nextMessage<{ done: T } | { failure: string }>(child);
    child.send(ask);
    const reply = await answer;
    if ('failure' in reply) throw new Error(reply.failure);
    return reply.done;
  };
  return {
    open: (url, people) => send({ do: 'open', url, people }),
    leave: () => send({ do: 'leave' }),
    return: () => send({ do: 'return' }),
    report: (events) => send({ do: 'report', events }),
    stop: () => stopChild(child),
  };
}
