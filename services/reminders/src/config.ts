import {
  AuthConfig,
  BrokerConfig,
  durationDays,
  durationHours,
  durationMinutes,
  durationMs,
  HttpConfig,
  rule,
} from '@punctual/chassis';
import { z } from 'zod';
import type { PlanRules } from './domain/planned-reminder.ts';
import { mongoUrl } from './persistence/mongo-url.ts';

const minuteMs = 60_000;
const yearMinutes = 365 * 24 * 60;

/**
 * The environment of the service. Lead times that could never ring, or in the wrong order, are
 * refused at start.
 */
export const Config = z
  .object({
    ...HttpConfig.shape,
    ...AuthConfig.shape,
    ...BrokerConfig.shape,
    MONGO_URL: mongoUrl().describe('MongoDB, with the name of its own database.'),
    SCHEDULE_HORIZON_DAYS: durationDays({ max: 3_650, default: 60 }).describe("The same value as scheduling's."),
    PROPOSAL_TTL_HOURS: durationHours({ max: 8_760, default: 72 }).describe("The same value as scheduling's."),
    REMINDER_RESPOND_LAST_MINUTES: durationMinutes({ max: yearMinutes, default: 120 }).describe(
      'How long before its expiry a proposal is reminded of for the last time.',
    ),
    REMINDER_UPCOMING_24H_MINUTES: durationMinutes({ max: yearMinutes, default: 24 * 60 }).describe(
      'How long before its start a confirmed window is reminded of first; at most the horizon.',
    ),
    REMINDER_UPCOMING_1H_MINUTES: durationMinutes({ max: yearMinutes, default: 60 }).describe(
      'How long before its start it is reminded of again; less than the previous setting.',
    ),
    REMINDER_MIN_GAP_MINUTES: durationMinutes({ max: yearMinutes, default: 30 }).describe(
      'The least time between a late reminder and the next one, and between two `respond` to the same people.',
    ),
    REMINDER_GRACE_MS: durationMs({ max: 86_400_000, default: 60_000 }).describe(
      'How late a reminder may be before it is `OVERDUE`.',
    ),
    REMINDER_CLAIM_MS: durationMs({ max: 3_600_000, default: 30_000 }).describe(
      'How long a worker may hold reminders that it has not sent; at most `REMINDER_GRACE_MS`.',
    ),
    REMINDER_KEEP_DAYS: durationDays({ max: 3_650, default: 90 }).describe(
      'How long sent and suppressed reminders can be looked up.',
    ),
    SCHEDULER_POLL_MS: durationMs({ max: 3_600_000, default: 1_000 }).describe('How often Agenda looks for jobs.'),
    SWEEP_EVERY_MS: durationMs({ max: 3_600_000, default: 5_000 }).describe(
      'How often the sweep looks for what the clock has missed.',
    ),
  })
  .refine(
    (config) => config.REMINDER_RESPOND_LAST_MINUTES < config.PROPOSAL_TTL_HOURS * 60,
    rule('REMINDER_RESPOND_LAST_MINUTES', ['PROPOSAL_TTL_HOURS'], 'must be less than PROPOSAL_TTL_HOURS'),
  )
  .refine(
    (config) => config.REMINDER_UPCOMING_1H_MINUTES < config.REMINDER_UPCOMING_24H_MINUTES,
    rule(
      'REMINDER_UPCOMING_1H_MINUTES',
      ['REMINDER_UPCOMING_24H_MINUTES'],
      'must be less than REMINDER_UPCOMING_24H_MINUTES',
    ),
  )
  .refine(
    (config) => config.REMINDER_UPCOMING_24H_MINUTES <= config.SCHEDULE_HORIZON_DAYS * 24 * 60,
    rule('REMINDER_UPCOMING_24H_MINUTES', ['SCHEDULE_HORIZON_DAYS'], 'must not be more than SCHEDULE_HORIZON_DAYS'),
  )
  .refine(
    // Else reminders that a worker died with are overdue before another may have them.
    (config) => config.REMINDER_CLAIM_MS <= config.REMINDER_GRACE_MS,
    rule('REMINDER_CLAIM_MS', ['REMINDER_GRACE_MS'], 'must not be more than REMINDER_GRACE_MS'),
  );
export type Config = z.infer<typeof Config>;

/** The figures of planning in the unit of the domain. */
export function planRules(config: Config): PlanRules {
  return {
    proposalTtlMs: config.PROPOSAL_TTL_HOURS * 60 * minuteMs,
    respondLastLeadMs: config.REMINDER_RESPOND_LAST_MINUTES * minuteMs,
    upcoming24hLeadMs: config.REMINDER_UPCOMING_24H_MINUTES * minuteMs,
    upcoming1hLeadMs: config.REMINDER_UPCOMING_1H_MINUTES * minuteMs,
    minGapMs: config.REMINDER_MIN_GAP_MINUTES * minuteMs,
  };
}
