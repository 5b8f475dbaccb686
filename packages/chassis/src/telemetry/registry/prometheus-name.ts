/** Units of UCUM, as Prometheus spells them in the names of metrics. */
const units: Readonly<Record<string, string>> = { s: 'seconds', ms: 'milliseconds', By: 'bytes' };

/**
 * The name of a metric in Prometheus, by the rules of OpenTelemetry ("Prometheus and OpenMetrics
 * Compatibility"): the unit at the end, `_ratio` for a gauge of the unit 1, `_total` for a counter.
 * A histogram has the series `<name>_bucket`, `<name>_sum` and `<name>_count`.
 */
export function prometheusName(name: string, { instrument, unit }: { instrument: string; unit: string }): string {
  const spelled = unit === '1' ? (instrument === 'gauge' ? 'ratio' : '') : (units[unit] ?? '');
  const plain = prometheusLabel(name);
  const withUnit = spelled === '' || plain.endsWith(`_${spelled}`) ? plain : `${plain}_${spelled}`;
  return instrument === 'counter' ? `${withUnit}_total` : withUnit;
}

/** The name of an attribute as a label. */
export function prometheusLabel(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9]+/g, '_');
}
