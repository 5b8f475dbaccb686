import { runTask } from '@punctual/chassis';
import { z } from 'zod';
import { Config } from './config.ts';
import { openStore } from './persistence/store.ts';

/**
 * Creates the indexes and exits, so that a roll-out need not wait for them. The start of the service
 * creates them too; MongoDB does nothing for an index that exists. The TTL index of ended reminders
 * depends on a setting, and the service creates it in the background.
 */
await runTask({
  name: 'reminders-migrate',
  config: z.object({ MONGO_URL: Config.shape.MONGO_URL }),
  run: ({ config, logger, lifecycle }) => openStore({ url: config.MONGO_URL, logger, lifecycle }),
});
