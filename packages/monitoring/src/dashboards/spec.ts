/** A query of Prometheus, and how its lines are named: `{{label}}` stands for a label. */
export type Query = { expr: string; legend: string };

export type PanelSpec = {
  title: string;
  /** What the panel shows, and what to make of it. */
  what: string;
  /** As Grafana calls it: `s`, `reqps`, `percentunit`, `bytes`, `short`. */
  unit: string;
  queries: readonly Query[];
  /** One number instead of a graph. */
  stat?: true;
  /** Values may be negative. */
  signed?: true;
  /** Also asks for exemplars: points that open a trace. */
  exemplars?: true;
  /** The situation that fills the panel, when an undisturbed system leaves it empty. */
  only?: string;
};

export type DashboardSpec = {
  /** Names the file and the address of the dashboard. */
  id: string;
  title: string;
  what: string;
  rows: readonly { title: string; panels: readonly PanelSpec[] }[];
  /** Chooses one service, as `$service`. */
  perService?: true;
};
