import { type KnownAnswer, openContract } from './contract.ts';

export type ContractFetchOptions = {
  /** Told of every answer that was as documented. */
  onAnswer?: (answer: KnownAnswer) => void;
};

/**
 * The `fetch` of the tests: it rejects with a ContractError when an answer is not what the OpenAPI document says, so that no
 * test passes on an answer that clients were not promised.
 */
export function contractFetch({ onAnswer }: ContractFetchOptions = {}): typeof fetch {
  const contract = openContract();
  return async (input, init) => {
    const request = new Request(input, init);
    const { method } = request;
    const { pathname, search } = new URL(request.url);
    const response = await fetch(request);
    // A health check of the platform is no part of the API; a preflight belongs to the browser.
    if (pathname.startsWith('/healthz/') || method === 'OPTIONS') return response;
    const { status, headers } = response;
    const body = await readJson(response);
    const answer = contract.check({ method, path: pathname + search, status, headers, body });
    onAnswer?.(answer);
    return response;
  };
}

/** Of a copy, so that the caller can still read it. */
async function readJson(response: Response): Promise<unknown> {
  if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) return undefined;
  return response.clone().json();
}
