import { setTimeout as delay } from 'node:timers/promises';
import { type BrokerHandle, HttpProblem, type Relay } from '@punctual/chassis';
import { Explanation, lenient, type MissingPart, type Reminder } from '@punctual/contracts';
import { type BrokerFacts, compose, type Parts } from '../explain/compose.ts';
import { findSent } from '../explain/find-sent.ts';
import { readLetters, readPlaces } from '../explain/read-facts.ts';
import type { Answer } from '../upstream/receive.ts';
import type { UpstreamRequest, Upstreams } from '../upstream/upstreams.ts';
import { ask, discard, type ForwardDeps, passOn, readJson, toUpstream } from './forward.ts';

export type ExplainDeps = ForwardDeps & { upstreams: Upstreams; broker: BrokerHandle };

const brokerTimeoutMs = 5_000;
const services = ['scheduling', 'reminders', 'payouts'] as const;
/** A service of another release may know more fields. */
const PartialExplanation = lenient(Explanation);

/**
 * What every part knows of an assignment. Each service is asked for its own, the broker for the rest; who is away is named, and
 * what the others know is told all the same. Who may ask, the services judge.
 */
export function explainAssignment(deps: ExplainDeps): Relay {
  return async (request, response) => {
    const assignmentId = String(request.params.id).toLowerCase();
    const forwarded = toUpstream(request, response);
    const heard = await Promise.all(services.map((service) => hear(deps, service, forwarded)));
    if (response.destroyed) return;

    const refusal = heard.find((one) => 'refusal' in one);
    if (refusal) {
      for (const one of heard) if ('refusal' in one && one !== refusal) discard(one.refusal);
      return passOn(deps, refusal.refusal, response);
    }
    const parts: Parts = { scheduling: null, reminders: null, payouts: null };
    for (const one of heard) if ('part' in one) Object.assign(parts, one.part);
    const missing = heard.flatMap((one) => ('missing' in one ? one.missing : []));
    if (missing.length === services.length) throw nothingKnown(missing);

    const facts = await readFacts(deps, assignmentId, parts.reminders?.reminders ?? []);
    if (!facts) missing.push({ part: 'broker', because: 'AWAY' });
    const about = { assignmentId, at: new Date().toISOString(), missing };
    response.set('Cache-Control', 'no-store').json(compose(about, parts, facts));
  };
}

type Heard = { part: Partial<Parts> } | { missing: MissingPart } | { refusal: Answer };

async function hear(deps: ExplainDeps, service: (typeof services)[number], request: UpstreamRequest): Promise<Heard> {
  const without = (because: MissingPart['because']): Heard => ({ missing: { part: service, because } });
  try {
    const answer = await ask(deps, deps.upstreams[service], { ...request, method: 'GET' });
    if (!answer) return without('AWAY');
    if (answer.statusCode === 200) {
      return { part: { [service]: PartialExplanation.parse(await readJson(answer))[service] } };
    }
    if (answer.statusCode < 500 && answer.statusCode !== 404) return { refusal: answer };
    discard(answer);
    return without(answer.statusCode === 404 ? 'UNKNOWN' : answer.statusCode === 503 ? 'AWAY' : 'FAILED');
  } catch (error) {
    if (error instanceof HttpProblem) return without('AWAY');
    deps.logger.error({ err: error, service }, 'an explanation cannot be read');
    return without('FAILED');
  }
}

/** Undefined when the broker cannot say in time. */
async function readFacts(
  { broker, logger }: ExplainDeps,
  assignmentId: string,
  reminders: readonly Reminder[],
): Promise<BrokerFacts> {
  const read = async () => {
    await broker.check();
    const connected = await broker.connected();
    const letters = await readLetters(connected, assignmentId);
    return {
      schedule: { stream: 'SCHEDULE', places: await readPlaces(connected, 'SCHEDULE'), letters },
      reminder: { stream: 'REMINDER', places: await readPlaces(connected, 'REMINDER'), letters },
      payout: { stream: 'PAYOUT', places: await readPlaces(connected, 'PAYOUT'), letters },
      sent: await findSent(connected, reminders),
    };
  };
  const late = new AbortController();
  try {
    return await Promise.race([read(), delay(brokerTimeoutMs, undefined, { signal: late.signal })]);
  } catch (error) {
    logger.warn({ err: error }, 'the broker cannot say who took which event');
    return undefined;
  } finally {
    late.abort();
  }
}

function nothingKnown(missing: readonly MissingPart[]): HttpProblem {
  if (missing.every(({ because }) => because === 'UNKNOWN')) {
    return new HttpProblem('not-found', 'There is no such assignment.');
  }
  return new HttpProblem('unavailable', 'Nobody who is there knows of it. Try again.', {}, { 'Retry-After': '1' });
}
