import { readStream } from '@punctual/chassis';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpsStack, startOpsStack } from './world.ts';

let world: OpsStack;

beforeAll(async () => {
  world = await startOpsStack('watch', { watchStreams: true });
});

afterAll(() => world?.stop());

const idsOn = async (stream: string) =>
  (await Array.fromAsync(readStream(world.nats, stream))).map((message) => message.headers?.get('Nats-Msg-Id'));

test('--watch declares and refills lost streams within ten seconds', async () => {
  const id = await world.confirmedVisit();
  const [schedule, payout] = [await idsOn('SCHEDULE'), await idsOn('PAYOUT')];
  expect([schedule.length, payout.length]).toEqual([3, 1]);
  for (const stream of ['SCHEDULE', 'PAYOUT']) await world.nats.manager.streams.delete(stream);

  const isBack = async () => {
    expect([await idsOn('SCHEDULE'), await idsOn('PAYOUT')]).toEqual([schedule, payout]);
  };
  await eventually(isBack, { withinMs: 10_000 });

  const after = await world.confirmedVisit();
  expect(await idsOn('SCHEDULE')).toEqual([...schedule, expect.any(String), expect.any(String), expect.any(String)]);
  expect(await world.payoutOf(id)).toMatchObject({ version: 1 });
  expect(await world.payoutOf(after)).toMatchObject({ version: 1 });
});
