import { HttpProblem } from '@punctual/chassis';

/** The refusal of a client that takes more than its share. */
export function tooMany(detail: string, headers: Record<string, string> = {}): HttpProblem {
  return new HttpProblem('rate-limited', detail, {}, { 'Retry-After': '1', ...headers });
}
