import { type KnownAnswer, openContract } from './contract.ts';

export type ContractFetchOptions = {
  /** Called with every documented response. */
  onAnswer?: (answer: KnownAnswer) => void;
};

/**
 * Creates the `fetch` of the tests. It rejects with a ContractError when a response differs from
 * the OpenAPI document, so that no test passes on undocumented behaviour.
 */
export function contractFetch({ onAnswer }: ContractFetchOptions = {}): typeof fetch {
  const contract = openContract();
  return async (input, init) => {
    const request = new Request(input, init);
    const { method } = request;
    const { pathname, search } = new URL(request.url);
    const response = await fetch(request);
    // Health checks of the platform and preflights of browsers are not part of the API.
    if (pathname.startsWith('/healthz/') || method === 'OPTIONS') return response;
    const { status, headers } = response;
    const body = await readJson(response);
    const answer = contract.check({ method, path: pathname + search, status, headers, body });
    onAnswer?.(answer);
    return response;
  };
}

/** Reads a copy, so that the caller can still read the response. */
async function readJson(response: Response): Promise<unknown> {
  if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) return undefined;
  return response.clone().json();
}
