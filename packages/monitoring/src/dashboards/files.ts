import { fileURLToPath } from 'node:url';
import { buildDashboard } from './build.ts';
import { dashboards } from './index.ts';

/** The committed dashboards: their files and what these must contain. */
export function dashboardFiles(): { path: string; text: string }[] {
  return dashboards.map((spec) => ({
    path: fileURLToPath(new URL(`../../../../deploy/grafana/dashboards/${spec.id}.json`, import.meta.url)),
    text: `${JSON.stringify(buildDashboard(spec), undefined, 2)}\n`,
  }));
}
