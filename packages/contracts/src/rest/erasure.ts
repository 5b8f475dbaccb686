import { z } from 'zod';
import { sample } from '../samples.ts';
import { Instant, Uuid } from '../scalars.ts';
import { requiredText } from '../text.ts';
import { requestBody } from './request-body.ts';

/** Why a person is erased. Kept in the record of the erasure, so without the person's name. */
export const ErasePersonBody = requestBody({
  reason: requiredText(500).describe('Kept in the record of the erasure, so without the name of the person'),
}).meta({
  id: 'ErasePersonBody',
  description: 'Why a person is erased',
  examples: [{ reason: 'Request 4711 of 28 November' }],
});
export type ErasePersonBody = z.infer<typeof ErasePersonBody>;

const Counts = z.record(z.string(), z.int());

/** Where one service stands with the erasure of a person. */
export const Erasure = z
  .strictObject({
    personId: Uuid.describe('The person'),
    service: z.enum(['scheduling', 'payouts']).describe('Which service this is about'),
    at: Instant.nullable().meta({ description: 'Of the latest erasure; null without one' }),
    finishedAt: Instant.nullable().meta({ description: 'Null until this service has finished' }),
    erased: Counts.meta({ description: 'Rows whose texts the latest erasure replaced, by table' }),
    left: Counts.nullable().meta({
      description:
        'Rows with texts that an erasure would replace now, by table; null unless asked for with `count=true`',
    }),
  })
  .meta({
    id: 'Erasure',
    description: 'The erasure of a person in one service',
    examples: [
      {
        personId: sample.customerId,
        service: 'scheduling',
        at: sample.changedAt,
        finishedAt: '2026-11-28T09:30:02.000Z',
        erased: { job: 2, assignment: 3, assignment_timeline: 7, outbox: 7, idempotency_key: 0 },
        left: { job: 0, assignment: 0, assignment_timeline: 0, outbox: 0, idempotency_key: 0 },
      },
    ],
  });
export type Erasure = z.infer<typeof Erasure>;
