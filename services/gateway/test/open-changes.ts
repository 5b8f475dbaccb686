import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

export type Sent = {
  event: string;
  id: string;
  data: { id: string; type: string; sequence: string; partitionkey: string; data: Record<string, unknown> };
};

export type Changes = {
  status: number;
  headers: IncomingMessage['headers'];
  /** What came until now: events, and the raw text. */
  events: Sent[];
  text(): string;
  /** The last id that came, with an event or without. */
  lastId(): string | undefined;
  /** Waits until so many events have come, and fails when they do not. */
  until(count: number, withinMs?: number): Promise<Sent[]>;
  /** Resolves when the server has ended the stream as a whole one, rejects when it broke off. */
  ended: Promise<void>;
  response: IncomingMessage;
  leave(): void;
};

export const changesOf = (assignmentId: string): string => `/assignments/${assignmentId}/changes`;

/** A client of server-sent events on a new connection. */
export async function openChanges(
  url: string,
  path: string,
  headers: Record<string, string>,
  options: { reads?: boolean } = {},
): Promise<Changes> {
  const sent: ClientRequest = request(url + path, { headers, agent: false }).end();
  const [response]: [IncomingMessage] = (await once(sent, 'response')) as [IncomingMessage];
  // A reset connection is an error of the request too; `ended` reports it.
  sent.on('error', () => undefined);
  const events: Sent[] = [];
  const chunks: string[] = [];
  let rest = '';
  let lastId: string | undefined;

  const take = (block: string) => {
    const fields = fieldsOf(block);
    lastId = fields.get('id') ?? lastId;
    const data = fields.get('data');
    if (data === undefined) return;
    events.push({ event: fields.get('event') ?? '', id: lastId ?? '', data: JSON.parse(data) });
  };
  if (options.reads !== false) {
    response.setEncoding('utf8').on('data', (chunk: string) => {
      chunks.push(chunk);
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) take(block);
    });
  }
  const ended = new Promise<void>((resolve, reject) => response.once('end', resolve).once('error', reject));
  ended.catch(() => undefined);

  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    text: () => chunks.join(''),
    lastId: () => lastId,
    until: (count, withinMs = 15_000) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${events.length} of ${count} events came`)), withinMs);
        const check = () => {
          if (events.length < count) return;
          clearTimeout(late);
          response.off('data', check);
          resolve(events);
        };
        response.on('data', check);
        check();
      }),
    ended,
    response,
    leave: () => response.destroy(),
  };
}

function fieldsOf(block: string): Map<string, string> {
  const fields = block.split('\n').map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
  });
  return new Map(fields);
}
