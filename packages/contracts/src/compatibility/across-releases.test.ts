import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { releasedShapes, releasedVersions } from '../build/released.ts';
import { readPayoutEvent, readReminderEvent, readScheduleEvent } from '../events/read-event.ts';
import { type EventShape, presentShapes } from './event-shape.ts';
import { variantsOf } from './variants.ts';

const present = presentShapes();
const read = { SCHEDULE: readScheduleEvent, REMINDER: readReminderEvent, PAYOUT: readPayoutEvent };
const readNow = ({ stream }: EventShape, event: unknown) => read[stream as keyof typeof read](event);

/** A later producer: it says more, at every depth. */
function withMore(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMore);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, withMore(field)]);
  return { ...Object.fromEntries(fields), addedLater: { deep: [1] } };
}

describe.each(releasedVersions())('with %s', (version) => {
  const shapes = Object.values(releasedShapes(version));

  test.each(shapes)('its readers read $type as it is now, and with what is added later', ({ type, schema }) => {
    const reader = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema);
    const events = variantsOf(present[type]?.schema ?? {});
    expect(events.length).toBeGreaterThan(5);
    for (const event of events) {
      reader.parse(event);
      reader.parse(withMore(event));
    }
  });

  test.each(shapes)('readers of now read $type as it was published then', (shape) => {
    for (const event of variantsOf(shape.schema)) {
      expect(readNow(shape, event)).toEqual(event);
      expect(readNow(shape, withMore(event))).toEqual(event);
    }
  });

  test.each(shapes)('both refuse $type without what it promises', (shape) => {
    const [example] = shape.schema.examples as [{ data: { assignmentId: string } }];
    const { assignmentId: _, ...data } = example.data;
    const event = { ...example, data };
    expect(() => readNow(shape, event)).toThrow(z.ZodError);
    expect(z.fromJSONSchema(shape.schema as z.core.JSONSchema.JSONSchema).safeParse(event).success).toBe(false);
  });
});

test('a type that is added later is passed over, not refused', () => {
  expect(readScheduleEvent({ type: 'schedule.confirmed.v2', data: { all: 'new' } })).toBeUndefined();
});
