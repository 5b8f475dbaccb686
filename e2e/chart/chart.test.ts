import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consumers } from '@punctual/contracts';
import { type ServiceName, serviceFolder } from '@punctual/devstack';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { Config as Console } from '../../services/console/src/config.ts';
import { Config as Gateway } from '../../services/gateway/src/config.ts';
import { Config as Payouts } from '../../services/payouts/src/config.ts';
import { Config as Reminders } from '../../services/reminders/src/config.ts';
import { Config as Scheduling } from '../../services/scheduling/src/config.ts';
import { canRender, chart, clusterVersions, example, helm, render, validate } from './helm.ts';

type Variable = { name: string; value?: string; valueFrom?: object };
type Container = {
  name: string;
  image: string;
  args?: string[];
  env: Variable[];
  ports?: { name: string; containerPort: number }[];
  securityContext: object;
  resources: { requests?: { cpu?: string; memory?: string }; limits?: { memory?: string } };
  readinessProbe?: object;
  livenessProbe?: object;
  startupProbe?: object;
};
type Ingress = { ports?: { port: string }[]; from?: object[] };
type Egress = { to?: { podSelector?: { matchLabels: Record<string, string> } }[] };
type PodSpec = {
  containers: Container[];
  volumes: { name: string; emptyDir?: { sizeLimit: string } }[];
  securityContext: object;
  terminationGracePeriodSeconds?: number;
};
type Manifest = {
  kind: string;
  metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    template?: {
      metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
      spec: PodSpec;
    };
    selector?: { matchLabels?: Record<string, string> } & Record<string, unknown>;
    podSelector?: { matchLabels: Record<string, string> };
    ingress?: Ingress[];
    egress?: Egress[];
    replicas?: number;
    metrics?: { external?: { metric: { selector: { matchLabels: { consumer?: string } } } } }[];
  };
};

const services = {
  gateway: Gateway,
  scheduling: Scheduling,
  reminders: Reminders,
  payouts: Payouts,
  console: Console,
};
const names = Object.keys(services) as (keyof typeof services)[];
const withStore = ['scheduling', 'reminders', 'payouts'];

/** A line of the manifests, what is made of it, and what the validation says of that. */
const mistakes = [
  ['replicas: 1', 'replicas: one', "at '/spec/replicas': got string"],
  ['replicas: 1', 'replica: 1', "additional properties 'replica' not allowed"],
  ['replicas: 1', 'replicas: 1\n  replicas: 2', 'already set in map'],
] as const;

// Without Go and Python nothing can be rendered here.
describe.skipIf(!canRender)('the chart', { timeout: 600_000 }, () => {
  let everything: string;
  let manifests: Manifest[];
  const named = (kind: string, name: string) =>
    manifests.find((each) => each.kind === kind && each.metadata.name === name);
  const pods = () => manifests.flatMap(({ spec }) => spec?.template?.spec ?? []);

  beforeAll(async () => {
    everything = await render('everything');
    manifests = read(everything);
  }, 600_000);

  test('passes helm lint', async () => {
    expect(await helm('lint', '--strict', chart, '-f', example('everything'))).toContain('0 chart(s) failed');
  });

  test.each(['everything', 'scheduling'])('renders %s as it did', async (name) => {
    const rendered = await render(name);
    await expect(rendered).toMatchFileSnapshot(`rendered/${name}.yaml`);
  });

  test.each(clusterVersions)('renders manifests that Kubernetes %s accepts', async (version) => {
    const folder = await mkdtemp(join(tmpdir(), 'punctual-chart-'));
    try {
      const file = join(folder, 'all.yaml');
      await writeFile(file, everything);
      await validate(file, version);
      for (const [right, wrong, reason] of mistakes) {
        await writeFile(file, everything.replace(right, wrong));
        await expect(validate(file, version)).rejects.toMatchObject({ stdout: expect.stringContaining(reason) });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('installs one service alone', async () => {
    const alone = read(await render('scheduling'));
    expect(new Set(alone.map(({ metadata }) => metadata.name))).toEqual(new Set(['scheduling', 'scheduling-migrate']));
  });

  test.each(['image.registry', 'nats.url', 'auth.jwksUrl', 'auth.issuer'])(
    'names %s when it is missing',
    async (value) => {
      const without = render('scheduling', '--set', `${value}=`);
      await expect(without).rejects.toThrow(`${value} is required`);
    },
  );

  test('names the address of the console when it is missing', async () => {
    const without = render('everything', '--set', 'services.console.env.PUBLIC_URL=');
    await expect(without).rejects.toThrow('services.console.env.PUBLIC_URL is required');
  });

  test('lets the console reach the gateway, and no other service', () => {
    const pods = ({ to = [] }: Egress) => to.map(({ podSelector }) => podSelector?.matchLabels);
    const part = { 'app.kubernetes.io/part-of': 'punctual' };
    expect(named('NetworkPolicy', 'console')?.spec.egress?.flatMap(pods)).toEqual([
      { 'app.kubernetes.io/name': 'gateway', ...part },
    ]);
  });

  test.each([
    ['services.scheduling.replica=3', "additional properties 'replica' not allowed"],
    ['services.scheduling.replicas=many', "at '/services/scheduling/replicas': got string, want integer"],
    ['services.scheduling.secretEnv.DATABASE_URL=postgres://user:password@host/db', 'got string, want object'],
    ['image.digests.scheduling=sha256:short', "at '/image/digests/scheduling'"],
  ])('refuses the values %s', async (value, reason) => {
    await expect(render('scheduling', '--set', value)).rejects.toThrow(reason);
  });

  test('selects its pods by labels that a later version has too', () => {
    for (const { spec } of manifests) {
      const selector = spec?.selector?.matchLabels ?? spec?.podSelector?.matchLabels;
      if (selector)
        expect(Object.keys(selector).sort()).toEqual(['app.kubernetes.io/name', 'app.kubernetes.io/part-of']);
    }
  });

  test('covers every pod by exactly one NetworkPolicy, which is there before the pod', () => {
    const templates = manifests.flatMap(({ spec, metadata }) =>
      spec?.template ? [{ ...spec.template, hook: metadata.annotations }] : [],
    );
    for (const { metadata, hook } of templates) {
      const covering = manifests.filter(
        ({ kind, spec }) => kind === 'NetworkPolicy' && matches(metadata.labels, spec.podSelector?.matchLabels),
      );
      expect(covering).toHaveLength(1);
      const [policy] = covering;
      if (hook) expect(policy?.metadata.annotations).toEqual({ ...hook, 'helm.sh/hook-weight': '-1' });
    }
  });

  test.each(names)('sends requests for %s to no pod of a Job', (name) => {
    const job = named('Job', `${name}-migrate`)?.spec.template?.metadata.labels;
    expect(job !== undefined).toBe(withStore.includes(name));
    const selectors = ['Deployment', 'PodDisruptionBudget'].map(
      (kind) => named(kind, name)?.spec.selector?.matchLabels,
    );
    for (const selector of [named('Service', name)?.spec.selector as Record<string, string>, ...selectors])
      expect(matches(job ?? {}, selector)).toBe(false);
  });

  test.each(withStore)('migrates %s in a Job before its pods are replaced', (name) => {
    const job = named('Job', `${name}-migrate`);
    expect(job?.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
    const [container] = job?.spec.template?.spec.containers ?? [];
    expect(container?.image).toBe(named('Deployment', name)?.spec.template?.spec.containers[0]?.image);
    const own = container?.env.map((each) => each.name).filter((each) => !each.startsWith('OTEL_'));
    expect(own).toEqual(['NODE_EXTRA_CA_CERTS', name === 'reminders' ? 'MONGO_URL' : 'DATABASE_URL']);
    expect(existsSync(join(serviceFolder(name as ServiceName), String(container?.args?.at(-1))))).toBe(true);
  });

  test.each(names)('scales %s by consumers that it has', (name) => {
    const metrics = named('HorizontalPodAutoscaler', name)?.spec.metrics ?? [];
    const given = metrics.flatMap(({ external }) => external?.metric.selector.matchLabels.consumer ?? []);
    const durables = Object.values(consumers).map(({ durable }) => durable as string);
    for (const durable of given) expect(durables.filter((each) => each.startsWith(`${name}-`))).toContain(durable);
    expect(given.length > 0).toBe(withStore.includes(name));
  });

  test('hardens every container', () => {
    expect(pods()).toHaveLength(10);
    for (const { securityContext, containers } of pods()) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const each of containers) {
        expect(each.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(each.resources).toMatchObject({
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        });
        expect(each.image).toMatch(/:\d+\.\d+\.\d+$|@sha256:/);
      }
    }
  });

  test('takes every secret by reference', () => {
    const secret = /PASSWORD|API_KEY|SECRET|DATABASE_URL|MONGO_URL/;
    const secrets = pods().flatMap(({ containers }) =>
      containers.flatMap(({ env }) => env.filter((each) => secret.test(each.name))),
    );
    expect(secrets.length).toBeGreaterThan(8);
    for (const each of secrets)
      expect(each).toEqual({ name: each.name, valueFrom: { secretKeyRef: expect.anything() } });
  });

  test.each(names)('gives %s only settings that it knows', (name) => {
    const known = new Set([...Object.keys(services[name].shape), 'NODE_EXTRA_CA_CERTS']);
    const given = named('Deployment', name)?.spec.template?.spec.containers[0]?.env ?? [];
    for (const { name: variable } of given) if (!variable.startsWith('OTEL_')) expect(known).toContain(variable);
  });

  test.each([...names, 'streams'])('lets Prometheus, and nobody else, fetch the metrics of %s', (name) => {
    const template = named('Deployment', name)?.spec.template;
    const [container] = template?.spec.containers ?? [];
    const port = container?.ports?.find((each) => each.name === 'metrics')?.containerPort;
    expect(template?.metadata.annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(port),
      'prometheus.io/path': '/metrics',
    });
    const settings = Object.fromEntries((container?.env ?? []).map((each) => [each.name, each.value]));
    expect(settings).toMatchObject({
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    });
    const rules = named('NetworkPolicy', name)?.spec.ingress ?? [];
    const monitoring = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
    expect(rules.filter(({ ports }) => ports?.some((each) => each.port !== 'http') ?? true)).toEqual([
      { ports: [{ port: 'metrics', protocol: 'TCP' }], from: [monitoring] },
    ]);
  });

  test('serves metrics only when told to', async () => {
    expect(await render('everything', '--set', 'metrics.enabled=false')).not.toMatch(
      /prometheus\.io|PROMETHEUS|: metrics/,
    );
  });

  test('gives the gateway room for the unread responses that it may keep', () => {
    const pod = named('Deployment', 'gateway')?.spec.template?.spec;
    const spool = pod?.containers[0]?.env.find(({ name }) => name === 'MAX_SPOOL_MB')?.value;
    const room = pod?.volumes.find(({ name }) => name === 'tmp')?.emptyDir?.sizeLimit;
    expect(room).toMatch(/^\d+Mi$/);
    expect(Number.parseInt(String(room), 10)).toBeGreaterThan(Gateway.shape.MAX_SPOOL_MB.parse(spool));
  });

  test.each(names)('can roll %s without losing a request', (name) => {
    const deployment = named('Deployment', name)?.spec;
    const pod = deployment?.template?.spec;
    const [container] = pod?.containers ?? [];
    expect(container).toMatchObject({ readinessProbe: {}, livenessProbe: {}, startupProbe: {} });
    expect(deployment).toMatchObject({ strategy: { rollingUpdate: { maxUnavailable: 0 } } });
    const ms = (variable: string) => Number(container?.env.find((each) => each.name === variable)?.value);
    expect((pod?.terminationGracePeriodSeconds ?? 0) * 1_000).toBeGreaterThan(
      ms('SHUTDOWN_DRAIN_MS') + ms('SHUTDOWN_GRACE_MS'),
    );
    for (const kind of ['Service', 'PodDisruptionBudget', 'NetworkPolicy', 'HorizontalPodAutoscaler'])
      expect(named(kind, name), kind).toBeDefined();
    // The autoscaler alone decides how many there are.
    expect(deployment).not.toHaveProperty('replicas');
  });
});

function read(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

function matches(labels: Record<string, string>, selector: Record<string, string> | undefined): boolean {
  return selector !== undefined && Object.entries(selector).every(([name, value]) => labels[name] === value);
}
