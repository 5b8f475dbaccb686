import { z } from 'zod';
import { sample } from '../samples.ts';
import { Instant, Uuid } from '../scalars.ts';
import { defineEvent, type EventFamily, type EventOf, sequenceText } from './define-event.ts';

/** Who was erased, and from when on: texts that are older than `at` must go, later ones are new. */
export const PersonErasedData = z.strictObject({
  personId: Uuid.describe('The user whose texts are erased'),
  at: Instant.describe('Texts older than this must go'),
});
export type PersonErasedData = z.infer<typeof PersonErasedData>;

const personFamily: EventFamily<PersonErasedData> = {
  source: '/scheduling',
  stream: 'SCHEDULE',
  common: PersonErasedData,
  aggregateOf: (data) => data.personId,
  sequenceOf: () => undefined,
};

export const personErased = defineEvent(personFamily, {
  type: 'person.erased',
  summary:
    'Texts written by or about a person are erased. Subscribers erase their own copies; ids, times and money stay.',
  data: PersonErasedData,
  example: { personId: sample.customerId, at: sample.changedAt },
});
export type PersonErased = EventOf<typeof personErased>;

/**
 * The event of one erasure.
 * @param event.sequence counts the erasures of this person
 */
export function makePersonErased(event: {
  id: string;
  sequence: number;
  data: PersonErasedData;
  traceparent?: string | undefined;
}): PersonErased {
  const { id, sequence, data, traceparent } = event;
  return personErased.strict.parse({
    ...personErased.example,
    id,
    subject: data.personId,
    partitionkey: data.personId,
    time: data.at,
    sequence: sequenceText(sequence),
    traceparent,
    data,
  });
}
