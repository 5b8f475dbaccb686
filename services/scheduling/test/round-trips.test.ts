import { randomUUID } from 'node:crypto';
import { SessionClient } from '@punctual/chassis';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Cast, type Reply, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
beforeAll(async () => {
  // Nothing else shall speak to PostgreSQL over the pool meanwhile.
  scheduling = await startScheduling({ EXPIRY_INTERVAL_MS: '600000' });
});
afterAll(() => scheduling.stop());

type Headers = Record<string, string>;
type Command = (cast: Cast, headers: Headers) => Promise<Reply<unknown>>;

const propose: Command = ({ customer, job }, headers) =>
  customer.post(`/jobs/${job.id}/schedule`, windowIn(900), headers);
const confirm: Command = ({ provider, assignment }, headers) =>
  provider.post(`/assignments/${assignment.id}/schedule/confirm`, undefined, headers);
const reject =
  (body: object): Command =>
  ({ provider, assignment }, headers) =>
    provider.post(`/assignments/${assignment.id}/reject`, { reason: 'Ill', ...body }, headers);

const commands: { name: string; before: Command[]; command: Command; trips: number }[] = [
  { name: 'propose by the job', before: [], command: propose, trips: 3 },
  { name: 'confirm', before: [propose], command: confirm, trips: 2 },
  { name: 'reject the window', before: [propose], command: reject({ scope: 'window' }), trips: 2 },
  { name: 'reject with a counter', before: [propose], command: reject({ counter: windowIn(1_200) }), trips: 3 },
  { name: 'release the provider', before: [propose], command: reject({}), trips: 3 },
];

test.each(commands)('$name takes $trips round trips, with a key or without', async ({ before, command, trips }) => {
  const keys: Headers[] = [{}, { 'idempotency-key': randomUUID() }];
  for (const headers of keys) {
    const cast = await scheduling.cast();
    for (const each of before) await each(cast, {});
    const sent = vi.spyOn(Client.prototype, 'query');
    const { status } = await command(cast, headers);
    // The relay has a plain client of its own.
    const texts = sent.mock.calls.flatMap(([text], call) =>
      sent.mock.contexts[call]?.constructor === SessionClient ? [] : [text],
    );
    sent.mockRestore();
    expect(status).toBe(200);
    expect(texts).toHaveLength(trips);
  }
});
