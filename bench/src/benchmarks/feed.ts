import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { allEvents, type EventType, sequenceText } from '@punctual/contracts';
import { connectPeer, type Peer } from '@punctual/testkit';
import { startFeedStack } from '../feed/feed-stack.ts';
import { startPeople } from '../feed/people.launch.ts';
import { type Person, partiesOf } from '../feed/people.ts';
import { cpuSeconds } from '../process-cpu.ts';
import { type Benchmark, percentile, rounded } from '../result.ts';

const people = Number(process.env.BENCH_PEOPLE ?? 5_000);
const goalMb = 120;
const perSecond = 300;
const liveEvents = perSecond * 30;
/** More than the gateway remembers of each stream, so that it has to read some again. */
const awayEvents = 18_000;
/** Of other people, so that the gateway remembers as much as it ever does. */
const earlierEvents = 18_000;
const settleMs = 15_000;
const types: EventType[] = ['schedule.confirmed', 'reminder.queued', 'payout.pending'];

/**
 * One gateway with 5,000 feeds: its memory above rest, and the time from publishing an event until
 * both its people have it, at 300 events a second. Then all connections are lost at once, and
 * return to more events than the gateway remembers.
 */
export const feedBenchmark: Benchmark = async (log) => {
  const stack = await startFeedStack(log);
  const peer = await connectPeer({ NATS_URL: stack.natsUrl });
  const clients = startPeople();
  try {
    const everybody = await Promise.all(
      Array.from({ length: people }, async (_, n): Promise<Person> => {
        const id = randomUUID();
        return { id, token: await stack.issuer.token({ sub: id, roles: [n < people / 2 ? 'customer' : 'provider'] }) };
      }),
    );
    const strangers = Array.from({ length: people }, () => ({ id: randomUUID() }));
    await publish(peer, strangers, 0, earlierEvents);
    await delay(settleMs);
    const [restMb, restConsumers] = [await stack.memoryMb(), await stack.consumers()];
    log(`at rest ${rounded(restMb)} MB, ${restConsumers} consumers`);

    let start = performance.now();
    await clients.open(stack.gateway.url, everybody);
    const openedMs = Math.round(performance.now() - start);
    const openMb = await stack.memoryMb();
    const cpuBefore = await cpuSeconds(stack.gateway.pid);
    await publish(peer, everybody, 0, liveEvents, perSecond);
    const live = await clients.report(liveEvents);
    const cpuAfter = await cpuSeconds(stack.gateway.pid);
    const [liveMb, liveConsumers] = [await stack.memoryMb(), await stack.consumers()];
    log(`${people} people: ${rounded(openMb)} MB when open, ${rounded(liveMb)} MB after ${liveEvents} events`);

    await clients.leave();
    await publish(peer, everybody, liveEvents, awayEvents);
    let mostConsumers = 0;
    const watching = setInterval(async () => {
      // The last one may be late.
      mostConsumers = Math.max(mostConsumers, await stack.consumers().catch(() => 0));
    }, 20);
    start = performance.now();
    await clients.return().finally(() => clearInterval(watching));
    const back = await clients.report(liveEvents + awayEvents);
    const returnedMs = Math.round(performance.now() - start);
    const returnedMb = await stack.memoryMb();

    const aboveRest = rounded(liveMb - restMb);
    return {
      name: 'feed',
      unit: 'MB above rest',
      ours: aboveRest,
      reference: goalMb,
      ratio: rounded(goalMb / aboveRest),
      p50: rounded(percentile(live.latenciesMs, 50)),
      p99: rounded(percentile(live.latenciesMs, 99)),
      details: {
        people,
        restMb: rounded(restMb),
        openMb: rounded(openMb),
        liveMb: rounded(liveMb),
        returnedMb: rounded(returnedMb),
        openedMs,
        eventsPerSecond: perSecond,
        gatewayCpuSeconds: rounded((cpuAfter ?? Number.NaN) - (cpuBefore ?? Number.NaN)),
        consumers: { rest: restConsumers, live: liveConsumers, mostWhileReturning: mostConsumers },
        missed: awayEvents,
        returnedMs,
        missing: live.missing + back.missing,
        twice: live.twice + back.twice,
      },
    };
  } finally {
    await clients.stop();
    await peer.stop();
    await stack.stop();
  }
};

/** Publishes events from the n-th on, at a rate or as fast as NATS takes them. */
async function publish(
  { jetstream }: Peer,
  everybody: readonly { id: string }[],
  from: number,
  count: number,
  rate = Number.POSITIVE_INFINITY,
): Promise<void> {
  const start = performance.now();
  const atOnce = 100;
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - start) / 1_000) * rate), sent + atOnce);
    await Promise.all(
      Array.from({ length: Math.max(0, due - sent) }, (_, n) => {
        const event = eventOf(from + sent + n, everybody);
        return jetstream.publish(event.type, JSON.stringify(event));
      }),
    );
    sent = Math.max(sent, due);
    if (rate < Number.POSITIVE_INFINITY) await delay(5);
  }
}

/** The n-th event, with its number as the sequence. */
function eventOf(n: number, everybody: readonly { id: string }[]) {
  const [customer, provider] = partiesOf(n, everybody.length);
  const { example } = allEvents[types[n % types.length] ?? 'schedule.confirmed'];
  const assignmentId = randomUUID();
  return {
    ...example,
    id: randomUUID(),
    time: new Date().toISOString(),
    subject: assignmentId,
    partitionkey: assignmentId,
    sequence: sequenceText(n),
    data: { ...example.data, assignmentId, customerId: everybody[customer]?.id, providerId: everybody[provider]?.id },
  };
}
