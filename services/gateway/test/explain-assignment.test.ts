import type { ServerResponse } from 'node:http';
import { Explanation, endpoints } from '@punctual/contracts';
import { afterEach, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { type Gateway, id, startGateway } from './gateway.ts';

const path = endpoints.explainAssignment.path.replace(':id', id);
const example = Explanation.parse(Object.values(Explanation.meta()?.examples ?? {})[0]);
const nothing = { assignmentId: id, at: example.at, traceIds: [], missing: [] };
const ofScheduling = { ...nothing, scheduling: example.scheduling, reminders: null, payouts: null };
const ofReminders = { ...nothing, scheduling: null, reminders: example.reminders, payouts: null };

let gateway: Gateway | undefined;
const services: FakeService[] = [];

afterEach(async () => {
  await gateway?.stop();
  for (const service of services.splice(0)) await service.stop();
});

type Answer = (response: ServerResponse) => void;

const answers =
  (status: number, body: unknown = { code: `from-${status}` }): Answer =>
  (response) =>
    json(response, status, body);

/** Explains with these services. One that is not given is unavailable, as is the broker. */
async function explained(given: { scheduling?: Answer; reminders?: Answer; payouts?: Answer }) {
  const environment: Record<string, string> = {};
  for (const [name, answer] of Object.entries(given)) {
    const service = await startFakeService((_request, response) => answer(response));
    services.push(service);
    environment[`${name.toUpperCase()}_URL`] = service.url;
  }
  gateway = await startGateway(environment);
  return gateway.call('GET', path);
}

test('an explanation has the part of each service, and names those that are missing', async () => {
  const { status, json: body } = await explained({
    scheduling: answers(200, { ...ofScheduling, later: 'field' }),
    reminders: answers(200, ofReminders),
    payouts: answers(404),
  });
  expect(status).toBe(200);
  expect(Explanation.parse(body)).toMatchObject({
    assignmentId: id,
    scheduling: example.scheduling,
    reminders: example.reminders,
    payouts: null,
    traceIds: example.scheduling?.timeline.map(({ traceId }) => traceId),
    missing: [
      { part: 'payouts', because: 'UNKNOWN' },
      { part: 'broker', because: 'AWAY' },
    ],
  });
});

test('services may answer with their own part alone, each in its own release', async () => {
  const { json: body } = await explained({
    scheduling: answers(200, { ...example.scheduling, later: 'field' }),
    reminders: answers(200, ofReminders),
    payouts: answers(200, { payout: null, attempts: [], timeline: [], outbox: [], follows: [] }),
  });
  expect(Explanation.parse(body)).toMatchObject({
    scheduling: example.scheduling,
    reminders: example.reminders,
    payouts: { payout: null },
    missing: [{ part: 'broker', because: 'AWAY' }],
  });
});

test('a service that is unavailable or answers nonsense leaves the parts of the others', async () => {
  const { json: body } = await explained({ reminders: answers(200, ofReminders), payouts: answers(200, 'what?') });
  expect(body).toMatchObject({
    reminders: example.reminders,
    missing: [
      { part: 'scheduling', because: 'AWAY' },
      { part: 'payouts', because: 'FAILED' },
      { part: 'broker', because: 'AWAY' },
    ],
  });
});

test.each([400, 401, 403])('a refusal of a service with %i is passed on', async (status) => {
  const refused = await explained({ scheduling: answers(status), reminders: answers(status), payouts: answers(404) });
  expect(refused).toMatchObject({ status, json: { code: `from-${status}` } });
});

test('an assignment that no service knows is 404, and 503 when one is unavailable', async () => {
  const unknown = answers(404);
  expect(await explained({ scheduling: unknown, reminders: unknown, payouts: unknown })).toMatchObject({
    status: 404,
    json: { code: 'not-found' },
  });
  await gateway?.stop();
  expect(await explained({ reminders: unknown, payouts: unknown })).toMatchObject({
    status: 503,
    json: { code: 'unavailable' },
  });
});
