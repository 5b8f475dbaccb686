import {
  announce,
  connectBroker,
  createAuthenticate,
  createHttpApp,
  readVersion,
  type ServiceDefinition,
} from '@punctual/chassis';
import type { Response } from 'express';
import { createChangeFeed } from './changes/change-feed.ts';
import { Config } from './config.ts';
import { clientAddresses } from './http/client-address.ts';
import { compress } from './http/compress.ts';
import { allowOrigins } from './http/cross-origin.ts';
import { docsAssetPaths, serveDocsAssets } from './http/docs.ts';
import { eventDocsPaths, serveEventDocs } from './http/event-docs.ts';
import { observeConnections } from './http/gateway-metrics.ts';
import { limitConnections } from './http/limit-connections.ts';
import { limitHealth } from './http/limit-health.ts';
import { identifyClient, limitRate } from './http/limit-rate.ts';
import { limitRequests } from './http/limit-requests.ts';
import { setRequestId } from './http/request-id.ts';
import { createRoutes } from './http/routes.ts';
import { shedLoad } from './http/shed-load.ts';
import { connectUpstreams } from './upstream/upstreams.ts';
import { counted, createUsage } from './usage/usage.ts';

/**
 * The API's single entry point. It checks tokens and limits, forwards each request to the service
 * that owns its route, and holds no state. When a service or NATS is unavailable, only the routes
 * that need it answer 503, and the gateway stays ready.
 */
export const gateway: ServiceDefinition<Config> = {
  name: 'gateway',
  config: Config,
  calledByClients: true,
  async createApp({ config, logger, lifecycle, onConnection, logging }) {
    const upstreams = connectUpstreams({ config, logger, lifecycle });
    const authenticate = createAuthenticate({ config, logger, lifecycle });
    const broker = connectBroker({ config, name: 'gateway', logger, lifecycle });
    const version = readVersion('gateway', new URL('..', import.meta.url), config.PUNCTUAL_REVISION);
    const usage = createUsage(version.startedAt);
    announce({ broker, logger, version, usage: usage.read });
    const feed = createChangeFeed({ broker, logger, lifecycle, maxAgeMs: config.CHANGES_RESUME_MINUTES * 60_000 });

    const load = shedLoad({ config, logger, lifecycle });
    const requests = limitRequests(config);
    const addresses = clientAddresses(config.TRUST_PROXY);
    const connections = limitConnections(config, addresses);
    onConnection(connections.open);
    observeConnections(connections.count, lifecycle.signal);
    const release = (response: Response) => {
      load.release(response);
      requests.release(response);
    };

    const app = createHttpApp({
      logger,
      logging,
      lifecycle,
      authenticate,
      checks: [{ name: 'broker', required: false, check: broker.check }],
      version,
      routes: createRoutes({
        config,
        logger,
        lifecycle,
        authenticate,
        upstreams,
        broker,
        feed,
        release,
        takeOver: connections.takeOver,
      }).map((route) => counted(route, usage)),
      onceReceived: load.begin,
      extend: (app) => {
        app.use(setRequestId, compress);
        if (config.CORS_ORIGINS.length > 0) app.use(allowOrigins(config.CORS_ORIGINS));
        app.use(load.admit, identifyClient({ config, authenticate, addresses, connections }));
        app.use(requests.admit, limitRate(connections));
        serveDocsAssets(app);
        serveEventDocs(app);
      },
      extraPaths: [...docsAssetPaths, ...eventDocsPaths],
    });
    const limited = limitHealth({ config, lifecycle, addresses, connections }, app);
    return (request, response) => {
      if (connections.admit(request, response)) limited(request, response);
    };
  },
};
