import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/**
 * What happens to one request; `after` means that the money has moved by then, `before` that it has
 * not.
 */
export type StripeFault =
  | 'none'
  | 'silent-before'
  | 'silent-after'
  | 'reset-before'
  | 'reset-after'
  | '401'
  | '409'
  | '429'
  | '400-retry'
  | '500-before'
  | '500-after'
  | '500-no-retry'
  | 'refuse';

export type MovedTransfer = {
  id: string;
  object: 'transfer';
  amount: number;
  currency: string;
  destination: string;
  transfer_group: string;
  metadata: Record<string, string>;
  created: number;
  reversed: boolean;
  amount_reversed: number;
};

export type FaultyStripe = Awaited<ReturnType<typeof startFaultyStripe>>;

/**
 * The part of Stripe that moves money, with a ledger of its own: it remembers the answer to each
 * idempotency key, and says what has moved. `faultOf` decides about each request to pay (`pay`) and
 * to look up (`find`).
 * @param upstream a stripe-mock that judges the shape of each request first
 */
export async function startFaultyStripe({
  faultOf = () => 'none',
  upstream,
}: {
  faultOf?: (what: 'pay' | 'find', payoutId: string) => StripeFault;
  upstream?: string;
} = {}) {
  const moved: MovedTransfer[] = [];
  const answers = new Map<string, { status: number; body: unknown }>();
  const held = new Set<ServerResponse>();
  const requests = { pay: 0, find: 0 };
  let decide = faultOf;

  const pay = async (request: IncomingMessage, response: ServerResponse, text: string) => {
    const key = String(request.headers['idempotency-key']);
    const form = new URLSearchParams(text);
    const fault = decide('pay', form.get('transfer_group') ?? '');
    if (fault === 'silent-before') return void held.add(response);
    if (fault === 'reset-before') return request.socket.destroy();
    if (fault === '401') return fail(response, 401, 'api_key_expired');
    if (fault === '409') return fail(response, 409, 'idempotency_key_in_use');
    if (fault === '429') return fail(response, 429, 'rate_limit');
    // Of what else would be final, Stripe says that it is not, and the other way round.
    if (fault === '400-retry') return fail(response, 400, 'lock_timeout', { 'stripe-should-retry': 'true' });
    if (fault === '500-before') return fail(response, 500, 'api_error');
    const known = answers.get(key) ?? (fault === 'refuse' ? refusal : undefined) ?? (await move(request, form, text));
    answers.set(key, known);
    if (fault === 'silent-after') return void held.add(response);
    if (fault === 'reset-after') return request.socket.destroy();
    if (fault === '500-after') return fail(response, 500, 'api_error');
    if (fault === '500-no-retry') return fail(response, 500, 'api_error', { 'stripe-should-retry': 'false' });
    send(response, known.status, known.body);
  };

  const move = async (request: IncomingMessage, form: URLSearchParams, text: string) => {
    if (upstream) {
      const { authorization = '', 'content-type': type = '' } = request.headers;
      const judged = await fetch(`${upstream}/v1/transfers`, {
        method: 'POST',
        headers: { authorization, 'content-type': type },
        body: text,
      });
      if (!judged.ok) return { status: judged.status, body: await judged.json() };
      await judged.body?.cancel();
    }
    const field = (name: string) => form.get(name) ?? '';
    const transfer: MovedTransfer = {
      id: `tr_${moved.length + 1}`,
      object: 'transfer',
      amount: Number(field('amount')),
      currency: field('currency'),
      destination: field('destination'),
      transfer_group: field('transfer_group'),
      metadata: { payoutId: field('metadata[payoutId]'), attemptId: field('metadata[attemptId]') },
      created: Math.trunc(Date.now() / 1000),
      reversed: false,
      amount_reversed: 0,
    };
    moved.push(transfer);
    return { status: 200, body: transfer };
  };

  const list = (response: ServerResponse, url: URL) => {
    const group = url.searchParams.get('transfer_group');
    const fault = decide('find', group ?? '');
    if (fault === '401') return fail(response, 401, 'api_key_expired');
    if (fault !== 'none') return fail(response, 500, 'api_error');
    const from = Number(url.searchParams.get('created[gte]') ?? 0);
    const to = Number(url.searchParams.get('created[lt]') ?? Number.MAX_SAFE_INTEGER);
    const isWanted = ({ transfer_group, created }: MovedTransfer) =>
      (group === null || transfer_group === group) && created >= from && created < to;
    const all = moved.filter(isWanted).toReversed();
    const after = url.searchParams.get('starting_after');
    const rest = after === null ? all : all.slice(all.findIndex(({ id }) => id === after) + 1);
    const data = rest.slice(0, Number(url.searchParams.get('limit') ?? 10));
    send(response, 200, { object: 'list', url: '/v1/transfers', has_more: data.length < rest.length, data });
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://stripe');
    if (request.method === 'GET') {
      requests.find += 1;
      return list(response, url);
    }
    requests.pay += 1;
    let text = '';
    for await (const chunk of request) text += chunk;
    await pay(request, response, text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen on a port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    moved,
    requests,
    /** From now on. */
    setFaults: (faults: NonNullable<typeof faultOf>) => {
      decide = faults;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const refusal = {
  status: 400,
  body: { error: { type: 'invalid_request_error', code: 'balance_insufficient', message: 'Too little money.' } },
};

function fail(response: ServerResponse, status: number, code: string, headers?: Record<string, string>): void {
  const error = { type: status === 409 ? 'invalid_request_error' : 'api_error', code, message: code };
  send(response, status, { error }, headers);
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
