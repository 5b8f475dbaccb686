import type { Authenticate, BrokerHandle, Lifecycle, Logger } from '@punctual/chassis';
import type { Request, Response } from 'express';
import type { ChangeFeed } from './changes/change-feed.ts';
import type { Config } from './config.ts';
import type { Upstreams } from './upstream/upstreams.ts';

/** What the routes need. */
export type GatewayDeps = {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
  authenticate: Authenticate;
  upstreams: Upstreams;
  broker: BrokerHandle;
  feed: ChangeFeed;
  /** Stops counting a response that stays open as a request in progress. */
  release(response: Response): void;
  /**
   * Keeps the connection of a request for a stream.
   * @returns false when it has other requests
   */
  takeOver(request: Request): boolean;
};
