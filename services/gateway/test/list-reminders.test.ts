import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { type Gateway, id, startGateway } from './gateway.ts';

const path = `/assignments/${id}/reminders`;

let reminders: FakeService;
let scheduling: FakeService;
let gateway: Gateway;

afterEach(async () => {
  await gateway.stop();
  await reminders.stop();
  await scheduling.stop();
});

type Answer = (response: ServerResponse) => void;

async function given(answers: { reminders: Answer; scheduling: Answer }) {
  reminders = await startFakeService((_request, response) => answers.reminders(response));
  scheduling = await startFakeService((_request, response) => answers.scheduling(response));
  gateway = await startGateway({ REMINDERS_URL: reminders.url, SCHEDULING_URL: scheduling.url });
}

const knownAs =
  (status: number, body: unknown = { code: `from-${status}` }): Answer =>
  (response) =>
    json(response, status, body);

test('the response of reminders is passed on', async () => {
  await given({ reminders: knownAs(200, { items: [{ id: 'r' }] }), scheduling: knownAs(500) });
  expect(await gateway.call('GET', path)).toMatchObject({ status: 200, json: { items: [{ id: 'r' }] } });
  expect(scheduling.received).toHaveLength(0);
});

test('an assignment without events has an empty list for anyone who may see it', async () => {
  await given({ reminders: knownAs(404), scheduling: knownAs(200, { id }) });
  expect(await gateway.call('GET', path)).toMatchObject({ status: 200, json: { items: [] } });
  expect(scheduling.received).toMatchObject([
    { method: 'GET', url: `/assignments/${id}`, headers: { authorization: gateway.authorization } },
  ]);
});

test.each([404, 403, 503])('a refusal of scheduling with %i is passed on', async (status) => {
  await given({ reminders: knownAs(404), scheduling: knownAs(status) });
  expect(await gateway.call('GET', path)).toMatchObject({ status, json: { code: `from-${status}` } });
});

test('another refusal of reminders is passed on without asking scheduling', async () => {
  await given({ reminders: knownAs(403), scheduling: knownAs(200) });
  expect(await gateway.call('GET', path)).toMatchObject({ status: 403, json: { code: 'from-403' } });
  expect(scheduling.received).toHaveLength(0);
});

test('unavailable reminders is 503, whatever scheduling knows', async () => {
  await given({ reminders: (response) => response.destroy(), scheduling: knownAs(200) });
  expect(await gateway.call('GET', path)).toMatchObject({ status: 503, json: { code: 'unavailable' } });
});
