import { allEvents } from '../events/catalog.ts';
import type { EventContract } from '../events/define-event.ts';
import { eventJsonSchema, type JsonSchema } from '../events/json-schemas.ts';
import { version } from '../version.ts';

type Ref = { readonly $ref: string };

/** The parts of an AsyncAPI 3 document that ours has. */
export type AsyncApiDocument = {
  readonly asyncapi: '3.0.0';
  readonly info: { title: string; version: string; description: string; license: { name: string; url: string } };
  readonly defaultContentType: string;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
};

type Channel = {
  address: string;
  summary: string;
  messages: Record<string, Ref>;
  /** The JetStream stream that keeps it, and who publishes it. */
  'x-stream': string;
  'x-source': string;
};

type Operation = { action: 'send'; channel: Ref; summary: string; messages: Ref[] };

type Message = {
  name: string;
  summary: string;
  contentType: string;
  headers: JsonSchema;
  payload: JsonSchema;
  examples: { summary: string; payload: object }[];
};

const contentType = 'application/cloudevents+json';

const headers: JsonSchema = {
  type: 'object',
  properties: {
    'Nats-Msg-Id': { type: 'string', description: "The event's id" },
    traceparent: { type: 'string', description: 'The trace of the request that caused it' },
    'Content-Type': { type: 'string', const: contentType, description: 'Type of the message' },
    'Punctual-Replay': { type: 'string', description: 'On a replay: the consumer that receives it' },
  },
  required: ['Nats-Msg-Id', 'Content-Type'],
};

/**
 * Every event that Punctual publishes on NATS, as an AsyncAPI 3 document: a channel for each
 * subject.
 */
export function asyncApiDocument(): AsyncApiDocument {
  const events: EventContract[] = Object.values(allEvents);
  const payloads = events.map((event) => ({ event, ...payloadOf(event) }));
  return {
    asyncapi: '3.0.0',
    info: {
      title: "Punctual's events",
      version,
      description:
        'CloudEvents 1.0 in structured JSON on NATS JetStream: at least once, in order for each assignment and source. ' +
        'Read leniently: fields may be added. What has no value is null.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: contentType,
    channels: Object.fromEntries(events.map((event) => [event.type, channelOf(event)])),
    operations: Object.fromEntries(events.map((event) => [event.type, operationOf(event)])),
    components: {
      messages: Object.fromEntries(payloads.map(({ event, payload }) => [event.type, messageOf(event, payload)])),
      schemas: Object.assign({}, ...payloads.map(({ shared }) => shared)),
    },
  };
}

function channelOf({ type, summary, stream, source }: EventContract): Channel {
  const messages = { [type]: { $ref: `#/components/messages/${type}` } };
  return { address: type, summary, messages, 'x-stream': stream, 'x-source': source };
}

function operationOf({ type, summary }: EventContract): Operation {
  const channel = `#/channels/${type}`;
  return { action: 'send', channel: { $ref: channel }, summary, messages: [{ $ref: `${channel}/messages/${type}` }] };
}

function messageOf({ type, summary, example }: EventContract, payload: JsonSchema): Message {
  return { name: type, summary, contentType, headers, payload, examples: [{ summary, payload: example }] };
}

/**
 * The reader's schema of a whole event, and the named schemas that it shares with others: they go
 * to the components.
 */
function payloadOf(event: EventContract): { payload: JsonSchema; shared: Record<string, JsonSchema> } {
  const toComponents = (key: string, value: unknown) =>
    key === '$ref' ? String(value).replace('#/$defs/', '#/components/schemas/') : value;
  const { $schema: _, $defs = {}, examples: __, ...payload } = eventJsonSchema(event);
  return JSON.parse(JSON.stringify({ payload, shared: $defs }), toComponents);
}
