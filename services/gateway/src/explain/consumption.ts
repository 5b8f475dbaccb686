import type { ConsumedEvent, Follows, OutboxEvent } from '@punctual/contracts';

/** How far a durable consumer has come in its stream. */
export type ConsumerPosition = {
  name: string;
  /** The subjects that it consumes; all if there are none. */
  filters: readonly string[];
  /** Every message up to here was acknowledged. */
  ackFloor: number;
  /** Every message up to here was delivered at least once. */
  delivered: number;
};

/** A dead letter: whose it is, and which message it copies. */
export type DeadLetterFacts = {
  sequence: number;
  consumer: string;
  reason: string;
  at: string;
  /** Undefined when the body cannot be read. */
  eventId: string | undefined;
  origin: { stream: string; sequence: number };
};

export type StreamFacts = {
  stream: string;
  positions: readonly ConsumerPosition[];
  deadLetters: readonly DeadLetterFacts[];
};

/**
 * Says what each durable consumer of its stream did with an event. A dead letter says most, then
 * the consumer's own record, then its position. Between the two ends of a position, messages
 * cannot be distinguished.
 */
export function consumption(event: OutboxEvent, facts: StreamFacts, follows: readonly Follows[]): ConsumedEvent[] {
  if (event.publishedAt === null) return [];
  return facts.positions
    .filter(({ filters }) => filters.length === 0 || filters.some((filter) => covers(filter, event.type)))
    .flatMap((position): ConsumedEvent[] => {
      const consumer = position.name;
      const deadLetter = facts.deadLetters.findLast(
        (one) => one.consumer === consumer && isOf(one, event, facts.stream),
      );
      if (deadLetter) {
        const { sequence, reason, at } = deadLetter;
        return [{ consumer, state: 'DEAD', deadLetter: { sequence, reason, at } }];
      }
      const known = follows.find((one) => one.consumer === consumer)?.version ?? -1;
      if (known >= event.version) return [{ consumer, state: 'APPLIED', deadLetter: null }];
      // Published before rows stored their sequence, so the consumer's position says nothing.
      if (event.streamSequence === null) return [];
      return [{ consumer, state: stateAt(position, event.streamSequence), deadLetter: null }];
    });
}

function stateAt({ ackFloor, delivered }: ConsumerPosition, sequence: number): ConsumedEvent['state'] {
  if (sequence <= ackFloor) return 'ACKED';
  return sequence <= delivered ? 'DELIVERED' : 'PENDING';
}

/** Compares ids, or, for a body that cannot be read, the sequence. */
function isOf({ eventId, origin }: DeadLetterFacts, { id, streamSequence }: OutboxEvent, stream: string): boolean {
  if (eventId !== undefined) return eventId === id;
  return origin.stream === stream && origin.sequence === streamSequence;
}

/** Whether a NATS subject with wildcards matches a subject. */
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
