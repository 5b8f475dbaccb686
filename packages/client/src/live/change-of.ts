/**
 * A change of an assignment or payout as a CloudEvent; use `switch (change.type)`. Later releases
 * of the API add types: those are `UNKNOWN`.
 */
export type ChangeOf<Events> = Seen<Events[keyof Events]> | UnknownChange;

export type UnknownChange = {
  type: 'UNKNOWN';
  id: string;
  source: string;
  subject: string;
  time: string;
  sequence: string;
  data: Record<string, unknown>;
};

/** A customer sees of a payout that it has changed, its version and its status. */
type OfPayout = 'payoutId' | 'assignmentId' | 'jobId' | 'customerId' | 'providerId' | 'version' | 'status';

type Seen<E> = E extends { source: '/payouts'; data: infer D }
  ? Omit<E, 'data'> & { data: Pick<D, OfPayout & keyof D> & Partial<Omit<D, OfPayout>> }
  : E;
