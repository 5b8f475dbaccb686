import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type MetricDefinition, metrics, prometheusLabel, prometheusName } from '@punctual/chassis/telemetry-registry';
import { findPromtool } from '@punctual/devstack';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { dashboards, keptSpans } from '../src/index.ts';

type Rule = { alert?: string; record?: string; expr: string; annotations?: Record<string, string> };

const fileOf = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const ruleFiles = ['objectives', 'alerts'].map((name) => fileOf(`deploy/prometheus/rules/${name}.yml`));
const ruleTests = ['alerts', 'hours'].map((name) => fileOf(`deploy/prometheus/tests/${name}.yml`));
const rules: Rule[] = ruleFiles.flatMap((file) =>
  parse(readFileSync(file, 'utf8')).groups.flatMap(({ rules }: { rules: Rule[] }) => rules),
);
const alerts = rules.filter(({ alert }) => alert !== undefined);

let promtool: string;
beforeAll(async () => {
  promtool = await findPromtool({ log: (line) => process.stdout.write(`${line}\n`) });
}, 1_200_000);

test('promtool accepts the rules, and each alert fires when its test says so', { timeout: 300_000 }, async () => {
  await promisify(execFile)(promtool, ['check', 'rules', '--lint-fatal', ...ruleFiles]);
  const { stdout } = await promisify(execFile)(promtool, ['test', 'rules', ...ruleTests]);
  expect(stdout.match(/SUCCESS/g)).toHaveLength(ruleTests.length);
});

test('every alert fires in a test', () => {
  type Case = { alertname: string; exp_alerts: unknown[] };
  const cases: Case[] = ruleTests.flatMap((file) =>
    parse(readFileSync(file, 'utf8')).tests.flatMap((each: { alert_rule_test: Case[] }) => each.alert_rule_test),
  );
  const expected = cases.filter(({ exp_alerts }) => exp_alerts.length > 0);
  expect([...new Set(expected.map(({ alertname }) => alertname))].toSorted()).toEqual(
    alerts.map(({ alert }) => alert).toSorted(),
  );
});

test.each(alerts)('$alert links a section of the runbook that names it, and a dashboard', ({ alert, annotations }) => {
  const [file = '', anchor = ''] = annotations?.runbook_url?.split('#') ?? [];
  expect(file).toBe('docs/runbook.md');
  const section = readFileSync(fileOf(file), 'utf8')
    .split(/^(?=#+ )/m)
    .find((each) => each.split('\n', 1)[0]?.replace(/^#+ /, '').toLowerCase() === anchor);
  expect(section, `no section #${anchor} in ${file}`).toContain(alert);
  expect(dashboards.map(({ id }) => `punctual-${id}`)).toContain(annotations?.dashboard);
});

const histogramParts = ['_bucket', '_sum', '_count'];
/** Names in Prometheus that are neither ours nor a label: functions and keywords of PromQL. */
const known = new Set(
  [
    'up ALERTS le job instance alertname alertstate severity service_name vector and or unless on by sum max min rate',
    'increase offset histogram_quantile abs topk group present_over_time',
  ].flatMap((words) => words.split(' ')),
);
for (const [name, metric] of Object.entries<MetricDefinition>(metrics)) {
  const series = prometheusName(name, metric);
  const names = metric.instrument === 'histogram' ? histogramParts.map((part) => series + part) : [series];
  for (const each of [...names, ...metric.attributes.map(prometheusLabel)]) known.add(each);
}
for (const name of [`${keptSpans}_bucket`, 'span_name', 'span_kind']) known.add(name);
for (const { record } of rules) if (record) known.add(record);

const queries = [
  ...rules.map(({ alert, record, expr }) => ({ name: String(alert ?? record), expr })),
  ...dashboards.flatMap(({ title, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap((panel) => panel.queries.map(({ expr }) => ({ name: `${title}, ${panel.title}`, expr }))),
    ),
  ),
];

test.each(queries)('$name uses only metrics and labels of the registry', ({ expr }) => {
  const withoutValues = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b[\d.]+[smhd]?\b/g, '');
  const names = withoutValues.match(/[a-zA-Z_:][\w:]*/g) ?? [];
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});
