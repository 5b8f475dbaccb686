import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { series } from '../series.ts';
import type { DashboardSpec, PanelSpec } from './spec.ts';

/** The data source is chosen in the dashboard, so that the file fits every Grafana. */
const datasource = { type: 'prometheus', uid: '$datasource' };
const sizes = { stat: { width: 6, height: 5 }, graph: { width: 8, height: 8 } };

/** The dashboard as Grafana imports it. */
export function buildDashboard({ id, title, what, rows, perService }: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(`punctual-${id}`)
    .description(what)
    .tags(['punctual'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('utc')
    .readonly()
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'));
  if (perService) builder.withVariable(serviceVariable());
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panel.stat ? statPanel(panel) : graphPanel(panel));
  }
  return builder.build();
}

function serviceVariable() {
  return new QueryVariableBuilder('service')
    .label('Service')
    .datasource(datasource)
    .query(`label_values(${series('nodejs.eventloop.utilization')}, service_name)`);
}

function graphPanel(spec: PanelSpec) {
  const { width, height } = sizes.graph;
  const panel = new GraphBuilder().title(spec.title).description(describe(spec)).unit(spec.unit);
  if (!spec.signed) panel.min(0);
  panel.datasource(datasource).span(width).height(height).fillOpacity(10).noValue('none');
  for (const query of queriesOf(spec)) panel.withTarget(query);
  return panel;
}

function statPanel(spec: PanelSpec) {
  const { width, height } = sizes.stat;
  const panel = new StatBuilder().title(spec.title).description(describe(spec)).unit(spec.unit);
  panel
    .datasource(datasource)
    .span(width)
    .height(height)
    .decimals(spec.unit === 'percentunit' ? 2 : 0);
  for (const query of queriesOf(spec)) panel.withTarget(query);
  return panel;
}

function describe({ what, only }: PanelSpec): string {
  return only ? `${what} Empty unless: ${only}.` : what;
}

function queriesOf({ queries, exemplars }: PanelSpec): DataqueryBuilder[] {
  return queries.map(({ expr, legend }, index) => {
    const query = new DataqueryBuilder()
      .expr(expr)
      .legendFormat(legend)
      .refId(String.fromCharCode(65 + index))
      .range();
    return exemplars ? query.exemplar(true) : query;
  });
}
