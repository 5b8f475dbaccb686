import type { PrometheusApi } from '@punctual/pages';

/** An alert that fires, or did within the last day. */
export type PastAlert = { name: string; severity: string; summary: string; lastAt: string; fires: boolean };
/** How long the oldest event of a service has waited to be published. */
export type OutboxAge = { service: string; seconds: number };

const daySeconds = 86_400;

/** Reads the alerts of the last day, the latest first. */
export async function readAlerts(prometheus: PrometheusApi, now: Temporal.Instant): Promise<PastAlert[]> {
  const to = secondsOf(now);
  const range = { from: to - daySeconds, to, step: 60 };
  const [series, rules] = await Promise.all([
    prometheus.queryRange('max by (alertname, severity) (ALERTS{alertstate="firing"})', range),
    prometheus.alerts(),
  ]);
  const summaries = new Map(rules.map(({ name, annotations }) => [name, annotations.summary]));
  const alerts = series.map(({ labels: { alertname: name = '', severity = '' }, points }) => {
    const last = points.at(-1)?.at ?? 0;
    const lastAt = new Date(last * 1_000).toISOString();
    return { name, severity, summary: summaries.get(name) ?? name, lastAt, fires: last === to };
  });
  return alerts.toSorted((one, other) => other.lastAt.localeCompare(one.lastAt));
}

/** Reads the age of each outbox; only services that lead one report it. */
export async function readOutboxes(prometheus: PrometheusApi, now: Temporal.Instant): Promise<OutboxAge[]> {
  const at = secondsOf(now);
  const range = { from: at, to: at, step: 60 };
  const series = await prometheus.queryRange('max by (service_name) (punctual_outbox_age_seconds)', range);
  return series.map(({ labels, points }) => ({ service: labels.service_name ?? '', seconds: points[0]?.value ?? 0 }));
}

const secondsOf = (at: Temporal.Instant) => Math.floor(at.epochMilliseconds / 1_000);
