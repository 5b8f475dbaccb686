import { type ClientRequest, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Ask, type Person, partiesOf, type Report } from './people.ts';

// The people of the feed, each with one stream of server-sent events.

/** Connections that are opened at a time, and how long that takes at least. */
const batch = 100;
const batchMs = 100;
const patienceMs = 60_000;
const retryMs = 1_000;

type Client = { person: Person; sent?: ClientRequest; lastId: string; seen: number[] };

let url = '';
let clients: Client[] = [];
let latenciesMs: number[] = [];

process.on('message', async (ask: Ask) => {
  try {
    process.send?.({ done: await answer(ask) });
  } catch (error) {
    process.send?.({ failure: String(error) });
  }
});

async function answer(ask: Ask): Promise<Report | undefined> {
  switch (ask.do) {
    case 'open':
      url = ask.url;
      clients = ask.people.map((person) => ({ person, lastId: '', seen: [] }));
      return openAll();
    case 'return':
      return openAll();
    case 'leave':
      for (const { sent } of clients) sent?.destroy();
      return undefined;
    case 'report':
      return report(ask.events);
  }
}

async function openAll(): Promise<undefined> {
  for (let n = 0; n < clients.length; n += batch) {
    await Promise.all([...clients.slice(n, n + batch).map(open), delay(batchMs)]);
  }
}

/** Resolves when the stream is open. Tries again while the gateway is overloaded, as clients do. */
async function open(client: Client): Promise<void> {
  while ((await connect(client)) === 503) await delay(retryMs);
}

/** Resolves with the status, at 200 when the first id has come. */
function connect(client: Client): Promise<number> {
  const headers = {
    accept: 'text/event-stream',
    authorization: `Bearer ${client.person.token}`,
    ...(client.lastId && { 'last-event-id': client.lastId }),
  };
  return new Promise((resolve, reject) => {
    client.sent = request(`${url}/changes`, { headers, agent: false }, (response) => {
      const { statusCode = 0 } = response;
      if (statusCode === 503) return resolve(statusCode);
      if (statusCode !== 200) return reject(new Error(`The feed is ${statusCode}`));
      let rest = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) take(client, block);
        resolve(statusCode);
      });
      response.on('error', () => undefined);
    });
    client.sent.on('error', reject).end();
  });
}

function take(client: Client, block: string): void {
  client.lastId = /^id: (.*)$/m.exec(block)?.[1] ?? client.lastId;
  const data = /^data: (.*)$/m.exec(block)?.[1];
  if (data === undefined) return;
  const { time, sequence } = JSON.parse(data);
  latenciesMs.push(Date.now() - Date.parse(time));
  client.seen.push(Number(sequence));
}

async function report(events: number): Promise<Report> {
  const wanted = clients.map((): number[] => []);
  for (let event = 0; event < events; event += 1) {
    for (const party of partiesOf(event, clients.length)) wanted[party]?.push(event);
  }
  const count = wanted.reduce((sum, { length }) => sum + length, 0);
  const received = () => clients.reduce((sum, { seen }) => sum + seen.length, 0);
  for (let waited = 0; received() < count && waited < patienceMs; waited += 100) await delay(100);
  const latencies = latenciesMs;
  latenciesMs = [];
  return {
    latenciesMs: latencies,
    missing: sumOf(clients, ({ seen }, n) => (wanted[n] ?? []).filter((event) => !seen.includes(event)).length),
    twice: sumOf(clients, ({ seen }) => seen.length - new Set(seen).size),
  };
}

function sumOf<T>(list: readonly T[], value: (each: T, index: number) => number): number {
  return list.reduce((sum, each, index) => sum + value(each, index), 0);
}
