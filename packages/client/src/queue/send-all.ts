import type { Client } from '../client.ts';
import { following } from './following.ts';
import type { Intent } from './intent.ts';
import type { Outcome } from './outcome.ts';
import { sendIntent } from './send-intent.ts';
import type { IntentStore } from './store.ts';

export type SendDeps = {
  client: Client;
  intents: IntentStore;
  onOutcome: (outcome: Outcome) => void | Promise<void>;
  maxAgeMs: number;
  isClosed: () => boolean;
};

/**
 * Sends intents, oldest first, until all are settled or wait. A lane that has to wait does not hold
 * up the others.
 * @returns the pause that the API asks for, by waiting lane
 */
export async function sendAll(deps: SendDeps): Promise<ReadonlyMap<string, number>> {
  const waiting = new Map<string, number>();
  while (!deps.isClosed()) {
    // Read each time: intents are added and removed meanwhile, and handlers add some.
    const all = await deps.intents.read();
    const intent = all.find(({ lane }) => !waiting.has(lane));
    if (!intent) break;
    const later = await sendNext(deps, intent);
    if (later) waiting.set(intent.lane, later.afterMs);
    if (later?.isForAll) break;
  }
  return waiting;
}

async function sendNext(deps: SendDeps, intent: Intent) {
  const isTooOld = Math.abs(Date.now() - intent.createdAt) > deps.maxAgeMs;
  if (isTooOld) return settle(deps, { kind: 'EXPIRED', intent, rest: await behind(deps, intent) });
  const sent = await markSent(deps.intents, intent);
  // The user has taken it back.
  if (!sent) return undefined;
  const verdict = await sendIntent(deps.client, sent);
  if (verdict.kind === 'LATER') return verdict;
  if (verdict.kind === 'DONE') return settle(deps, { ...verdict, intent: sent });
  return settle(deps, { ...verdict, intent: sent, rest: await behind(deps, sent) });
}

/** The others of its lane, with those that were added while it was sent. */
async function behind({ intents }: SendDeps, intent: Intent): Promise<Intent[]> {
  return (await intents.read()).filter(({ id, lane }) => lane === intent.lane && id !== intent.id);
}

/** Before it is sent, since after a crash nobody knows whether it was. */
function markSent(intents: IntentStore, intent: Intent): Promise<Intent | undefined> {
  return intents.change((all) => {
    const marked = all.map((each) => (each.id === intent.id ? { ...each, isSent: true } : each));
    return { intents: marked, result: marked.find(({ id }) => id === intent.id) };
  });
}

/** Reports an outcome, then takes the intent out, and with it the rest of its lane. */
async function settle({ intents, onOutcome }: SendDeps, outcome: Outcome): Promise<undefined> {
  await onOutcome(outcome);
  const settled = [outcome.intent, ...('rest' in outcome ? outcome.rest : [])];
  const gone = new Set(settled.map(({ id }) => id));
  await intents.change((all) => {
    const left = all.filter(({ id }) => !gone.has(id));
    const { intent } = outcome;
    return {
      intents: outcome.kind === 'DONE' ? left.map(following(intent, outcome.response.version)) : left,
      result: undefined,
    };
  });
}
