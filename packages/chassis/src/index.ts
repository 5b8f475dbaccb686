export * from './domain/index.ts';
export { type Authenticate, type Caller, createAuthenticate } from './http/authenticate.ts';
export { fromCursor, toCursor, versionAfter } from './http/cursor.ts';
export {
  type HandlerRequest,
  type HandlerResponse,
  handle,
  type Passthrough,
  passthrough,
  type Route,
} from './http/handle.ts';
export type { HealthCheck } from './http/health.ts';
export { createHttpApp, type HttpAppDeps, sendProblem } from './http/http-app.ts';
export { HttpProblem, toProblemAnswer } from './http/http-problem.ts';
export { readQuery, refuseQuery } from './http/read-request.ts';
export { startingHeader } from './http/starting-app.ts';
export type { Attempts } from './nats/attempts.ts';
export { type Broker, type BrokerHandle, connectBroker } from './nats/broker.ts';
export { type ConsumerDeps, type RunningConsumer, startConsumer } from './nats/consumer.ts';
export type { DeadLetter } from './nats/dead-letter-copy.ts';
export { declareConsumers } from './nats/declare-consumers.ts';
export {
  type DeclaredStream,
  declarationOf,
  declaredStreams,
  declareStreams,
  type StreamDeclaration,
} from './nats/declare-streams.ts';
export { fromLeader } from './nats/from-leader.ts';
export type { ConsumerOptions, ConsumerSource, Received, Refusal } from './nats/handling.ts';
export type { Inbox } from './nats/inbox.ts';
export { findLost, type HeldStream, holdStream, holds, idAt, type Stored } from './nats/lost-events.ts';
export { type Headers, readHeaders } from './nats/message-headers.ts';
export { publishEvent, publishEvents } from './nats/publish-event.ts';
export type { PubAck } from './nats/publisher.ts';
export { readRange, type StoredMessage } from './nats/read-range.ts';
export { consumerInfo, readStream, type StreamSelection, streamInfo, unlessMissing } from './nats/read-stream.ts';
export { originCreated, streamCreatedAt } from './nats/stream-created-at.ts';
export { observeStreams } from './nats/stream-metrics.ts';
export { StreamSettings } from './nats/stream-settings.ts';
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
export { type FailpointReached, failpoint } from './process/failpoint.ts';
export type { Lifecycle } from './process/lifecycle.ts';
export { logOutage, type Outage } from './process/log-outage.ts';
export type { Logger } from './process/logger.ts';
export { count, durationDays, durationHours, durationMinutes, durationMs } from './process/numbers.ts';
export { reasonOf } from './process/reason-of.ts';
export { runService, type Service, type ServiceDefinition, type ServiceDeps, startService } from './service.ts';
export { runTask, type TaskDefinition } from './task.ts';
export { counter, gauge, histogram, observed, observeTogether } from './telemetry/instruments.ts';
export {
  annotateSpan,
  currentTraceId,
  currentTraceparent,
  inSpan,
  linkSpanTo,
  traceHeaders,
} from './telemetry/trace-context.ts';
export { isUnavailable } from './unavailable/is-unavailable.ts';
export { announce } from './version/announce.ts';
export { readVersion } from './version/read-version.ts';
