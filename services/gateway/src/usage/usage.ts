import type { Route } from '@punctual/chassis';
import type { Usage } from '@punctual/contracts/compatibility';

/** Which operations were requested since `since`, how often, and by which clients. */
export type UsageCounter = {
  count(operation: string, userAgent: string | undefined): void;
  read(): Usage;
};

/** The time is kept as milliseconds: requests are counted far more often than read. */
type Use = { requests: number; lastMs: number; clients: Record<string, number> };

const maxClients = 20;
/** A product of RFC 9110, with at most two numbers of its version: `punctual-ios/5.2`. */
const product = /^([A-Za-z][\w.+-]{0,39})(?:\/(\d{1,5}(?:\.\d{1,5})?))?/;

/** Counts in memory: at most 20 clients for each operation of the contract. */
export function createUsage(since: string): UsageCounter {
  const uses = new Map<string, Use>();
  return {
    count: (operation, userAgent) => {
      const use = uses.get(operation) ?? { requests: 0, lastMs: 0, clients: Object.create(null) };
      uses.set(operation, use);
      use.requests += 1;
      use.lastMs = Date.now();
      const name = clientOf(userAgent);
      const client = name in use.clients || Object.keys(use.clients).length < maxClients ? name : 'other';
      use.clients[client] = (use.clients[client] ?? 0) + 1;
    },
    read: () => ({ since, operations: Object.fromEntries([...uses].map(([name, use]) => [name, present(use)])) }),
  };
}

function present({ requests, lastMs, clients }: Use): Usage['operations'][string] {
  return { requests, lastAt: new Date(lastMs).toISOString(), clients };
}

/** The route that also counts its requests, once their token is accepted. */
export function counted(route: Route, usage: UsageCounter): Route {
  const { name } = route.endpoint;
  if ('passthrough' in route) {
    const { passthrough } = route;
    return {
      ...route,
      passthrough: (request, response) => {
        usage.count(name, request.get('user-agent'));
        return passthrough(request, response);
      },
    };
  }
  const { respond } = route;
  return {
    ...route,
    respond: (request) => {
      usage.count(name, request.raw.get('user-agent'));
      return respond(request);
    },
  };
}

function clientOf(userAgent = ''): string {
  const [, name, version] = product.exec(userAgent) ?? [];
  if (!name) return 'unknown';
  return version ? `${name}/${version}` : name;
}
