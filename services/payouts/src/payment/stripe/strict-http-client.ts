import { IncomingMessage } from 'node:http';
import Stripe from 'stripe';
import { z } from 'zod';

const Refusal = z.looseObject({ error: z.looseObject({ type: z.string() }) });
const Success = z.looseObject({ object: z.string() });

/**
 * The SDK's HTTP client, but it accepts only what Stripe sends: one of Stripe's objects with 2xx,
 * or Stripe's error. The SDK alone takes any JSON without `error` for a success, whatever the
 * status (a proxy's `{"message": "Bad Gateway"}`), and a string or a number ends the process. Its
 * timeout only limits silence, so a body that trickles in never times out. Here, a body that is not
 * Stripe's or takes longer than `timeoutMs` counts as no answer.
 */
export function createStrictHttpClient(timeoutMs: number): Stripe.HttpClient {
  const client = Stripe.createNodeHttpClient();
  const makeRequest = client.makeRequest.bind(client);
  return Object.assign(client, {
    makeRequest: async (...request: Parameters<typeof makeRequest>) => {
      const response = await makeRequest(...request);
      const isSuccess = response.getStatusCode() >= 200 && response.getStatusCode() < 300;
      const raw = response.getRawResponse();
      const toJSON = response.toJSON.bind(response);
      const readAnswer = async () => {
        const giveUp = setTimeout(() => raw instanceof IncomingMessage && raw.destroy(), timeoutMs);
        try {
          return (isSuccess ? Success : Refusal).parse(await toJSON());
        } finally {
          clearTimeout(giveUp);
        }
      };
      return Object.assign(response, { toJSON: readAnswer });
    },
  });
}
