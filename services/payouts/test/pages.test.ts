import { randomUUID } from 'node:crypto';
import type { Explanation, PayoutAccountHistory, Timeline } from '@punctual/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { history, newParties } from './schedule-events.ts';
import { createWorld, type World } from './world.ts';

const [ann, bob, opa] = [randomUUID(), randomUUID(), randomUUID()];
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

async function pending() {
  const parties = newParties();
  await world.publishInTurn(...history(['propose', 'confirm'], parties));
  return world.untilPayout(parties.assignmentId, { status: 'PENDING' });
}

it('a timeline comes by pages, and an explanation has the latest of it', async () => {
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
  const { payouts } = body as unknown as Explanation;
  expect(payouts?.truncated).toBe(true);
  expect(payouts?.timeline.map(({ version }) => version)).toEqual(seen.slice(-50));
  expect(payouts?.outbox.map(({ version }) => version)).toEqual(seen.slice(-50));
});

it('the history of an account has the latest 100 changes', async () => {
  const providerId = randomUUID();
  await world.database.query(
    `insert into payout_account_change
        (provider_id, version, account, requested_by, requested_at, confirmed_by, confirmed_at)
      select $1, version, 'acct_1MTfjCQ9PRzxEwkZ', $2, now(), $3, now() from generate_series(1, 120) as version`,
    [providerId, ann, bob],
  );
  const { body } = await world.call('ops', opa, `GET /providers/${providerId}/payout-account/history`);
  const { items } = body as unknown as PayoutAccountHistory;
  expect(items.map(({ version }) => version)).toEqual(upTo(120).reverse().slice(0, 100));
});
