import type { PayoutStatus } from '@punctual/contracts';
import { PayoutStatus as Status } from '@punctual/contracts';
import { z } from 'zod';
import { type PayoutAct, payoutActs } from '../../audit/messages.ts';
import type { Seen } from '../../payouts/acts.ts';

/** What the URL of the page says. */
export type ApprovalsQuery = {
  status: PayoutStatus;
  cursor: string | undefined;
  /** The payouts that were chosen, and what to do with them, before it is done. */
  review: { act: PayoutAct; chosen: Seen[] } | undefined;
};

const Chosen = z.templateLiteral([z.uuid(), '.', z.int().nonnegative()]);

/** Reads the URL; what it does not understand is as if it were not there. */
export function readQuery(query: URLSearchParams): ApprovalsQuery {
  const status = Status.safeParse(query.get('status')).data ?? 'AWAITING_APPROVAL';
  const act = z.enum(payoutActs).safeParse(query.get('review')).data;
  const chosen = readChosen(query);
  return { status, cursor: query.get('cursor') ?? undefined, review: act && { act, chosen } };
}

/** The payouts that are chosen in a URL or a form, each with the version that was on the screen. */
export function readChosen(fields: URLSearchParams): Seen[] {
  return fields.getAll('payout').flatMap((value) => {
    if (!Chosen.safeParse(value).success) return [];
    const [id = '', version] = value.split('.');
    return [{ id, version: Number(version) }];
  });
}

/** A payout as a field names it. */
export const chosenAs = ({ id, version }: Seen) => `${id}.${version}`;
