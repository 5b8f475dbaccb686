import { dataIncidents } from './data.ts';
import type { Incident } from './incident.ts';
import { messagingIncidents } from './messaging.ts';
import { restoredIncidents } from './restored.ts';
import { slowIncidents } from './slow.ts';
import { stoppedIncidents } from './stopped.ts';

export type { Incident, Repair } from './incident.ts';
export { slowAlerts } from './slow.ts';

export const incidents: readonly Incident[] = [
  ...stoppedIncidents,
  ...messagingIncidents,
  ...dataIncidents,
  ...restoredIncidents,
  ...slowIncidents,
];
