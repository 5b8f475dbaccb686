import { randomUUID } from 'node:crypto';
import type { EventType } from '@punctual/contracts';
import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { type Answered, call, type Gateway, startGateway } from './gateway.ts';
import { type Changes, changesOf, openChanges, type Sent } from './open-changes.ts';
import { type Producer, startProducer } from './producer.ts';

export type As = { roles?: string[]; sub?: string; expiresIn?: number; lastId?: string | undefined; reads?: boolean };

export type Setting = {
  environment: TestEnvironment;
  producer: Producer;
  scheduling: FakeService;
  /** The one that scheduling knows; a new one after `renew`. */
  assignmentId(): string;
  /** Begins with another assignment, and lets all clients leave. */
  renew(): void;
  /** All gateways believe the same issuer, so that a client may go from one to another. */
  gateway(settings?: Record<string, string>): Promise<Gateway>;
  follow(gateway: Gateway, as?: As): Promise<Changes>;
  /** Opens the feed of a person as a stream. */
  followFeed(gateway: Gateway, as?: As): Promise<Changes>;
  /** Asks for a page of the feed of a person. */
  page(gateway: Gateway, as: As, query?: Record<string, string | number>): Promise<Answered & { json: Page }>;
  authorization(as: As): Promise<string>;
  publish(type: EventType, version: number, data?: object): Promise<void>;
  stop(): Promise<void>;
};

export type Page = { items: Sent['data'][]; nextCursor: string };

/** NATS, a producer of events, something in the place of scheduling, and any number of gateways. */
export async function startSetting({ natsServers }: { natsServers?: 3 } = {}): Promise<Setting> {
  const environment = await testEnvironment({ nats: natsServers ? { servers: natsServers } : true });
  const producer = await startProducer(environment.natsUrl, natsServers);
  await producer.declare();
  let assignmentId = randomUUID();
  const open: Changes[] = [];
  const gateways: Gateway[] = [];
  const scheduling = await startFakeService(({ url = '' }, response) => {
    // As one of an older release: it refuses a query that it does not know.
    if (url.includes('?')) return json(response, 400, { code: 'validation-failed' });
    const known = url === `/assignments/${assignmentId}`;
    json(response, known ? 200 : 404, known ? { id: assignmentId } : { code: 'not-found' });
  });
  const authorization = async ({ roles = ['customer'], sub, expiresIn }: As) =>
    `Bearer ${await environment.issuer.token({ roles, ...(sub && { sub }), ...(expiresIn && { expiresIn }) })}`;
  const followAt = async (gateway: Gateway, path: string, as: As = {}) => {
    const headers = {
      accept: 'text/event-stream',
      authorization: await authorization(as),
      ...(as.lastId !== undefined && { 'last-event-id': as.lastId }),
    };
    const changes = await openChanges(gateway.url, path, headers, as);
    open.push(changes);
    return changes;
  };
  const leave = () => {
    for (const changes of open.splice(0)) changes.leave();
  };

  return {
    environment,
    producer,
    scheduling,
    assignmentId: () => assignmentId,
    renew: () => {
      leave();
      assignmentId = randomUUID();
    },
    gateway: async (settings = {}) => {
      const gateway = await startGateway({
        ...environment.env,
        SCHEDULING_URL: scheduling.url,
        CHANGES_HEARTBEAT_MS: '200',
        ...settings,
      });
      gateways.push(gateway);
      return gateway;
    },
    follow: (gateway, as) => followAt(gateway, changesOf(assignmentId), as),
    followFeed: (gateway, as) => followAt(gateway, '/changes', as),
    page: async (gateway, as, query = {}) => {
      const parameters = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
      const headers = { authorization: await authorization(as) };
      const answered = await call(gateway.url, 'GET', `/changes?${parameters}`, { headers });
      return { ...answered, json: answered.json as Page };
    },
    authorization,
    publish: (type, version, data) => producer.publish(type, { assignmentId, version, ...(data && { data }) }),
    stop: async () => {
      leave();
      for (const gateway of gateways) await gateway.stop();
      await scheduling.stop();
      await producer.stop();
      await environment.stop();
    },
  };
}

/** What a client has seen, in few words. */
export function versions({ events }: Changes): string[] {
  return events.map(({ event, data }) => `${event} ${Number(data.sequence)}`);
}
