import { expect, test } from 'vitest';
import { withoutExamples } from '../../build/released-documents.ts';
import { openApiDocument } from '../../openapi/index.ts';
import { breakingRestChanges } from './breaking-changes.ts';
import type { RestDocument } from './document.ts';

type Draft = ReturnType<typeof JSON.parse>;

const released: RestDocument = JSON.parse(JSON.stringify(withoutExamples(openApiDocument())));

/** What the gate says when the API is changed so. */
function judge(change: (draft: Draft) => void): string[] {
  const draft: Draft = structuredClone(released);
  change(draft);
  return breakingRestChanges(released, draft);
}

const schemas = ({ components }: Draft) => components.schemas;
const propose = ({ paths }: Draft) => paths['/jobs/{id}/schedule'].post;

test.each<[string, (draft: Draft) => void, string]>([
  ['a removed operation', ({ paths }) => delete paths['/jobs/{id}'].get, 'getJob: GET /jobs/{id} was removed'],
  [
    'a renamed operation',
    (draft) => {
      propose(draft).operationId = 'suggest';
    },
    'proposeForJob: is called suggest now',
  ],
  [
    'a token where there was none',
    ({ paths }) => delete paths['/openapi.json'].get.security,
    'getOpenApi: needs a token now',
  ],
  [
    'a removed parameter',
    ({ paths }) => paths['/payouts'].get.parameters.pop(),
    'listPayouts: the query parameter cursor was removed',
  ],
  [
    'a new required parameter',
    (draft) => propose(draft).parameters.push({ in: 'header', name: 'X-Key', required: true, schema: {} }),
    'proposeForJob: the header parameter X-Key is new and required',
  ],
  [
    'a parameter that is required now',
    (draft) => Object.assign(propose(draft).parameters[2], { required: true }),
    'proposeForJob: the header parameter Idempotency-Key is required now',
  ],
  [
    'a removed field of a request',
    (draft) => delete schemas(draft).ScheduleBody.properties.notes,
    'proposeForJob: the request lacks notes, which was removed or renamed',
  ],
  [
    'a new required field of a request',
    (draft) => schemas(draft).CancelBody.required.push('kind'),
    'cancelAssignment: the request requires kind now',
  ],
  [
    'null that is refused now',
    (draft) => Object.assign(schemas(draft).ScheduleBody.properties.notes, { type: 'string' }),
    'proposeForJob: the request: notes refuses null now',
  ],
  [
    'a value that is refused now',
    (draft) => schemas(draft).DisputeKind.enum.pop(),
    'disputeAssignment: the request: kind refuses "OTHER" now',
  ],
  [
    'a shorter text',
    (draft) => Object.assign(schemas(draft).CancelBody.properties.reason, { maxLength: 400 }),
    'cancelAssignment: the request: reason has the maxLength 400 now',
  ],
  [
    'another pattern',
    (draft) => Object.assign(schemas(draft).CancelBody.properties.reason, { pattern: '^[a-z]*$' }),
    'cancelAssignment: the request: reason has another pattern',
  ],
  [
    'a body that is required now',
    ({ paths }) => Object.assign(paths['/assignments/{id}/reject'].post.requestBody, { required: true }),
    'rejectAssignment: a body is required now',
  ],
  [
    'another status of success',
    (draft) => {
      const { responses } = propose(draft);
      responses[202] = responses[200];
      delete responses[200];
    },
    'proposeForJob: does not answer 200 any more',
  ],
  [
    'a removed header of an answer',
    (draft) => delete propose(draft).responses[200].headers.ETag,
    'proposeForJob: the answer 200 lacks the header ETag',
  ],
  [
    'a removed media type',
    ({ paths }) => delete paths['/payouts'].get.responses[200].content['text/csv'],
    'listPayouts: the answer 200 is not text/csv any more',
  ],
  [
    'a removed field of an answer',
    (draft) => delete schemas(draft).Assignment.properties.localEnd,
    'getAssignment: the answer 200 lacks localEnd, which was removed or renamed',
  ],
  [
    'a field of an answer that may be absent',
    (draft) => schemas(draft).Assignment.required.shift(),
    'getAssignment: the answer 200 may lack id now',
  ],
  [
    'a field of an answer that may be null',
    (draft) => Object.assign(schemas(draft).Assignment.properties.createdAt, { type: ['string', 'null'] }),
    'getAssignment: the answer 200.createdAt may be null now',
  ],
  [
    'another type in a list',
    (draft) => Object.assign(schemas(draft).Action.properties.until, { type: 'integer' }),
    'listAssignments: the answer 200.items[].actions[].until was string and is integer',
  ],
  [
    'a value of an answer that is not marked as extensible',
    (draft) => {
      schemas(draft).AssignmentStatus.enum.push('PAUSED');
      delete schemas(draft).AssignmentStatus['x-extensible-enum'];
    },
    'getAssignment: the answer 200.status may be "PAUSED" now',
  ],
  [
    'a removed member of problems',
    (draft) => delete schemas(draft).Problem.properties.traceId,
    'getJob: a problem lacks traceId, which was removed or renamed',
  ],
])('%s is refused, and the operation is named', (_, change, verdict) => {
  expect(judge(change)).toContain(verdict);
});

test.each<[string, (draft: Draft) => void]>([
  ['nothing', () => {}],
  [
    'a new operation',
    ({ paths }) => {
      paths['/new'] = { get: { ...paths['/jobs/{id}'].get, operationId: 'getNew' } };
    },
  ],
  [
    'a new optional parameter',
    ({ paths }) => paths['/payouts'].get.parameters.push({ in: 'query', name: 'q', schema: { type: 'string' } }),
  ],
  [
    'a new optional field of a request',
    (draft) => Object.assign(schemas(draft).CancelBody.properties, { kind: { type: 'string' } }),
  ],
  [
    'a new field of an answer',
    (draft) => {
      Object.assign(schemas(draft).Assignment.properties, { colour: { type: 'string' } });
      schemas(draft).Assignment.required.push('colour');
    },
  ],
  ['a new value of an extensible enumeration', (draft) => schemas(draft).AssignmentStatus.enum.push('PAUSED')],
  ['a value that requests take now', (draft) => schemas(draft).DisputeKind.enum.push('LATE')],
  ['a longer text', (draft) => Object.assign(schemas(draft).CancelBody.properties.reason, { maxLength: 600 })],
  [
    'null that requests may send now',
    (draft) => Object.assign(schemas(draft).CancelBody.properties.reason, { type: ['string', 'null'] }),
  ],
  [
    'a new problem',
    (draft) => {
      propose(draft).responses[451] = propose(draft).responses[422];
    },
  ],
  ['better words', (draft) => Object.assign(propose(draft), { description: 'Better.', summary: 'Better' })],
])('%s is compatible', (_, change) => {
  expect(judge(change)).toEqual([]);
});
