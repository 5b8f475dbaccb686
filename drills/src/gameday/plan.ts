import { type Incident, incidents, slowAlerts } from '../incidents/index.ts';
import { createRandom } from '../random.ts';

export type GamePlan = { incident: Incident; afterMs: number };

const afterSeconds = [5, 60] as const;

/** Chooses what breaks and when. Alerts over hours come too late for a game. */
export function planGame(seed: number): GamePlan {
  const random = createRandom(seed);
  const quick = incidents.filter(({ alerts }) => !alerts.some((alert) => slowAlerts.includes(alert)));
  return { incident: random.pick(quick), afterMs: random.between(...afterSeconds) * 1_000 };
}
