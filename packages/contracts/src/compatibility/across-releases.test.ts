import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { releasedShapes, releasedVersions } from '../build/released.ts';
import { readPayoutEvent, readPersonEvent, readReminderEvent, readScheduleEvent } from '../events/read-event.ts';
import { type EventShape, presentShapes } from './event-shape.ts';
import { variantsOf } from './variants.ts';

const present = presentShapes();
const read = {
  schedule: readScheduleEvent,
  reminder: readReminderEvent,
  payout: readPayoutEvent,
  person: readPersonEvent,
};
const readNow = ({ type }: EventShape, event: unknown) => read[type.split('.')[0] as keyof typeof read](event);

/** A later producer: it says more, at every depth. */
function withMore(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMore);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, withMore(field)]);
  return { ...Object.fromEntries(fields), addedLater: { deep: [1] } };
}

describe.each(releasedVersions())('with %s', (version) => {
  const shapes = Object.values(releasedShapes(version));

  test.each(shapes)('its readers accept the current $type and added fields', ({ type, schema }) => {
    const reader = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema);
    const events = variantsOf(present[type]?.schema ?? {});
    expect(events.length).toBeGreaterThan(1);
    for (const event of events) {
      reader.parse(event);
      reader.parse(withMore(event));
    }
  });

  test.each(shapes)('current readers accept $type as published then', (shape) => {
    for (const event of variantsOf(shape.schema)) {
      expect(readNow(shape, event)).toEqual(event);
      expect(readNow(shape, withMore(event))).toEqual(event);
    }
  });

  test.each(shapes)('both refuse $type without a required field', (shape) => {
    const [example] = shape.schema.examples as [{ data: object }];
    const [, ...fields] = Object.entries(example.data);
    const event = { ...example, data: Object.fromEntries(fields) };
    expect(() => readNow(shape, event)).toThrow(z.ZodError);
    expect(z.fromJSONSchema(shape.schema as z.core.JSONSchema.JSONSchema).safeParse(event).success).toBe(false);
  });
});

test('a later event type is skipped, not refused', () => {
  expect(readScheduleEvent({ type: 'schedule.confirmed.v2', data: { all: 'new' } })).toBeUndefined();
});
