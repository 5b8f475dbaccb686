import { type BrokerHandle, HttpProblem, type Lifecycle, type Logger } from '@punctual/chassis';
import {
  createDeadLetterGroups,
  type DeadLetterGroup,
  lookAtStreams,
  type Nats,
  type RunningInstance,
  runningInstances,
  type StreamsView,
} from '@punctual/operations';
import { type Acts, createActs } from './acts/acts.ts';
import type { Databases } from './acts/operation.ts';
import type { Config } from './config.ts';

/** The system behind the API: what runs on NATS, and the acts on it. */
export type System = {
  /** @throws HttpProblem `unavailable` before the first connection */
  nats(): Nats;
  acts: Acts;
  /** All dead letters by consumer and cause; undefined while they are counted for the first time. */
  groups(): Promise<DeadLetterGroup[] | undefined>;
  /** The streams now, with rates since the look before. */
  look(): Promise<StreamsView>;
  /** Who runs, as of the last answers, which may be older than this call; undefined before the first ones. */
  instances(): RunningInstance[] | undefined;
  databases: Databases;
};

export type SystemDeps = { config: Config; broker: BrokerHandle; logger: Logger; lifecycle: Lifecycle };

/** The first count reads every dead letter: a page does not wait for it. */
const groupsWithinMs = 150;
/** Rates of a shorter time would jump. */
const leastRateMs = 2_000;

export function createSystem({ config, broker, logger, lifecycle }: SystemDeps): System {
  let connected: Nats | undefined;
  const nats = () => {
    if (!connected) throw new HttpProblem('unavailable', 'NATS cannot be reached. Try again in a moment.');
    return connected;
  };
  const readGroups = createDeadLetterGroups();
  void broker.connected().then((first) => {
    connected = first;
    // So that they are there when the first person asks.
    askInstances();
    readGroups(first).catch((error: unknown) => logger.warn({ err: error }, 'Dead letters cannot be counted yet'));
  });
  let instances: RunningInstance[] | undefined;
  let isAsking = false;
  /** It takes two seconds, since nobody knows how many will answer. */
  const askInstances = () => {
    if (isAsking) return;
    const { connection } = nats();
    isAsking = true;
    runningInstances(connection)
      .then((found) => {
        instances = found;
      })
      .catch((error: unknown) => logger.warn({ err: error }, 'Instances cannot be asked'))
      .finally(() => {
        isAsking = false;
      });
  };
  let before: StreamsView | undefined;
  const { SCHEDULING_DATABASE_URL: scheduling, PAYOUTS_DATABASE_URL: payouts } = config;
  const databases = { ...(scheduling !== undefined && { scheduling }), ...(payouts !== undefined && { payouts }) };

  return {
    nats,
    acts: createActs({ nats, databases, logger, lifecycle }),
    groups: () => {
      const groups = readGroups(nats());
      const late = new Promise<undefined>((resolve) => setTimeout(resolve, groupsWithinMs));
      groups.catch(() => undefined);
      return Promise.race([groups, late]);
    },
    look: async () => {
      const view = await lookAtStreams(nats(), before);
      if (!before || view.at.since(before.at).total('milliseconds') >= leastRateMs) before = view;
      return view;
    },
    instances: () => {
      askInstances();
      return instances;
    },
    databases,
  };
}
