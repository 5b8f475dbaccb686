import { expect, test } from 'vitest';
import type { JsonSchema } from '../events/json-schemas.ts';
import { breakingChanges } from './breaking-changes.ts';
import { type DeclaredUse, describeChange } from './declared-use.ts';
import { presentShapes } from './event-shape.ts';

const uses: DeclaredUse[] = [
  { consumer: 'plans', events: ['schedule.*'], fields: ['time', 'data.window.start'] },
  { consumer: 'shows', events: ['schedule.confirmed'], fields: ['data'] },
  { consumer: 'pays', events: ['schedule.confirmed', 'payout.paid'], fields: ['id', 'data.price', 'data.status'] },
];

type Fields = Record<string, JsonSchema>;
type Draft = { type: string; stream: string; schema: JsonSchema; envelope: Fields; data: JsonSchema; fields: Fields };

/** What the gate says of `schedule.confirmed` when it is changed so. */
function judge(change: (draft: Draft) => void): string[] {
  const released = presentShapes()['schedule.confirmed'];
  if (!released) throw new Error('there is no such event');
  const { type, stream, schema } = structuredClone(released);
  const envelope = schema.properties as Fields;
  const data = envelope.data as JsonSchema;
  const draft: Draft = { type, stream, schema, envelope, data, fields: data.properties as Fields };
  change(draft);
  return breakingChanges(released, draft).map((one) => describeChange(uses, one));
}

const partOf = ({ schema }: Draft, name: string) => schema.$defs?.[name] as JsonSchema & { properties: Fields };

test.each<[string, (draft: Draft) => void, string | string[]]>([
  [
    'a removed field',
    ({ fields }) => delete fields.price,
    'schedule.confirmed: data.price was removed or renamed. Consumers: shows, pays',
  ],
  [
    'a removed field of a part',
    (draft) => delete partOf(draft, 'Window').properties.start,
    [
      'schedule.confirmed: data.window.start was removed or renamed. Consumers: plans, shows',
      'schedule.confirmed: data.previousWindow.start was removed or renamed. Consumers: shows',
    ],
  ],
  [
    'a new required field',
    ({ data, fields }) => {
      fields.room = { type: 'string' };
      data.required?.push('room');
    },
    'schedule.confirmed: data.room is new and required, and events of the release lack it. Consumers: shows',
  ],
  [
    'a field that may be left out',
    ({ data }) => {
      data.required = data.required?.filter((name) => name !== 'price') ?? [];
    },
    'schedule.confirmed: data.price may be left out now, and readers of the release require it. Consumers: shows, pays',
  ],
  [
    'a field that is required now',
    ({ schema }) => schema.required?.push('traceparent'),
    'schedule.confirmed: traceparent is required now, and events of the release may lack it. Consumers: none that we know',
  ],
  [
    'a narrowed type: fewer values',
    (draft) => partOf(draft, 'ProposedBy').enum?.pop(),
    'schedule.confirmed: data.proposedBy refuses "SYSTEM", which events of the release have. Consumers: shows',
  ],
  [
    'a narrowed type: no null',
    ({ fields }) => {
      fields.notes = { type: 'string' };
    },
    'schedule.confirmed: data.notes may not be null any more, and was in events of the release. Consumers: shows',
  ],
  [
    'a narrowed type: a tighter bound',
    (draft) => {
      Object.assign(partOf(draft, 'Money').properties.amountMinor as object, { maximum: 1_000 });
    },
    'schedule.confirmed: data.price.amountMinor maximum was 9007199254740991 and is 1000. Consumers: shows, pays',
  ],
  [
    'a widened type: more values',
    (draft) => partOf(draft, 'ProposedBy').enum?.push('NEIGHBOUR'),
    'schedule.confirmed: data.proposedBy may be "NEIGHBOUR", which readers of the release refuse. Consumers: shows',
  ],
  [
    'a widened type: null',
    ({ fields }) => {
      fields.status = { anyOf: [fields.status ?? {}, { type: 'null' }] };
    },
    'schedule.confirmed: data.status may be null now, which readers of the release refuse. Consumers: shows, pays',
  ],
  [
    'another type',
    ({ fields }) => Object.assign(fields.scheduleVersion as object, { type: 'string' }),
    'schedule.confirmed: data.scheduleVersion type was "integer" and is "string". Consumers: shows',
  ],
  [
    'other alternatives',
    ({ fields }) => {
      fields.notes = { anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] };
    },
    'schedule.confirmed: data.notes has other alternatives. Consumers: shows',
  ],
  [
    'another producer',
    ({ envelope }) => Object.assign(envelope.source as object, { const: '/calendar' }),
    'schedule.confirmed: source const was "/scheduling" and is "/calendar". Consumers: plans, shows, pays',
  ],
  [
    'another stream',
    (draft) => {
      draft.stream = 'CALENDAR';
    },
    'schedule.confirmed was kept in the stream SCHEDULE and is in CALENDAR now. Consumers: plans, shows, pays',
  ],
])('%s is refused and names who breaks', (_, change, verdict) => {
  expect(judge(change)).toEqual([verdict].flat());
});

test('a removed event is refused', () => {
  const released = presentShapes()['payout.paid'];
  const changes = released ? breakingChanges(released, undefined) : [];
  expect(changes.map((one) => describeChange(uses, one))).toEqual([
    'payout.paid is not published any more, or has another subject. Consumers: pays',
  ]);
});

test('list items are compared too', () => {
  const released = presentShapes()['payout.paid'];
  if (!released) throw new Error('there is no such event');
  const present = structuredClone(released);
  const { Approval } = present.schema.$defs as Fields;
  delete Approval?.properties?.by;
  expect(breakingChanges(released, present)).toEqual([
    { event: 'payout.paid', field: 'data.approvals[].by', what: 'was removed or renamed', refusedBy: 'released' },
  ]);
});

test.each<[string, (draft: Draft) => void]>([
  [
    'a new optional field',
    ({ fields }) => {
      fields.room = { type: 'string' };
    },
  ],
  ['other words for the same', ({ data }) => Object.assign(data, { description: 'A better wording', examples: [] })],
  ['the same fields in another order', ({ data }) => data.required?.reverse()],
])('%s is compatible', (_, change) => {
  expect(judge(change)).toEqual([]);
});
