import { reasonOf } from '@punctual/chassis';
import type { RestDocument } from '@punctual/contracts/compatibility';
import { z } from 'zod';
import { CannotTell } from './finding.ts';

const metric = 'http_server_request_duration_seconds_count';
/** Requests that no client of ours sends, or not in earnest. */
const refused = '401|403|404|405|429';

const Vector = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

/**
 * Asks how often each operation was requested. Every service has this metric by route, so it does
 * not matter which of them Prometheus scrapes, and requests may be counted twice.
 * @returns undefined when it has no metrics that are as old
 * @throws CannotTell
 */
export async function askPrometheus(
  address: string,
  api: RestDocument,
  days: number,
): Promise<Map<string, number> | undefined> {
  const old = await query(address, `count(count_over_time(${metric}[1d] offset ${days - 1}d))`);
  if (old.length === 0) return undefined;
  const wanted = `${metric}{http_response_status_code!~"${refused}"}`;
  const by = 'sum by (http_route, http_request_method)';
  // A new series begins with its first request, which is no increase.
  const started = `${by} (max_over_time(${wanted}[${days}d]) unless ${wanted} offset ${days}d)`;
  const series = await query(address, `${started} or ${by} (increase(${wanted}[${days}d])) > 0`);
  const requests = new Map<string, number>();
  for (const { metric: labels, value } of series) {
    const { http_route: route = '', http_request_method: method = '' } = labels;
    // Express writes `/jobs/:id`, OpenAPI `/jobs/{id}`.
    const operation = api.paths[route.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    if (operation) requests.set(operation.operationId, Number(value[1]));
  }
  return requests;
}

async function query(address: string, promql: string) {
  const url = new URL('/api/v1/query', address);
  url.searchParams.set('query', promql);
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    return Vector.parse(await answer.json()).data.result;
  } catch (error) {
    throw new CannotTell(`Prometheus at ${url.origin} does not say what was used: ${reasonOf(error).split('\n')[0]}.`);
  }
}
