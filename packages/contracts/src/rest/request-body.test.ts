import { expect, test } from 'vitest';
import { z } from 'zod';
import { endpoints } from '../endpoints/index.ts';
import { openApiDocument } from '../openapi/index.ts';
import { RejectBody } from './assignment-commands.ts';
import { CreateJobBody } from './job.ts';
import { requestBody } from './request-body.ts';

type Property = { type?: string | string[]; oneOf?: Property[] };

const schemas = JSON.parse(JSON.stringify(openApiDocument())).components.schemas;
const fields = [...new Set(Object.values(endpoints).flatMap((one) => ('body' in one ? [one.body as z.ZodObject] : [])))]
  .flatMap((body) => Object.entries(body.shape).map(([name, field]) => ({ body: body.meta()?.id ?? '', name, field })))
  .map((one) => ({ ...one, field: one.field as z.ZodType }));
const isOptional = ({ field }: { field: z.ZodType }) => field.safeParse(undefined).success;
/** Null clears these. */
const clears = ({ body, field }: { body: string; field: z.ZodType }) =>
  body === 'UpdateJobBody' && field.safeParse(null).data === null;
const takesNull = ({ type, oneOf }: Property): boolean => [type].flat().includes('null') || !!oneOf?.some(takesNull);

test('null clears what a job may lack', () => {
  expect(fields.filter(clears).map(({ name }) => name)).toEqual([
    'description',
    'location',
    'durationMinutes',
    'reference',
  ]);
});

test.each(fields.filter(isOptional))('$body reads null for $name as absent', ({ body, name, field }) => {
  expect(field.parse(null)).toEqual(clears({ body, field }) ? null : field.parse(undefined));
  expect(takesNull(schemas[body].properties[name])).toBe(true);
  expect(schemas[body].required ?? []).not.toContain(name);
});

test.each(fields.filter((one) => !isOptional(one)))('$body requires $name, and not null', ({ body, name, field }) => {
  expect(field.safeParse(null).success).toBe(false);
  expect(takesNull(schemas[body].properties[name])).toBe(false);
  expect(schemas[body].required).toContain(name);
});

test('a null is absent inside a field too', () => {
  const window = { start: '2026-12-01T13:00:00Z', end: '2026-12-01T15:00:00Z' };
  const parsed = RejectBody.parse({ reason: null, scope: null, counter: { ...window, notes: null, timezone: null } });
  expect(parsed).toEqual(RejectBody.parse({ counter: window }));
});

test('a null stands for the default, made anew each time', () => {
  const job = { title: 'x', timezone: 'Europe/Berlin', price: { amountMinor: 1, currency: 'EUR' } };
  const parsed = CreateJobBody.parse({ ...job, rejectionPolicy: null, providerQueue: null, metadata: null });
  expect(parsed).toEqual({ ...job, rejectionPolicy: 'REOPEN_QUOTES', providerQueue: [], metadata: {} });
});

test('a null keeps the meaning that a field gives it', () => {
  const body = requestBody({ note: z.string().nullable().optional() });
  expect(body.parse({ note: null })).toEqual({ note: null });
});
