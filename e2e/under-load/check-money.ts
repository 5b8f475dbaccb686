import type { ObservedStack } from '@punctual/drills';

type Price = { assignmentId: string; amountMinor: string; currency: string };

/**
 * Compares each payout with the price of its job, and what was paid with what was approved.
 * @returns a line for each difference
 */
export async function checkMoney({ databases }: Pick<ObservedStack, 'databases'>): Promise<string[]> {
  const { rows: prices } = await databases.scheduling.query<Price>(
    `select a.id as "assignmentId", j.price_amount_minor as "amountMinor", j.price_currency as currency
      from assignment a join job j on j.id = a.job_id`,
  );
  const { rows: payouts } = await databases.payouts.query<Price>(
    'select assignment_id as "assignmentId", amount_minor as "amountMinor", currency from payout',
  );
  const priceOf = new Map(prices.map((price) => [price.assignmentId, `${price.amountMinor} ${price.currency}`]));
  return payouts.flatMap(({ assignmentId, amountMinor, currency }) => {
    const price = priceOf.get(assignmentId);
    return price === `${amountMinor} ${currency}`
      ? []
      : [`payout of ${assignmentId} is ${amountMinor} ${currency}, and the price ${price}`];
  });
}
