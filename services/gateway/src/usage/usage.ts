import type { Route } from '@punctual/chassis';
import type { Usage } from '@punctual/contracts/compatibility';

/** Which operations were requested since `since`, how often, and by which clients. */
export type UsageCounter = {
  count(operation: string, userAgent: string | undefined): void;
  read(): Usage;
};

const maxClients = 20;
/** A product of RFC 9110, with at most two numbers of its version: `punctual-ios/5.2`. */
const product = /^([A-Za-z][\w.+-]{0,39})(?:\/(\d{1,5}(?:\.\d{1,5})?))?/;

/** Counts in memory: at most 20 clients for each operation of the contract. */
export function createUsage(since: string): UsageCounter {
  const operations: Usage['operations'] = {};
  return {
    count: (operation, userAgent) => {
      operations[operation] ??= { requests: 0, lastAt: since, clients: Object.create(null) };
      const use = operations[operation];
      use.requests += 1;
      use.lastAt = new Date().toISOString();
      const name = clientOf(userAgent);
      const client = name in use.clients || Object.keys(use.clients).length < maxClients ? name : 'other';
      use.clients[client] = (use.clients[client] ?? 0) + 1;
    },
    read: () => ({ since, operations }),
  };
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
