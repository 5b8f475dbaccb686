import { z } from 'zod';
import { EventType, scheduleEvents } from '../events/catalog.ts';
import { CloudEventEnvelope } from '../events/cloud-event.ts';
import { sample } from '../samples.ts';
import { ChangeData } from './change-data.ts';

const { data, ...envelope } = scheduleEvents['schedule.confirmed'].example;

/** An event of an assignment or a payout, as the caller may see it. */
export const Change = CloudEventEnvelope.extend({
  type: EventType.describe('Type of the event'),
  data: ChangeData.meta({
    id: 'ChangeData',
    description:
      'The fields of this `type`; `dataschema` names their JSON Schema. The customer of a payout gets only ' +
      '`payoutId`, `assignmentId`, `jobId`, `customerId`, `providerId`, `version` and `status` of `payout.*`',
  }).describe('What happened'),
}).meta({ id: 'Change', description: 'A CloudEvent', examples: [{ ...envelope, data: { ...data } }] });
export type Change = z.infer<typeof Change>;

/** Unlike other lists it has no last page: `nextCursor` is always a position to go on from. */
export const ChangePage = z
  .strictObject({
    items: z.array(Change).describe('The next events, oldest first; possibly none'),
    nextCursor: z.string().meta({ description: 'The position after these changes; also a valid `Last-Event-ID`' }),
  })
  .meta({
    id: 'ChangePage',
    description: 'Events and the position after them',
    examples: [
      {
        items: Change.meta()?.examples ?? [],
        nextCursor: sample.position,
      },
    ],
  });
export type ChangePage = z.infer<typeof ChangePage>;
