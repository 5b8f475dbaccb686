import { z } from 'zod';
import { sample } from '../samples.ts';
import { Instant, Money, TimeZone, Uuid, Version } from '../scalars.ts';
import { line, requiredLine, text } from '../text.ts';
import { page } from './page.ts';
import { requestBody } from './request-body.ts';

export const JobStatus = z
  .enum(['OPEN', 'ASSIGNED', 'DONE', 'CANCELLED'])
  .meta({ id: 'JobStatus', description: '`ASSIGNED` to a provider; `DONE` when the work is completed' });
export type JobStatus = z.infer<typeof JobStatus>;

/**
 * What follows when a provider is released: ask for quotes again, or invite the next of the queue
 * (design §4.4).
 */
export const RejectionPolicy = z.enum(['REOPEN_QUOTES', 'INVITE_NEXT']).meta({
  id: 'RejectionPolicy',
  description: 'What follows when a provider is released: ask for quotes again, or invite the next of `providerQueue`',
});
export type RejectionPolicy = z.infer<typeof RejectionPolicy>;

const Latitude = z.number().min(-90).max(90).meta({ description: 'Degrees, WGS 84' });
const Longitude = z.number().min(-180).max(180).meta({ description: 'Degrees, WGS 84' });
const Minutes = z.int().min(30).max(20_160);

/** Where the work is done. */
export const JobLocation = z
  .strictObject({
    label: z.string().describe('The place in words, such as an address'),
    latitude: Latitude.nullable(),
    longitude: Longitude.nullable(),
  })
  .meta({ id: 'JobLocation', description: 'Where the work is done' });
export type JobLocation = z.infer<typeof JobLocation>;

export const Job = z
  .strictObject({
    id: Uuid.describe('The job'),
    customerId: Uuid.describe('Who wants it done'),
    title: z.string().describe('One line'),
    description: z.string().nullable().describe('What is to be done; may have line breaks'),
    location: JobLocation.nullable().describe('Where it is done'),
    durationMinutes: Minutes.nullable().meta({ description: 'How long the work takes, as the customer expects' }),
    reference: z.string().nullable().meta({ description: "The marketplace's own id" }),
    metadata: z.record(z.string(), z.string()).meta({ description: "The marketplace's own values" }),
    timezone: TimeZone,
    price: Money.describe('What the provider is paid'),
    status: JobStatus.describe('Where it stands'),
    rejectionPolicy: RejectionPolicy.describe('What follows when a provider is released'),
    providerQueue: z.array(Uuid).meta({ description: 'For its customer and ops; empty for others' }),
    currentAssignmentId: Uuid.nullable().describe('The open or last assignment; null while it is open'),
    version: Version.meta({ description: 'Number of changes; the `ETag`' }),
    createdAt: Instant.describe('When it was created'),
    updatedAt: Instant.describe('When it last changed'),
  })
  .meta({
    id: 'Job',
    description: 'What a customer wants done',
    examples: [
      {
        id: sample.jobId,
        customerId: sample.customerId,
        title: 'The kitchen tap leaks',
        ...sample.job,
        timezone: 'Europe/Berlin',
        price: sample.price,
        status: 'ASSIGNED',
        rejectionPolicy: 'INVITE_NEXT',
        providerQueue: [sample.nextProviderId],
        currentAssignmentId: sample.assignmentId,
        version: 1,
        createdAt: sample.createdAt,
        updatedAt: sample.changedAt,
      },
    ],
  });
export type Job = z.infer<typeof Job>;

export const JobPage = page('JobPage', Job);
export type JobPage = z.infer<typeof JobPage>;

/**
 * What `Intl` still lists, and nobody can be paid in: ISO 4217 has withdrawn the first six (ANG
 * 2025, BGN 2026, CUC 2021, HRK 2023, SLL 2024, ZWL 2024); the last two are units of account
 * between states. Metals, funds, XTS and XXX it does not list.
 */
const notPayable = new Set(['ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL', 'XDR', 'XSU']);

// Asked once: the list is long, and the same for the life of a process.
const payable = new Set(Intl.supportedValuesOf('currency').filter((code) => !notPayable.has(code)));

const Price = Money.refine(({ currency }) => payable.has(currency), {
  error: 'not an ISO 4217 currency that is in use',
  path: ['currency'],
});

// Without `uniqueItems` in the document: Swift would read a set, which loses the order.
const ProviderQueue = z
  .array(Uuid)
  .max(100)
  .refine((ids) => new Set(ids).size === ids.length, 'each provider at most once');

/** Coordinates come together or not at all. */
const Place = requestBody({
  label: requiredLine(200).describe('The place in words, such as an address'),
  latitude: Latitude.optional(),
  longitude: Longitude.optional(),
})
  .refine(({ latitude, longitude }) => (latitude === undefined) === (longitude === undefined), {
    error: 'latitude and longitude come together',
    path: ['longitude'],
  })
  .meta({ id: 'JobLocationBody', description: 'Where the work is done. Coordinates come together or not at all' });

/** Without `__proto__`, which an object cannot have as an ordinary key: a record would drop it. */
const Metadata = z.preprocess(
  (value, { addIssue }) => {
    const hasProto = typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__');
    if (hasProto) addIssue({ code: 'custom', message: 'cannot be a key', path: ['__proto__'] });
    return value;
  },
  z
    .record(requiredLine(40), line(500), {
      error: ({ code }) => (code === 'invalid_key' ? 'a key is one line of 1 to 40 characters' : undefined),
    })
    .refine((values) => Object.keys(values).length <= 20, 'at most 20 keys')
    .meta({ maxProperties: 20 }),
);

const details = {
  title: requiredLine(200).describe('One line'),
  description: text(2000).describe('What is to be done; may have line breaks'),
  location: Place.describe('Where it is done'),
  durationMinutes: Minutes.describe('How long the work takes, as the customer expects'),
  reference: requiredLine(100).describe("The marketplace's own id; searchable"),
  metadata: Metadata.describe("The marketplace's own values: at most 20 keys of 40 characters"),
  price: Price.describe('What the provider is paid'),
  rejectionPolicy: RejectionPolicy.describe('What follows when a provider is released'),
  providerQueue: ProviderQueue.describe('Providers to invite, in this order; each at most once'),
};

export const CreateJobBody = requestBody({
  title: details.title,
  description: details.description.optional(),
  location: details.location.optional(),
  durationMinutes: details.durationMinutes.optional(),
  reference: details.reference.optional(),
  metadata: details.metadata.default({}),
  timezone: TimeZone,
  price: details.price,
  rejectionPolicy: details.rejectionPolicy.default('REOPEN_QUOTES'),
  providerQueue: details.providerQueue.default([]),
}).meta({
  id: 'CreateJobBody',
  description: 'A job to create',
  examples: [
    {
      title: 'The kitchen tap leaks',
      ...sample.job,
      timezone: 'Europe/Berlin',
      price: sample.price,
      rejectionPolicy: 'INVITE_NEXT',
      providerQueue: [sample.nextProviderId],
    },
  ],
});
export type CreateJobBody = z.infer<typeof CreateJobBody>;

/**
 * Changes the fields that are given. Null clears what may be absent, and `{}` clears `metadata`;
 * null for any other field counts as absent. Price and time zone change only while the job is open.
 */
export const UpdateJobBody = requestBody({
  title: details.title.optional(),
  description: details.description.nullable().optional(),
  location: details.location.nullable().optional(),
  durationMinutes: details.durationMinutes.nullable().optional(),
  reference: details.reference.nullable().optional(),
  metadata: details.metadata.optional(),
  providerQueue: details.providerQueue.optional(),
  rejectionPolicy: details.rejectionPolicy.optional(),
  price: details.price.optional(),
  timezone: TimeZone.optional(),
}).meta({
  id: 'UpdateJobBody',
  description: 'The fields to change. Null clears what may be absent',
  examples: [
    { title: 'The kitchen tap and the shower leak', durationMinutes: 180 },
    { location: null, metadata: {} },
  ],
});
export type UpdateJobBody = z.infer<typeof UpdateJobBody>;
