import { setTimeout as delay } from 'node:timers/promises';
import type { Lifecycle, Logger } from '@punctual/chassis';
import type { Pool } from 'undici';
import { type Address, findAddresses, isNamed, type Lookup, nameOf } from './addresses.ts';

/** An address of a service and its connections. */
export type Instance = {
  readonly name: string;
  readonly pool: Pool;
  inFlight: number;
  /** When last asked, it refused the connection or was starting. */
  isAway: boolean;
  /** How many answers in a row closed their connection; from two on it drains. */
  closings: number;
  /**
   * How often it was put aside in a row, and until when others are asked first (by
   * `performance.now()`).
   */
  asides: number;
  asideUntil: number;
};

export type Instances = {
  /**
   * The instance to ask next: the least busy one that is not aside, in turn. Undefined when all
   * were tried.
   * @param mayRepeat whether the request may be sent again when its connection breaks. Others avoid an
   * instance that drains, since it may close its port under them; one that is away only refuses them
   */
  choose(tried: ReadonlySet<Instance>, mayRepeat: boolean): Instance | undefined;
  /** Records that it takes no requests: for a while it is asked after all others. */
  away(instance: Instance, error: unknown): void;
  /**
   * Records an answer that closes its connection. After two in a row the instance drains: for a
   * while it is asked after all others.
   */
  closing(instance: Instance): void;
  /** Records an answer. */
  well(instance: Instance): void;
  /** Looks the names up again. Resolves after `ms` at the latest. */
  refresh(ms: number): Promise<void>;
};

export type InstancesDeps = { logger: Logger; lifecycle: Lifecycle; lookup: Lookup; open: (address: Address) => Pool };

const longestAsideMs = 5_000;
/** A draining instance that no request which may be repeated has probed for this long gets any. */
const unprobedMs = 10_000;
const nothingWrong = { isAway: false, closings: 0, asides: 0, asideUntil: 0 };

/**
 * The instances of a service: every address of its origins. Names are looked up again every
 * `everyMs`, so that new instances get requests and gone ones lose them; while a lookup fails, the
 * last addresses stay.
 */
export function createInstances(
  { logger, lifecycle, lookup, open }: InstancesDeps,
  { service, origins, everyMs }: { service: string; origins: readonly string[]; everyMs: number },
): Instances {
  const known = new Map<string, Map<string, Instance>>();
  const unresolved = new Set<string>();
  let instances: Instance[] = [];
  let turn = 0;
  let refreshing: Promise<void> | undefined;

  const setAddresses = (origin: string, addresses: readonly Address[]) => {
    const before = known.get(origin) ?? new Map<string, Instance>();
    const now = new Map<string, Instance>();
    for (const address of addresses) {
      const name = nameOf(address);
      now.set(name, before.get(name) ?? { name, pool: open(address), inFlight: 0, ...nothingWrong });
    }
    known.set(origin, now);
    instances = [...known.values()].flatMap((each) => [...each.values()]);
    const gone = [...before.values()].filter((instance) => now.get(instance.name) !== instance);
    // Requests in progress finish first.
    for (const { pool } of gone) pool.close().catch(() => undefined);
    if (isNamed(origin) && (gone.length > 0 || now.size > before.size)) {
      logger.info({ service, addresses: [...now.keys()] }, 'Addresses of a service changed');
    }
  };
  const lookUp = async (origin: string) => {
    try {
      setAddresses(origin, await findAddresses(origin, lookup));
      if (unresolved.delete(origin)) logger.info({ service }, 'The name of a service can be resolved again');
    } catch (error) {
      if (!unresolved.has(origin)) logger.warn({ err: error, service }, 'The name of a service cannot be resolved');
      unresolved.add(origin);
    }
  };
  const named = origins.filter(isNamed);
  const refresh = () => {
    refreshing ??= Promise.all(named.map(lookUp)).then(() => {
      refreshing = undefined;
    });
    return refreshing;
  };

  for (const origin of origins) if (!isNamed(origin)) setAddresses(origin, [{ origin, resolved: undefined }]);
  if (named.length > 0) {
    void refresh();
    const timer = setInterval(refresh, everyMs).unref();
    lifecycle.signal.addEventListener('abort', () => clearInterval(timer));
  }
  lifecycle.onShutdown(`connections to ${service}`, () => Promise.all(instances.map(({ pool }) => pool.destroy())));

  const putAside = (instance: Instance) => {
    instance.asides += 1;
    instance.asideUntil = performance.now() + Math.min(250 * 2 ** instance.asides, longestAsideMs);
  };
  return {
    choose: (tried, mayRepeat) => {
      turn += 1;
      const inTurn = instances.map((_, index) => instances[(turn + index) % instances.length] as Instance);
      const now = performance.now();
      const lateness = ({ closings, asideUntil }: Instance) =>
        Math.max(0, asideUntil + (closings > 1 && !mayRepeat ? unprobedMs : 0) - now);
      const [best] = inTurn
        .filter((instance) => !tried.has(instance))
        .sort((a, b) => lateness(a) - lateness(b) || a.inFlight - b.inFlight);
      // This one request probes it; the others go elsewhere until it answers.
      if (best && best.asides > 0 && now >= best.asideUntil) putAside(best);
      return best;
    },
    away: (instance, error) => {
      instance.closings = 0;
      if (instance.isAway) return;
      logger.warn({ err: error, service, instance: instance.name }, 'An instance of a service takes no requests');
      instance.isAway = true;
      if (instance.asides === 0) putAside(instance);
    },
    closing: (instance) => {
      instance.closings += 1;
      // A single one may close a connection only because it is old.
      if (instance.closings > 1 && instance.asides === 0) putAside(instance);
    },
    well: (instance) => {
      if (instance.isAway) logger.info({ service, instance: instance.name }, 'An instance takes requests again');
      Object.assign(instance, nothingWrong);
    },
    refresh: (ms) => Promise.race([refresh(), delay(ms, undefined, { ref: false })]),
  };
}
