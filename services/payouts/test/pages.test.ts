import { randomUUID } from 'node:crypto';
import type { PayoutAccountHistory, PayoutExplanation, Timeline } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { history, newParties } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

const [ann, bob, opa] = [randomUUID(), randomUUID(), randomUUID()];
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

let world: PayoutsService;
beforeAll(async () => {
  world = await startPayouts();
});
afterAll(() => world.stop());

async function pending() {
  const parties = newParties();
  await world.publishInTurn(...history(['propose', 'confirm'], parties));
  return world.untilPayout(parties.assignmentId, { status: 'PENDING' });
}

test('the timeline is paged, and an explanation contains its latest items', async () => {
  const [payout, other] = [await pending(), await pending()];
  for (let turn = 0; turn < 60; turn += 1) {
    const command = turn % 2 === 0 ? 'block' : 'unblock';
    const answer = await world.call('finance', ann, `POST /payouts/${payout.id}/${command}`, {
      body: { reason: 'A look' },
    });
    expect(answer.status).toBe(200);
  }
  const page = async (query = '') => {
    const { status, body } = await world.call('ops', opa, `GET /payouts/${payout.id}/timeline${query}`);
    return { status, ...(body as unknown as Timeline) };
  };
  expect(await page()).toMatchObject({ status: 200, nextCursor: null });
  const seen: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { items, nextCursor }: Timeline = await page(`?limit=17${cursor && `&cursor=${cursor}`}`);
    seen.push(...items.map(({ version }) => version));
    cursor = nextCursor;
  }
  expect(seen).toEqual(upTo(61));
  const ofOther = Buffer.from(`${other.id} 1`).toString('base64url');
  for (const wrong of ['?cursor=!!', `?cursor=${ofOther}`, '?limit=0', '?limit=101']) {
    expect((await page(wrong)).status).toBe(400);
  }

  const { body } = await world.call('ops', opa, `GET /ops/assignments/${payout.assignmentId}/explain`);
  const part = body as unknown as PayoutExplanation;
  expect(part.truncated).toBe(true);
  expect(part.timeline.map(({ version }) => version)).toEqual(seen.slice(-50));
  expect(part.outbox.map(({ version }) => version)).toEqual(seen.slice(-50));
});

test('the account history is paged, newest first', async () => {
  const providerId = randomUUID();
  await world.database.query(
    `insert into payout_account_change
        (provider_id, version, account, requested_by, requested_at, confirmed_by, confirmed_at)
      select $1, version, 'acct_1MTfjCQ9PRzxEwkZ', $2, now(), $3, now() from generate_series(1, 120) as version`,
    [providerId, ann, bob],
  );
  const page = (query: string) => world.call('ops', opa, `GET /providers/${providerId}/payout-account/history${query}`);
  const versions: number[][] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await page(cursor && `?cursor=${cursor}`);
    const { items, nextCursor } = body as unknown as PayoutAccountHistory;
    versions.push(items.map(({ version }) => version));
    cursor = nextCursor;
  }
  const newestFirst = upTo(120).reverse();
  expect(versions).toEqual([newestFirst.slice(0, 100), newestFirst.slice(100)]);
  const ofOther = Buffer.from(`${randomUUID()}/payout-account 7`).toString('base64url');
  for (const wrong of ['?cursor=!!', `?cursor=${ofOther}`, '?limit=0', '?limit=101'])
    expect((await page(wrong)).status).toBe(400);
});
