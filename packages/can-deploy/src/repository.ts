import { fileURLToPath } from 'node:url';

/** The root of this checkout. */
export const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** The services that are deployed one by one. */
export const services = ['gateway', 'scheduling', 'reminders', 'payouts'] as const;
