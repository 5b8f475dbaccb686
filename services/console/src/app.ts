import {
  connectBroker,
  createAuthenticate,
  createHttpApp,
  readVersion,
  type ServiceDefinition,
} from '@punctual/chassis';
import { openPrometheusApi } from '@punctual/pages';
import { Router } from 'express';
import { Config } from './config.ts';
import { assetPath, serveAssets } from './html/assets.ts';
import { readForm } from './html/form.ts';
import { securePages } from './html/security.ts';
import { exportPath } from './pages/drift/export.ts';
import { pages } from './pages/index.ts';
import { answerError, servePages } from './pages/serve-pages.ts';
import { openTraces } from './pages/trace/traces.ts';
import { createProvider } from './session/provider.ts';
import { createSessions } from './session/session.ts';
import { signInPaths, signInRoutes } from './session/sign-in.ts';
import { createSystem } from './system.ts';

/**
 * Pages for finance and operations. Who is signed in is in an encrypted cookie. Business data comes from
 * the gateway, with the person's own token; dead letters, streams and the audit come from NATS. While
 * NATS is away, the pages that only read from the gateway still work.
 */
export const console: ServiceDefinition<Config> = {
  name: 'console',
  config: Config,
  calledByClients: true,
  async createApp({ config, logger, lifecycle, logging }) {
    const authenticate = createAuthenticate({ config, logger, lifecycle });
    const provider = createProvider(config);
    const broker = connectBroker({ config, name: 'console', logger, lifecycle });
    const system = createSystem({ config, broker, logger, lifecycle });
    const sessions = createSessions(config, provider, authenticate);

    const metrics = config.PROMETHEUS_URL === undefined ? undefined : openPrometheusApi(config.PROMETHEUS_URL);

    const site = Router();
    site.use(serveAssets(), ...securePages(config.OIDC_ISSUER), readForm);
    site.use(
      signInRoutes({ config, provider, sessions, logger }),
      servePages({ config, sessions, logger, system, pages, traces: openTraces(config), metrics }),
    );
    site.use(answerError(logger));
    return createHttpApp({
      logger,
      logging,
      lifecycle,
      authenticate,
      checks: [{ name: 'broker', required: false, check: broker.check }],
      version: readVersion('console', new URL('..', import.meta.url), config.PUNCTUAL_REVISION),
      routes: [],
      extend: (app) => app.use(site),
      extraPaths: ['/', assetPath, exportPath, ...signInPaths, ...pages.map(({ path }) => path)],
    });
  },
};
