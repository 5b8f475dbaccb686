import type { Random } from '../random.ts';
import type { Person } from './send.ts';
import type { Stage } from './stage.ts';

/** A customer, a provider, and the job between them. */
export type Scene = { customer: Person; provider: Person; jobId: string; assignmentId: string };

/** @param provider an id, when it is to be somebody whom others want as well */
export async function openScene(stage: Stage, random: Random, provider?: string): Promise<Scene> {
  const customer = await stage.person('customer');
  const worker = await stage.person('provider', provider);
  const job = await stage.create(customer, '/jobs', {
    title: 'The kitchen tap drips',
    timezone: 'Europe/Berlin',
    price: { amountMinor: random.pick([8_000, 150_000]), currency: 'EUR' },
  });
  const assignment = await stage.create(customer, `/jobs/${job.id}/assignments`, { providerId: worker.id });
  return { customer, provider: worker, jobId: job.id, assignmentId: assignment.id };
}

/** A window that starts so many seconds from now. */
export function windowIn(seconds: number, minutes = 30): { start: string; end: string } {
  const start = Date.now() + seconds * 1_000;
  return { start: new Date(start).toISOString(), end: new Date(start + minutes * 60_000).toISOString() };
}

/** Each proposes by their own path. */
export function propose(stage: Stage, scene: Scene, by: 'customer' | 'provider', window: object) {
  const path = by === 'customer' ? `/jobs/${scene.jobId}/schedule` : `/assignments/${scene.assignmentId}/schedule`;
  return stage.command('propose', 'assignment', { by: scene[by], path, body: window });
}

/** Any other command about the schedule. */
export function tell(stage: Stage, scene: Scene, by: 'customer' | 'provider', command: string, body: object = {}) {
  const path = `/assignments/${scene.assignmentId}/${command}`;
  return stage.command(command, 'assignment', { by: scene[by], path, body });
}
