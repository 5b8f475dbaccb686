import type { Endpoint } from '@punctual/contracts';
import { z } from 'zod';
import type { LevelControl, LevelState } from '../process/log-level.ts';
import { logLevels } from '../process/log-levels.ts';
import { handle, type Route } from './handle.ts';

const endpoint = {
  path: '/admin/log-level',
  // Every service answers it about itself; the gateway forwards none of it.
  owner: 'gateway',
  tag: 'Operations',
  roles: ['ops'],
  access: 'ops',
  success: { status: 200, description: 'The level, the configured one, and when that returns' },
  problems: [],
} as const;

const readLogLevel = {
  ...endpoint,
  name: 'readLogLevel',
  method: 'GET',
  summary: 'The log level of this process',
  description: 'For ops.',
} as const satisfies Endpoint;

const changeLogLevel = {
  ...endpoint,
  name: 'changeLogLevel',
  method: 'POST',
  summary: 'Changes the log level of this process for a while',
  description: 'For ops. Then the configured level returns.',
  body: z.strictObject({ level: z.enum(logLevels), minutes: z.int().min(1).max(1_440).default(15) }),
} as const satisfies Endpoint;

/** `GET` and `POST /admin/log-level`, for ops: of this process, not of the other instances. */
export function logLevelRoutes(level: LevelControl): Route[] {
  return [
    handle(readLogLevel, async () => ({ body: present(level.read()) })),
    handle(changeLogLevel, async ({ body: { level: to, minutes }, caller }) => ({
      body: present(level.change(to, { minutes, by: caller.id })),
    })),
  ];
}

function present({ until, ...state }: LevelState) {
  return { ...state, until: until?.toString({ smallestUnit: 'second' }) ?? null };
}
