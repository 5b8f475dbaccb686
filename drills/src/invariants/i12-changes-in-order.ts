import type { FeedSegment, FeedSession, FeedStream, ReceivedEvent } from '../history/feed-session.ts';
import type { Message, ObservedState } from './state.ts';

const streamNames: readonly FeedStream[] = ['SCHEDULE', 'REMINDER', 'PAYOUT'];

/**
 * I12: live changes come in the order of each stream. A client that resumes misses nothing and gets
 * nothing twice, until its position is refused. In the end everybody has everything. A message that
 * repeats an event of its stream may be left out.
 */
export function changesInOrder({ clients, streams }: Pick<ObservedState, 'clients' | 'streams'>): string[] {
  const all = streamNames.flatMap((name) => findLives(name, streams[name]));
  return clients.feeds.flatMap((session, number) => {
    const hadSince = firstReceipts(session);
    return session.segments
      .flatMap((segment) => all.flatMap((life) => findFaults({ ...session, hadSince }, segment, life)))
      .map((fault) => `follower ${number + 1} (${session.form}) of the feed ${fault}`);
  });
}

/** A stream from its creation until its deletion. */
type StreamLife = {
  name: FeedStream;
  messages: readonly Message[];
  /** A stream may have an event more than once. */
  placesOf: ReadonlyMap<string, number[]>;
  /** Events that were received from then on, and before `until`, are from this life. */
  from: number;
  until: number;
};

/** The sequences of a stream that was created again begin again. */
function findLives(name: FeedStream, messages: readonly Message[]): StreamLife[] {
  const begins = [0, ...messages.keys().filter((place) => seqAt(messages, place) <= seqAt(messages, place - 1))];
  const timeAt = (begin: number | undefined) =>
    begin === undefined ? Number.POSITIVE_INFINITY : (messages[begin]?.at.getTime() ?? 0);
  return begins.map((begin, life) => {
    const own = messages.slice(begin, begins[life + 1]);
    const from = life === 0 ? 0 : timeAt(begin);
    return { name, messages: own, placesOf: placesById(own), from, until: timeAt(begins[life + 1]) };
  });
}

function seqAt(messages: readonly Message[], place: number): number {
  return messages[place]?.seq ?? Number.NEGATIVE_INFINITY;
}

function placesById(messages: readonly Message[]): Map<string, number[]> {
  const placesOf = new Map<string, number[]>();
  for (const [place, { event }] of messages.entries()) {
    const places = placesOf.get(event.id);
    if (places) places.push(place);
    else placesOf.set(event.id, [place]);
  }
  return placesOf;
}

function findFaults(
  session: FeedSession & { hadSince: ReadonlyMap<string, number> },
  { from, isExpired, received }: FeedSegment,
  { name, messages, placesOf, ...life }: StreamLife,
): string[] {
  const faults: string[] = [];
  let next = 0;
  /** What had to come from `next` until a place. Before the first event only what came after the start. */
  const missedUntil = (until: number, isBegun: boolean) =>
    messages.slice(next, until).filter(({ event, at }, index) => {
      const isRepeat = placesOf.get(event.id)?.[0] !== next + index;
      const isKnown = (session.hadSince.get(event.id) ?? Number.POSITIVE_INFINITY) < at.getTime();
      return !isRepeat && !isKnown && sees(session, event) && (isBegun || at.getTime() > from);
    });
  for (const event of received.filter(({ stream, at }) => stream === name && at >= life.from && at < life.until)) {
    const places = (placesOf.get(event.id) ?? []).filter((place) => wasThere(messages[place], event));
    const place = places.find((each) => each >= next);
    if (place !== undefined) {
      const missed = missedUntil(place, next > 0);
      if (missed.length > 0 && !isExpired) faults.push(`left out ${describe(missed)} before ${event.type} ${event.id}`);
      next = place + 1;
    } else if (places.length > 0) faults.push(`showed ${event.type} ${event.id} of ${name} again, or too late`);
  }
  const isOver = isExpired || life.until < Number.POSITIVE_INFINITY;
  const lacking = isOver ? [] : missedUntil(messages.length, false);
  if (lacking.length > 0) faults.push(`lacks ${describe(lacking)}, and had ${session.latest} at last`);
  return faults;
}

/** When the client first received each event. */
function firstReceipts({ segments }: FeedSession): Map<string, number> {
  const first = new Map<string, number>();
  for (const { id, at } of segments.flatMap(({ received }) => received)) {
    first.set(id, Math.min(at, first.get(id) ?? Number.POSITIVE_INFINITY));
  }
  return first;
}

/**
 * Whether the event can have been received from this message. An event that a stream lost and got
 * again is stored later than clients received it the first time.
 */
function wasThere(message: Message | undefined, { at }: ReceivedEvent): boolean {
  return message !== undefined && message.at.getTime() <= at;
}

function sees({ userId }: FeedSession, { data }: Message['event']): boolean {
  return userId === undefined || data.customerId === userId || data.providerId === userId;
}

function describe(messages: readonly Message[]): string {
  const [first] = messages;
  if (!first) return 'nothing';
  const others = messages.length > 1 ? ` and ${messages.length - 1} more` : '';
  return `${first.event.type} ${first.event.id} (${first.stream} ${first.seq})${others}`;
}
