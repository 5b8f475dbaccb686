export { type Program, runProgram } from './cli/program.ts';
export { createDatabase, dropDatabase } from './create-database.ts';
export { type Issuer, startIssuer, type TokenClaims } from './issuer.ts';
export { type Cache, openCache } from './servers/cache.ts';
export { type NatsUser, natsSignIn, natsUsers } from './servers/nats-users.ts';
export { NoServerError, type Server } from './servers/source.ts';
export {
  type ServerName,
  type Servers,
  type StartServersOptions,
  startNats,
  startPgbouncer,
  startServers,
  startStripeMock,
  startTlsPostgres,
} from './servers/start-servers.ts';
export type { TlsPostgres } from './servers/tls-postgres.ts';
export type { ServiceName } from './stack/services.ts';
export { type Stack, type StackOptions, startStack } from './stack/start-stack.ts';
export { applyStreams } from './stack/streams.ts';
export { type EventLog, openEventLog, type PassingEvent } from './story/event-log.ts';
export { eventually } from './story/eventually.ts';
export { windowIn, windowOn } from './story/times.ts';
export { newTrace } from './story/trace.ts';
export { ContractError, type KnownAnswer, openContract } from './testing/contract.ts';
export { contractFetch } from './testing/contract-fetch.ts';
export { type RunningService, runService } from './testing/run-service.ts';
export { type TestEnvironment, type TestEnvironmentOptions, testEnvironment } from './testing/test-environment.ts';
export { undeclaredReads } from './testing/undeclared-reads.ts';
export { type SpoilableDatabase, spoilableDatabase, type Trouble } from './testing/unusable-database.ts';
