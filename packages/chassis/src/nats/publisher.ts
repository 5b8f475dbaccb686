import { JetStreamApiError } from '@nats-io/jetstream';
import {
  ClosedConnectionError,
  createInbox,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  PermissionViolationError,
  type Subscription,
} from '@nats-io/transport-node';

/** Publishes to whatever stream takes a subject. */
export type Publisher = {
  /**
   * Sends at once, in the order of the calls, and waits until the stream has stored it.
   * @returns its sequence in the stream; of a message that was there already, that one's
   * @throws when there is no acknowledgement: the message may or may not be stored, and is to be published again with the same id
   */
  publish(subject: string, payload: string, headers: MsgHdrs): Promise<number>;
};

type Waiting = { subject: string; since: number; resolve(sequence: number): void; reject(reason: unknown): void };

const ackTimeoutMs = 5_000;
const sweepMs = 250;
const noResponders = 503;

/**
 * One inbox hears the answers to all that a connection publishes, and one timer looks for those that do not come: a request of its own for
 * each message, as `jetstream.publish` makes it, costs more than the rest of the message's way.
 */
export function createPublisher(connection: NatsConnection, inboxPrefix: string): Publisher {
  const inbox = createInbox(inboxPrefix);
  /** By what ends the subject of the answer; the oldest come first. */
  const waiting = new Map<string, Waiting>();
  let answers: Subscription | undefined;
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;

  const refuse = (error: Error, isMeant: (subject: string) => boolean = () => true) => {
    for (const [token, { subject, reject }] of waiting) {
      if (!isMeant(subject)) continue;
      waiting.delete(token);
      reject(error);
    }
  };
  const settle = (token: string, message: Msg) => {
    const asked = waiting.get(token);
    if (!asked) return;
    waiting.delete(token);
    try {
      asked.resolve(sequenceIn(message, asked.subject));
    } catch (error) {
      asked.reject(error);
    }
  };
  const listen = () =>
    connection.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (error) refuse(error);
        else settle(message.subject.slice(inbox.length + 1), message);
      },
    });
  const sweep = () => {
    timer = undefined;
    for (const [token, { subject, since, reject }] of waiting) {
      if (performance.now() - since < ackTimeoutMs) break;
      waiting.delete(token);
      reject(new Error(`no stream has acknowledged ${subject} in time`));
    }
    if (waiting.size > 0) timer = setTimeout(sweep, sweepMs);
  };
  const watch = async () => {
    for await (const status of connection.status()) {
      if (status.type !== 'error' || !(status.error instanceof PermissionViolationError)) continue;
      const { operation, subject: forbidden } = status.error;
      if (operation === 'publish') refuse(status.error, (subject) => subject === forbidden);
    }
    clearTimeout(timer);
    refuse(new ClosedConnectionError());
  };
  void watch();

  return {
    publish: (subject, payload, headers) =>
      new Promise((resolve, reject) => {
        if (!answers || answers.isClosed()) answers = listen();
        sent += 1;
        const token = String(sent);
        connection.publish(subject, payload, { reply: `${inbox}.${token}`, headers });
        waiting.set(token, { subject, since: performance.now(), resolve, reject });
        timer ??= setTimeout(sweep, sweepMs);
      }),
  };
}

function sequenceIn(message: Msg, subject: string): number {
  if (message.headers?.code === noResponders) throw new Error(`no stream takes ${subject}`);
  const { error, seq } = message.json<{ error?: ConstructorParameters<typeof JetStreamApiError>[0]; seq: number }>();
  if (error) throw new JetStreamApiError(error);
  return seq;
}
