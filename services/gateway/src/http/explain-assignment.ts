import { setTimeout as delay } from 'node:timers/promises';
import { formatInstant, HttpProblem, type Passthrough } from '@punctual/chassis';
import type { MissingPart, Reminder } from '@punctual/contracts';
import type { GatewayDeps } from '../deps.ts';
import { assembleExplanation, type BrokerFacts, type Parts } from '../explain/assemble-explanation.ts';
import { readConsumerPositions, readDeadLetters } from '../explain/broker-facts.ts';
import { findSent } from '../explain/find-sent.ts';
import { type ExplainedService, explainedServices, readPart } from '../explain/parts.ts';
import type { UpstreamResponse } from '../upstream/receive.ts';
import type { UpstreamRequest } from '../upstream/send.ts';
import { discard, pipeResponse, readJson, send, toUpstream } from './forward.ts';

const brokerTimeoutMs = 5_000;

/**
 * Answers with everything that is known about an assignment. Each service gives its own part, and
 * the broker the rest; `missing` names those that did not. The services decide who may ask.
 */
export function explainAssignment(deps: GatewayDeps): Passthrough {
  return async (request, response) => {
    const assignmentId = String(request.params.id).toLowerCase();
    const forwarded = toUpstream(request, response);
    const fetched = await Promise.all(explainedServices.map((service) => fetchPart(deps, service, forwarded)));
    if (response.destroyed) return;

    const refusal = fetched.find((one) => 'refusal' in one);
    if (refusal) {
      for (const one of fetched) if ('refusal' in one && one !== refusal) discard(one.refusal);
      return pipeResponse(deps, refusal.refusal, response);
    }
    const parts: Parts = { scheduling: null, reminders: null, payouts: null };
    for (const one of fetched) if ('part' in one) Object.assign(parts, one.part);
    const missing = fetched.flatMap((one) => ('missing' in one ? one.missing : []));
    if (missing.length === explainedServices.length) throw noPart(missing);

    const facts = await readFacts(deps, assignmentId, parts.reminders?.reminders ?? []);
    if (!facts) missing.push({ part: 'broker', because: 'AWAY' });
    const about = { assignmentId, at: formatInstant(Temporal.Now.instant()), missing };
    response.set('Cache-Control', 'no-store').json(assembleExplanation(about, parts, facts));
  };
}

type Fetched = { part: Partial<Parts> } | { missing: MissingPart } | { refusal: UpstreamResponse };

async function fetchPart(deps: GatewayDeps, service: ExplainedService, request: UpstreamRequest): Promise<Fetched> {
  const without = (because: MissingPart['because']): Fetched => ({ missing: { part: service, because } });
  try {
    const response = await send(deps, service, { ...request, method: 'GET' });
    if (!response) return without('AWAY');
    if (response.statusCode === 200) return { part: { [service]: readPart(service, await readJson(response)) } };
    if (response.statusCode < 500 && response.statusCode !== 404) return { refusal: response };
    discard(response);
    return without(response.statusCode === 404 ? 'UNKNOWN' : response.statusCode === 503 ? 'AWAY' : 'FAILED');
  } catch (error) {
    if (error instanceof HttpProblem) return without('AWAY');
    deps.logger.error({ err: error, service }, 'Explanation is malformed');
    return without('FAILED');
  }
}

/** @returns undefined when the broker does not answer in time */
async function readFacts(
  { broker, logger }: GatewayDeps,
  assignmentId: string,
  reminders: readonly Reminder[],
): Promise<BrokerFacts> {
  const read = async () => {
    await broker.check();
    const connected = await broker.connected();
    const deadLetters = await readDeadLetters(connected, assignmentId);
    const factsOf = async (stream: string) => ({
      stream,
      positions: await readConsumerPositions(connected, stream),
      deadLetters,
    });
    return {
      schedule: await factsOf('SCHEDULE'),
      reminder: await factsOf('REMINDER'),
      payout: await factsOf('PAYOUT'),
      sent: await findSent(connected, reminders),
    };
  };
  const late = new AbortController();
  try {
    return await Promise.race([read(), delay(brokerTimeoutMs, undefined, { signal: late.signal })]);
  } catch (error) {
    logger.warn({ err: error }, 'Broker cannot be asked about consumers');
    return undefined;
  } finally {
    late.abort();
  }
}

function noPart(missing: readonly MissingPart[]): HttpProblem {
  if (missing.every(({ because }) => because === 'UNKNOWN')) {
    return new HttpProblem('not-found', 'There is no such assignment.');
  }
  const detail = 'No service that responded knows this assignment. Try again.';
  return new HttpProblem('unavailable', detail, {}, { 'Retry-After': '1' });
}
