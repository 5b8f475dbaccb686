import type { ServiceName } from '@punctual/devstack';

/** Every service runs twice, so that one instance can take over from the other. */
export const instances = [0, 1] as const;
export const services = ['gateway', 'scheduling', 'reminders', 'payouts'] as const satisfies ServiceName[];
