import { connectBroker, createAuthenticate, createHttpApp, type ServiceDefinition } from '@punctual/chassis';
import type { Response } from 'express';
import { createChangeFeed } from './changes/change-feed.ts';
import { GatewayConfig } from './config.ts';
import { isTrustedBy, trustProxies } from './http/client-address.ts';
import { allowOrigins } from './http/cross-origin.ts';
import { docsAssetPaths, serveDocsAssets } from './http/docs.ts';
import { eventDocsPaths, serveEventDocs } from './http/event-docs.ts';
import { limitConnections } from './http/limit-connections.ts';
import { limitHealth, limitRate, recognise } from './http/limit-rate.ts';
import { limitRequests } from './http/limit-requests.ts';
import { nameRequest } from './http/name-request.ts';
import { createRoutes } from './http/routes.ts';
import { shedLoad } from './http/shed-load.ts';
import { connectUpstreams } from './upstream/upstreams.ts';

/**
 * The one door of the API. It checks the token, hands each request to the service that owns its route, and holds no
 * state; a service that is away makes its own routes answer 503 and leaves the gateway ready, as does NATS for live changes.
 */
export const gateway: ServiceDefinition<GatewayConfig> = {
  name: 'gateway',
  config: GatewayConfig,
  async createApp({ config, logger, lifecycle, onConnection }) {
    const upstreams = connectUpstreams({ config, logger, lifecycle });
    const authenticate = createAuthenticate({ config, logger });
    const load = shedLoad({ config, logger, lifecycle });
    const requests = limitRequests(config);
    const connections = limitConnections(config, isTrustedBy(config.TRUST_PROXY));
    onConnection(connections.open);
    const broker = connectBroker({ config, name: 'gateway', logger, lifecycle });
    const feed = createChangeFeed({ broker, logger, lifecycle, maxAgeMs: config.CHANGES_RESUME_MINUTES * 60_000 });
    const release = (response: Response) => {
      load.release(response);
      requests.release(response);
    };
    return createHttpApp({
      logger,
      lifecycle,
      authenticate,
      checks: [{ name: 'broker', required: false, check: broker.check }],
      routes: createRoutes({
        config,
        logger,
        lifecycle,
        authenticate,
        upstreams,
        broker,
        feed,
        load: { ...load, release },
      }),
      guards: [connections.track, limitHealth(config)],
      onceReceived: load.begin,
      extend: (app) => {
        trustProxies(app, config.TRUST_PROXY);
        app.use(nameRequest);
        if (config.CORS_ORIGINS.length > 0) app.use(allowOrigins(config.CORS_ORIGINS));
        app.use(load.admit, recognise({ config, authenticate, connections }), requests.admit, limitRate());
        serveDocsAssets(app);
        serveEventDocs(app);
      },
      extraPaths: [...docsAssetPaths, ...eventDocsPaths],
    });
  },
};
