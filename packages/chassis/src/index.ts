export { DomainError, type ProblemExtras } from './domain-error.ts';
export { type Authenticate, type Caller, createAuthenticate } from './http/authenticate.ts';
export { fromCursor, toCursor, versionAfter } from './http/cursor.ts';
export { type Handled, type HandlerRequest, handle, type Relay, type Route, relay } from './http/handle.ts';
export type { HealthCheck } from './http/health.ts';
export { createHttpApp, type HttpAppDeps, sendProblem } from './http/http-app.ts';
export { HttpProblem } from './http/http-problem.ts';
export { startingHeader } from './http/starting-app.ts';
export { type Broker, type BrokerHandle, connectBroker } from './nats/broker.ts';
export { type ConsumerOptions, type Received, startConsumer } from './nats/consumer.ts';
export { declareConsumers } from './nats/declare-consumers.ts';
export {
  type DeclaredStream,
  declarationOf,
  declaredStreams,
  declareStreams,
  type StreamDeclaration,
} from './nats/declare-streams.ts';
export { type Headers, readHeaders } from './nats/message-headers.ts';
export { publishEvent } from './nats/publish.ts';
export { publishAll } from './nats/publish-all.ts';
export { originCreated, streamCreatedAt } from './nats/stream-created-at.ts';
export { observeStreams } from './nats/stream-metrics.ts';
export { StreamSettings } from './nats/stream-settings.ts';
export { type OutboxRelay, startOutboxRelay } from './outbox/relay.ts';
export {
  inboxInsert,
  inboxReceived,
  inboxTable,
  outboxInsert,
  outboxRow,
  outboxStreamSequence,
  outboxTable,
} from './outbox/tables.ts';
export { SessionClient } from './postgres/session-client.ts';
export { type PostgresUrl, parsePostgresUrl, postgresUrl } from './postgres/url.ts';
export {
  commaSeparated,
  httpOrigin,
  httpOrigins,
  httpUrl,
  linkBase,
  parsed,
  secretKey,
  serviceOrigins,
  Wrong,
} from './process/addresses.ts';
export { AuthConfig, BrokerConfig, ConfigError, HttpConfig, readConfig, rule } from './process/config.ts';
export { every } from './process/every.ts';
export { failpoint, type Moment } from './process/failpoint.ts';
export type { Lifecycle } from './process/lifecycle.ts';
export { logOutage, type Outage } from './process/log-outage.ts';
export type { Logger } from './process/logger.ts';
export { count, durationDays, durationHours, durationMinutes, durationMs } from './process/numbers.ts';
export { runService, type Service, type ServiceDefinition, type ServiceDeps, startService } from './process/service.ts';
export { currentTraceId, currentTraceparent, inSpan, traceHeaders } from './telemetry/trace-context.ts';
export { isUnavailable } from './unavailable/is-unavailable.ts';
