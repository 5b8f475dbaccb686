import type { Cache } from './cache.ts';
import type { Run } from './run.ts';

/** A server, started by us or elsewhere. */
export type Server = {
  readonly url: string;
  /** The folder with the data, of a server that is a process of ours. */
  readonly folder?: string;
  /**
   * Stops answering, as in a fault; the port and the data are kept. Not for one named by its URL.
   */
  halt(): Promise<void>;
  /**
   * A signal to its process, as a fault sends it; after `SIGKILL`, `halt` and `resume` bring it
   * back. Not for one named by its URL.
   */
  signal(name: NodeJS.Signals): Promise<void>;
  /** Answers again, on the same port with the same data. */
  resume(): Promise<void>;
  stop(): Promise<void>;
};

/** What a source of servers works with. */
export type Host = {
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
  signal: AbortSignal | undefined;
  cache: Cache;
  run: Run;
  /** Servers flush what they commit; only benchmarks of durable writes need that. */
  fsync: boolean;
  /** More lines of nats-server's configuration, such as `max_payload: 8KB`. */
  natsConfig: string;
  /** @throws Unavailable when no Docker daemon answers */
  docker: () => Promise<void>;
};

/** One way to get a server. */
export type Source<S extends Server = Server> = {
  kind: 'environment' | 'path' | 'docker' | 'local';
  name: string;
  /** @throws Unavailable, or anything that kept it from starting: the next source is tried */
  start: () => Promise<S>;
};

/** This machine does not have it; the message is the reason, without a capital or a full stop. */
export class Unavailable extends Error {}

/** None of the sources worked; the message says why and what to do, in one line. */
export class NoServerError extends Error {}

/** Starts the first of the sources that works, and says which and why not the ones before it. */
export async function startFirst<S extends Server = Server>(
  host: Host,
  options: { what: string; sources: Source<S>[]; remedy: string },
): Promise<S> {
  const reasons: string[] = [];
  for (const source of permitted(host.env, options.sources)) {
    try {
      const server = await source.start();
      host.log(`${options.what}: ${source.name}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`);
      return server;
    } catch (error) {
      host.signal?.throwIfAborted();
      reasons.push(reasonOf(source, error));
    }
  }
  throw new NoServerError(
    `${options.what} cannot be started on this machine: ${reasons.join('; ')}. ${options.remedy}`,
  );
}

/**
 * `PUNCTUAL_SERVERS` pins the choice among what we start ourselves. A URL in the environment is a
 * choice already.
 */
function permitted<S extends Server>(env: NodeJS.ProcessEnv, sources: Source<S>[]): Source<S>[] {
  switch (env.PUNCTUAL_SERVERS) {
    case 'docker':
      // PgBouncer and others for tests have no container.
      if (!sources.some(({ kind }) => kind === 'docker')) return sources;
      return sources.filter(({ kind }) => kind === 'environment' || kind === 'docker');
    case 'local':
      return sources.filter(({ kind }) => kind !== 'docker');
    case '':
    case undefined:
      return sources;
    default:
      throw new NoServerError(`PUNCTUAL_SERVERS=${env.PUNCTUAL_SERVERS} must be docker or local.`);
  }
}

const longestReason = 120;

function reasonOf(source: Source, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Unavailable) return message;
  const line = message.split('\n', 1)[0] ?? '';
  return `${source.name}: ${line.length > longestReason ? `${line.slice(0, longestReason)}…` : line}`;
}
