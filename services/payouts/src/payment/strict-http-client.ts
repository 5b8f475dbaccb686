import { IncomingMessage } from 'node:http';
import Stripe from 'stripe';
import { z } from 'zod';

const Refusal = z.looseObject({ error: z.looseObject({ type: z.string() }) });
const Success = z.looseObject({ object: z.string() });

/**
 * The SDK's HTTP client, which takes for an answer only what Stripe gives: an object of theirs with 2xx, or their error. By itself the
 * SDK takes any JSON without `error` for a success, whatever the status (a proxy's `{"message": "Bad Gateway"}`), and a text or a number
 * ends the process. Its timeout is about silence only, so that an answer that trickles in is waited for without end. What is no answer,
 * or takes `timeoutMs` after its head, is as if there were none.
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
