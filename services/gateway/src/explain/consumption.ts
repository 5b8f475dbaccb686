import type { ConsumedEvent, Follows, OutboxEvent } from '@punctual/contracts';

/** How far a durable consumer has come on its stream. */
export type ConsumerPlace = {
  name: string;
  /** The subjects that it takes; none: all. */
  filters: readonly string[];
  /** Every message up to here is done with. */
  ackFloor: number;
  /** Messages up to here have been delivered at least once. */
  delivered: number;
};

/** A dead letter: whose it is, and which message it is a copy of. */
export type Letter = {
  sequence: number;
  consumer: string;
  reason: string;
  at: string;
  /** Undefined when the body cannot be read. */
  eventId: string | undefined;
  origin: { stream: string; sequence: number };
};

export type Facts = { stream: string; places: readonly ConsumerPlace[]; letters: readonly Letter[] };

/**
 * What became of an event at each durable consumer of its stream. A dead letter says most; then the consumer's own record; then its
 * place on the stream, which cannot tell one message from the others between its two ends.
 */
export function consumption(event: OutboxEvent, facts: Facts, follows: readonly Follows[]): ConsumedEvent[] {
  if (event.publishedAt === null) return [];
  return facts.places
    .filter(({ filters }) => filters.length === 0 || filters.some((filter) => covers(filter, event.type)))
    .flatMap((place): ConsumedEvent[] => {
      const consumer = place.name;
      const letter = facts.letters.findLast((one) => one.consumer === consumer && isOf(one, event, facts.stream));
      if (letter) {
        const { sequence, reason, at } = letter;
        return [{ consumer, state: 'DEAD', deadLetter: { sequence, reason, at } }];
      }
      const known = follows.find((one) => one.consumer === consumer)?.version ?? -1;
      if (known >= event.version) return [{ consumer, state: 'APPLIED', deadLetter: null }];
      // Published before rows kept their place: where the consumer stands says nothing of it.
      if (event.streamSequence === null) return [];
      return [{ consumer, state: stateAt(place, event.streamSequence), deadLetter: null }];
    });
}

function stateAt({ ackFloor, delivered }: ConsumerPlace, sequence: number): ConsumedEvent['state'] {
  if (sequence <= ackFloor) return 'ACKED';
  return sequence <= delivered ? 'DELIVERED' : 'PENDING';
}

/** By the event's id, or, for a body that nobody can read, by its place. */
function isOf({ eventId, origin }: Letter, { id, streamSequence }: OutboxEvent, stream: string): boolean {
  if (eventId !== undefined) return eventId === id;
  return origin.stream === stream && origin.sequence === streamSequence;
}

/** Whether a NATS subject with wildcards takes in a subject. */
function covers(filter: string, subject: string): boolean {
  const tokens = subject.split('.');
  const wanted = filter.split('.');
  if (wanted.at(-1) === '>') {
    return tokens.length >= wanted.length && wanted.slice(0, -1).every((token, at) => matches(token, tokens[at]));
  }
  return tokens.length === wanted.length && wanted.every((token, at) => matches(token, tokens[at]));
}

function matches(wanted: string, token: string | undefined): boolean {
  return wanted === '*' || wanted === token;
}
