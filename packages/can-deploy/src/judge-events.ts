import { reasonOf } from '@punctual/chassis';
import {
  type BreakingChange,
  breakingChanges,
  fieldsOf,
  isConsumed,
  readsField,
  type ServiceContract,
} from '@punctual/contracts/compatibility';
import { type Finding, nameOf } from './finding.ts';
import type { Reader } from './readers.ts';

/**
 * What running consumers lose when the candidate publishes.
 * @param present running instances of the service
 */
export function judgePublisher(
  candidate: ServiceContract,
  present: readonly ServiceContract[],
  readers: readonly Reader[],
): Finding[] {
  const types = new Set([...candidate.publishes, ...present.flatMap(({ publishes }) => publishes)]);
  const lossesOf = (reader: Reader): Finding[] =>
    [...types]
      .filter((type) => isConsumed(reader.use, type))
      .flatMap((type) => {
        const now = candidate.publishes.includes(type) ? candidate.shapes[type] : undefined;
        const known = reader.shapes ? [reader.shapes[type]] : present.map(({ shapes }) => shapes[type]);
        return known.flatMap((was) => (was ? breakingChanges(was, now) : []));
      })
      .filter((change) => isHit(reader, change))
      .map((change) => ({
        kind: 'breaks',
        part: reader.part,
        what: `${reader.use.consumer} reads ${whereOf(change)}, which ${inWords(change, 'it')}.`,
        remedy:
          change.field === undefined
            ? `Publish ${change.event} as before, beside its successor, until ${reader.part} no longer reads it.`
            : `Publish ${change.field} as before until ${reader.part} no longer reads it, or deploy a version of that first.`,
      }));
  return readers.flatMap((reader) => unlessUnreadable(reader.part, () => lossesOf(reader)));
}

/**
 * What the candidate would miss in the events of running publishers.
 * @param running instances of other services
 */
export function judgeConsumer(candidate: ServiceContract, running: readonly ServiceContract[]): Finding[] {
  return Object.entries(candidate.consumes).flatMap(([consumer, use]) => {
    const reader: Reader = { part: nameOf(candidate), use: { consumer, ...use }, shapes: candidate.shapes };
    return [
      ...running.flatMap((publisher) => unlessUnreadable(nameOf(publisher), () => refusedEvents(reader, publisher))),
      ...absentEvents(reader, running),
      ...unlessUnreadable(reader.part, () => absentFields(reader, running)),
    ];
  });
}

/** Schemas come from outside: they may refer to nothing, or to themselves. */
function unlessUnreadable(part: string, judge: () => Finding[]): Finding[] {
  try {
    return judge();
  } catch (error) {
    const what = `announces schemas that cannot be compared: ${reasonOf(error)}`;
    return [{ kind: 'unknown', part, what, remedy: 'Find out what it is, and ask again without it.' }];
  }
}

function refusedEvents(reader: Reader, publisher: ServiceContract): Finding[] {
  return publisher.publishes
    .filter((type) => isConsumed(reader.use, type))
    .flatMap((type) => {
      const [expected, sent] = [reader.shapes?.[type], publisher.shapes[type]];
      return expected && sent ? breakingChanges(expected, sent) : [];
    })
    .filter((change) => isHit(reader, change))
    .map((change) => ({
      kind: 'breaks',
      part: nameOf(publisher),
      what: `${reader.use.consumer} reads ${whereOf(change)}, which ${inWords(change, 'the new version')}.`,
      remedy: `Deploy a ${publisher.service} that sends it first, or let ${reader.use.consumer} do without it.`,
    }));
}

/** Types that are named one by one and that nobody publishes. */
function absentEvents({ use }: Reader, running: readonly ServiceContract[]): Finding[] {
  const published = new Set(running.flatMap(({ publishes }) => publishes));
  return use.events
    .filter((event) => ![...published].some((type) => isConsumed({ ...use, events: [event] }, type)))
    .map((event) => ({
      kind: 'breaks',
      part: use.consumer,
      what: `${use.consumer} reads ${event}, which no running service publishes.`,
      remedy: 'Deploy its publisher first.',
    }));
}

/** Declared fields that no consumed event has. */
function absentFields({ use }: Reader, running: readonly ServiceContract[]): Finding[] {
  const sent = running.flatMap(({ publishes, shapes }) =>
    publishes.filter((type) => isConsumed(use, type)).map((type) => shapes[type]),
  );
  if (sent.length === 0) return [];
  const fields = new Set(sent.flatMap((shape) => (shape ? [...fieldsOf(shape.schema)] : [])));
  return use.fields
    .filter((field) => !fields.has(field))
    .map((field) => ({
      kind: 'breaks',
      part: use.consumer,
      what: `${use.consumer} reads ${field}, which no running service sends in ${use.events.join(', ')}.`,
      remedy: `Deploy the publisher that sends ${field} first.`,
    }));
}

/**
 * Whether a reader of the former shape notices a change: its schema refuses the event, or it reads a
 * field that is no longer sent.
 */
function isHit({ use, shapes }: Reader, { field, refusedBy }: BreakingChange): boolean {
  if (refusedBy === 'present') return false;
  const validates = shapes !== undefined && refusedBy !== 'neither';
  return validates || readsField(use, field);
}

const whereOf = ({ event, field }: BreakingChange) => (field === undefined ? event : `${field} of ${event}`);

function inWords({ what }: BreakingChange, reader: string): string {
  return what
    .replace(/readers of the release (refuse|require)/, `${reader} $1s`)
    .replace('was removed or renamed', 'would not be sent');
}
