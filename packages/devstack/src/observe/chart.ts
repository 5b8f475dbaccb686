import type { Series } from '@punctual/pages';
import { type Html, html } from '@punctual/pages';
import { formatValue } from './format-value.ts';

export type NamedSeries = Series & { name: string };
type ChartOptions = { unit: string; from: number; to: number; step: number };

const size = { width: 600, height: 160 };
const shown = 8;

/** A graph of the series with the highest last values, with these values as its legend. */
export function chart(series: readonly NamedSeries[], options: ChartOptions): Html {
  const drawn = series.toSorted((a, b) => last(b) - last(a)).slice(0, shown);
  const values = drawn.flatMap(({ points }) => points.map(({ value }) => value));
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const y = (value: number) => size.height - ((value - low) / (high - low || 1)) * (size.height - 4) - 2;
  const x = (at: number) => ((at - options.from) / (options.to - options.from)) * size.width;
  const lines = drawn.map(({ points }, index) => line(points, { index, x, y, step: options.step }));
  return html`<p class="scale">${formatValue(high, options.unit)}</p>
<svg class="chart" viewBox="0 0 ${size.width} ${size.height}" preserveAspectRatio="none" aria-hidden="true">${lines}</svg>
<ul class="legend">${drawn.map((each, index) => html`<li><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="series-${index}" width="12" height="12"/></svg> ${each.name} <b>${formatValue(last(each), options.unit)}</b></li>`)}</ul>
${series.length > shown && html`<p class="quiet">and ${series.length - shown} more</p>`}`;
}

type Place = { index: number; x: (at: number) => number; y: (value: number) => number; step: number };

/** Broken where values are missing. */
function line(points: Series['points'], { index, x, y, step }: Place): Html {
  const path = points.map(({ at, value }, n) => {
    const before = points[n - 1];
    const command = before && at - before.at <= step * 1.5 ? 'L' : 'M';
    return `${command}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return html`<path class="series-${index}" d="${path.join('')}"/>`;
}

export function last({ points }: Series): number {
  return points.at(-1)?.value ?? 0;
}
