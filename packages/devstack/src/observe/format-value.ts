import { formatDuration } from '@punctual/pages';

/** A value by its unit, as Grafana calls it. */
export function formatValue(value: number, unit: string): string {
  if (unit === 's') return formatDuration(value * 1_000_000);
  if (unit === 'percentunit') return `${(value * 100).toFixed(2)} %`;
  if (unit === 'bytes') return `${(value / 1_048_576).toFixed(1)} MiB`;
  const number = Number.isInteger(value) ? String(value) : value.toPrecision(3);
  return unit === 'reqps' ? `${number}/s` : number;
}
