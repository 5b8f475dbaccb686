import { z } from 'zod';
import { lenient } from '../lenient.ts';
import { sample } from '../samples.ts';
import { type CloudEvent, CloudEventEnvelope, type EventSource } from './cloud-event.ts';
import type { StreamName } from './streams.ts';

/** Everything there is to say about one type of event. The NATS subject is the type. */
export type EventContract<T extends string = string, D = unknown> = {
  readonly type: T;
  readonly summary: string;
  readonly source: EventSource;
  readonly stream: StreamName;
  /** Names the published JSON Schema of `data`. */
  readonly dataschema: string;
  readonly data: z.ZodType<D>;
  /** What all events of its family say; an event may narrow a field, which keeps its description. */
  readonly common: z.ZodObject;
  /** What a producer must keep to: nothing missing, nothing unknown. */
  readonly strict: z.ZodType<CloudEvent<T, D>>;
  /** What a reader needs: unknown fields are dropped. */
  readonly lenient: z.ZodType<CloudEvent<T, D>>;
  readonly example: CloudEvent<T, D>;
};

export type EventOf<C> = C extends EventContract<infer T, infer D> ? CloudEvent<T, D> : never;
export type DataOf<C> = C extends EventContract<string, infer D> ? D : never;

/** What the events of one producer have in common. */
export type EventFamily<D> = {
  readonly source: EventSource;
  readonly stream: StreamName;
  readonly common: z.ZodObject;
  /** The id of the aggregate that they are about: an assignment, or a person. */
  readonly aggregateOf: (data: D) => string;
  /** The version of the aggregate; undefined when the data do not say it. */
  readonly sequenceOf: (data: D) => number | undefined;
};

/**
 * Makes the contract of one event (major version 1) from the strict shape of its data and one
 * example of it.
 */
export function defineEvent<const T extends string, FamilyData, D extends FamilyData>(
  family: EventFamily<FamilyData>,
  definition: { type: T; summary: string; data: z.ZodType<D>; example: NoInfer<D> },
): EventContract<T, D> {
  const { source, stream, common, aggregateOf, sequenceOf } = family;
  const { type, data, example } = definition;
  const dataschema = `https://punctual.example/schemas/${type}.v1.json`;
  const envelope = CloudEventEnvelope.extend({ source: z.literal(source), type: z.literal(type), data });
  const agrees = ({ data, subject, partitionkey, sequence }: z.output<typeof envelope>) => {
    const version = sequenceOf(data);
    const isOfVersion = version === undefined || sequence === sequenceText(version);
    return subject === aggregateOf(data) && partitionkey === aggregateOf(data) && isOfVersion;
  };
  return {
    ...definition,
    source,
    stream,
    common,
    dataschema,
    strict: envelope
      .extend({ dataschema: z.literal(dataschema) })
      .refine(agrees, 'subject, partitionkey and sequence must be those of the data'),
    lenient: lenient(envelope),
    example: {
      specversion: '1.0',
      id: sample.eventId,
      source,
      type,
      subject: aggregateOf(example),
      time: sample.changedAt,
      datacontenttype: 'application/json',
      dataschema,
      sequence: sequenceText(sequenceOf(example) ?? 1),
      partitionkey: aggregateOf(example),
      traceparent: sample.traceparent,
      data: example,
    },
  };
}

/** An aggregate's version as an event carries it: ten decimal digits. */
export const sequenceText = (version: number): string => String(version).padStart(10, '0');
