import { perSecond, quantile, series, worst } from '../series.ts';
import type { DashboardSpec } from './spec.ts';

/** Whether reminders go out on time. */
export const reminders: DashboardSpec = {
  id: 'reminders',
  title: 'Punctual: Reminders',
  what: 'Whether reminders are planned and sent on time.',
  rows: [
    {
      title: 'On time',
      panels: [
        {
          title: 'Lateness',
          what: 'From when a reminder was due until it was sent. Objective: 60 s.',
          unit: 's',
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(q, 'punctual.reminders.lateness'),
            legend: `p${q * 100}`,
          })),
        },
        {
          title: 'Longest-waiting due reminder',
          what: 'How long it has been due. Above 60 s, people notice.',
          unit: 's',
          queries: [{ expr: worst('punctual.reminders.oldest_due'), legend: 'oldest' }],
        },
        {
          title: 'Due and overdue',
          what: 'Reminders that are due and not sent, and those later than the grace.',
          unit: 'short',
          queries: [
            { expr: worst('punctual.reminders.due'), legend: 'due' },
            { expr: worst('punctual.reminders.overdue'), legend: 'overdue' },
          ],
        },
      ],
    },
    {
      title: 'Scheduler',
      panels: [
        {
          title: 'Planned',
          what: 'Reminders that are not due yet.',
          unit: 'short',
          queries: [{ expr: worst('punctual.reminders.planned'), legend: 'planned' }],
        },
        {
          title: 'Sent',
          what: 'Reminders per second.',
          unit: 'short',
          queries: [{ expr: perSecond(series('punctual.reminders.sent')), legend: 'sent' }],
        },
        {
          title: 'Not sent',
          what: 'Planned reminders that are suppressed, per second and by reason.',
          unit: 'short',
          queries: [
            { expr: perSecond(series('punctual.reminders.suppressed'), { by: ['because'] }), legend: '{{because}}' },
          ],
        },
        {
          title: 'Lag of the scheduler',
          what: 'How late the scheduler looks for due reminders.',
          unit: 's',
          queries: [{ expr: worst('punctual.reminders.lag'), legend: 'lag' }],
        },
        {
          title: 'Clock skew',
          what: "The clock of the service minus the store's or the broker's. Reminders are late or early by as much.",
          unit: 's',
          signed: true,
          queries: [{ expr: worst('punctual.reminders.clock_skew', { by: ['instance'] }), legend: '{{instance}}' }],
        },
        {
          title: 'Restored store',
          what: '1 while a restored MongoDB catches up with its streams. No reminder is sent meanwhile.',
          unit: 'short',
          queries: [{ expr: worst('punctual.reminders.restoring'), legend: 'catching up' }],
        },
      ],
    },
  ],
};
