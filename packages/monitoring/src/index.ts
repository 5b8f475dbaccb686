export { dashboardFiles } from './dashboards/files.ts';
export { dashboards } from './dashboards/index.ts';
export type { DashboardSpec, PanelSpec, Query } from './dashboards/spec.ts';
export { keptSpans } from './series.ts';
