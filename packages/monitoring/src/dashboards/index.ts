import { events } from './events.ts';
import { journey } from './journey.ts';
import { payouts } from './payouts.ts';
import { reminders } from './reminders.ts';
import { servers } from './servers.ts';
import { service } from './service.ts';
import type { DashboardSpec } from './spec.ts';

export const dashboards: readonly DashboardSpec[] = [journey, events, reminders, payouts, service, servers];
