import type { PrometheusApi } from '@punctual/pages';
import type { Incident } from '../incidents/index.ts';

export type Reveal = {
  incident: Pick<Incident, 'name' | 'what' | 'alerts'>;
  /** Undefined when the player did not answer. */
  guess: string | undefined;
  /** Seconds until each alert fired. */
  fired: ReadonlyMap<string, number>;
  lastedS: number;
  rules: readonly Pick<Awaited<ReturnType<PrometheusApi['alerts']>>[number], 'name' | 'annotations'>[];
  seed: number;
};

/** Says what it was, how long each signal took, and which section of the runbook answers it. */
export function describeReveal({ incident, guess, fired, lastedS, rules, seed }: Reveal): string {
  const runbook = (alert: string) => rules.find(({ name }) => name === alert)?.annotations.runbook_url ?? 'no section';
  const seconds = (value: number) => `${value.toFixed(0)} s`;
  const signals = [
    ...[...fired].map(([alert, after]) => `  ${alert} fired after ${seconds(after)}: ${runbook(alert)}`),
    ...incident.alerts
      .filter((alert) => !fired.has(alert))
      .map((alert) => `  ${alert} had not fired yet: ${runbook(alert)}`),
  ];
  return [
    '',
    `It was ${incident.name}: ${incident.what}. It lasted ${seconds(lastedS)}.`,
    ...(guess?.trim() ? [`You said: ${guess.trim()}`] : []),
    ...signals,
    `The same again: npm run gameday -- --seed ${seed}`,
  ].join('\n');
}
