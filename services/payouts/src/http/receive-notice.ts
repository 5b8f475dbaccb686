import type { Logger, OutboxRelay, Relay } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import type { Database } from '@punctual/chassis/postgres';
import { takeNotice } from '../commands/take-notice.ts';
import { readNotice } from '../payment/read-notice.ts';

type Deps = { database: Database; relay: OutboxRelay; logger: Logger; webhookSecret: string | undefined };

/** Takes Stripe's notices: the signature is over the bytes, so the body is not parsed before it has been checked. */
export function receiveNotice(deps: Deps): Relay {
  return async (request, response) => {
    const { webhookSecret } = deps;
    if (!webhookSecret) throw new DomainError('validation-failed', 'No notices of Stripe are taken here.');
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    await takeNotice(deps, readNotice(bytes, request.get('stripe-signature'), webhookSecret));
    response.json({ received: true });
  };
}
