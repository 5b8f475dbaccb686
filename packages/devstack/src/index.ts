export { type Program, runProgram } from './cli/program.ts';
export { requestToken } from './cli/request-token.ts';
export { createDatabase, dropDatabase } from './create-database.ts';
export { type Issuer, startIssuer } from './issuer.ts';
export type { PageServer } from './observe/page-server.ts';
export {
  findJaeger,
  findPrometheus,
  findPromtool,
  isJaegerBuilt,
  startJaeger,
  startPrometheus,
} from './observe/servers.ts';
export {
  type Observability,
  ruleFiles,
  scrapeTargets,
  startMetricPages,
  startObservability,
} from './observe/start-observability.ts';
export { type Cache, openCache } from './servers/cache.ts';
export { findCommand } from './servers/commands.ts';
export { freePort, isPortFree } from './servers/free-port.ts';
export type { NatsCluster, RouteThrough } from './servers/nats-cluster.ts';
export { type NatsUser, natsSignIn, natsUsers } from './servers/nats-users.ts';
export type { Postgres, Standby } from './servers/postgres.ts';
export type { Prometheus, ScrapeTarget } from './servers/prometheus.ts';
export { NoServerError, type Server, Unavailable } from './servers/source.ts';
export {
  checkNatsConfig,
  findChromium,
  findGoProgram,
  findNatsCli,
  type ServerName,
  type Servers,
  type StartServersOptions,
  startNats,
  startNatsCluster,
  startPgbouncer,
  startServers,
  startStripeMock,
  startTlsNats,
  startTlsPostgres,
} from './servers/start-servers.ts';
export { startTogether } from './servers/start-together.ts';
export { type SupervisedProcess, startSupervised } from './servers/supervised-process.ts';
export type { TlsPostgres } from './servers/tls-postgres.ts';
export { smallHeap } from './stack/service-process.ts';
export {
  type DeployableName,
  deployableNames,
  type ServiceName,
  serviceFolder,
  serviceNames,
} from './stack/services.ts';
export { type Stack, type StackOptions, startStack } from './stack/start-stack.ts';
export { applyStreams, watchStreams } from './stack/streams.ts';
export { type EventLog, openEventLog, type PassingEvent } from './story/event-log.ts';
export { eventually } from './story/eventually.ts';
export { windowIn, windowOn } from './story/times.ts';
export { newTrace } from './story/trace.ts';
export type { TokenClaims } from './token-claims.ts';
