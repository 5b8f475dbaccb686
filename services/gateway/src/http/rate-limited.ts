import { HttpProblem } from '@punctual/chassis';

/** Creates the refusal of a client that is over one of its limits. */
export function rateLimited(detail: string, headers: Record<string, string> = {}): HttpProblem {
  return new HttpProblem('rate-limited', detail, {}, { 'Retry-After': '1', ...headers });
}
