import { type MetricName, metrics, prometheusName } from '@punctual/chassis/telemetry-registry';

/** The name of a metric in Prometheus. Of a histogram, {@link part} names its series. */
export function series(name: MetricName): string {
  return prometheusName(name, metrics[name]);
}

/** A series of a histogram. */
export function part(name: MetricName, which: 'bucket' | 'sum' | 'count'): string {
  return `${series(name)}_${which}`;
}

/**
 * A histogram that no service emits: the collector makes it from the spans of kept traces, with
 * exemplars (`deploy/collector/observability.yaml`). Its labels are `service_name`, `span_name`,
 * `span_kind` and `status_code`.
 */
export const keptSpans = 'traces_span_metrics_duration_seconds';

export type Selection = {
  /** The labels that are kept. */
  by?: string[];
  /** Matchers of labels, as PromQL has them. */
  where?: string;
};

/** The rate per second of a counter, added up over the instances and all labels that are not kept. */
export function perSecond(counter: string, selection: Selection = {}): string {
  return `${sumBy(selection)}(rate(${counter}${matching(selection)}[$__rate_interval]))`;
}

/** How much a counter has grown in the time that the dashboard shows. */
export function inRange(counter: string, selection: Selection = {}): string {
  return `${sumBy(selection)}(increase(${counter}${matching(selection)}[$__range]))`;
}

/** A quantile of a histogram, from 0 to 1. */
export function quantile(q: number, name: MetricName, { by = [], where = '' }: Selection = {}): string {
  return `histogram_quantile(${q}, ${perSecond(part(name, 'bucket'), { by: ['le', ...by], where })})`;
}

/** The value of a gauge that all instances, or the leading one, read from the same store. */
export function worst(name: MetricName, selection: Selection = {}): string {
  return `max ${by(selection)}(${series(name)}${matching(selection)})`;
}

/** The sum of a gauge of which each instance has its own. */
export function total(name: MetricName, selection: Selection = {}): string {
  return `${sumBy(selection)}(${series(name)}${matching(selection)})`;
}

function sumBy(selection: Selection): string {
  return `sum ${by(selection)}`;
}

function by({ by = [] }: Selection): string {
  return by.length > 0 ? `by (${by.join(', ')}) ` : '';
}

function matching({ where = '' }: Selection): string {
  return where && `{${where}}`;
}
