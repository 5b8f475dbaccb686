import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isJaegerBuilt } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import {
  axeViolations,
  type Browser,
  brokenLayout,
  browserTests,
  keepPicture,
  startBrowser,
  views,
} from '@punctual/testkit/browser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StartedProgram, startProgram } from './start-program.ts';

const isBuilt = await isJaegerBuilt();
const inBrowser = isBuilt ? await browserTests('in a browser') : { name: 'in a browser', program: undefined };
const where = `npm start -- --observe${isBuilt ? '' : ' (skipped: Jaeger is not built here; npm start -- --observe builds it)'}`;

describe.skipIf(!isBuilt)(where, () => {
  let folder: string;
  let program: StartedProgram;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'punctual-observe-'));
    const environment = { PUNCTUAL_STACK_FILE: join(folder, 'stack.json'), GATEWAY_PORT: '0' };
    program = startProgram('start', environment, ['--observe']);
    // The first run on a machine builds Prometheus.
    await eventually(() => expect(program.output()).toContain('until you press Ctrl-C'), { withinMs: 1_200_000 });
  }, 1_250_000);

  afterAll(async () => {
    program?.kill('SIGTERM');
    await program?.exited;
    await rm(folder, { recursive: true, force: true });
  });

  const linkTo = (name: string) => {
    const [, url] = program.output().match(new RegExp(`^ +${name} +(http://\\S+)`, 'm')) ?? [];
    if (!url) throw new Error(`npm start printed no link to ${name}:\n${program.output()}`);
    return url;
  };
  /** Of the step in which the window is confirmed. */
  const confirmTrace = () => String(program.output().match(/Carla confirms the window +([0-9a-f]{32})/)?.[1]);
  const textOf = async (url: string) => (await fetch(url)).text();

  test('the page of a trace shows every hop from the request to the payout', async () => {
    await eventually(async () => {
      const markup = await textOf(`${linkTo('traces')}/${confirmTrace()}`);
      for (const service of ['gateway', 'scheduling', 'reminders', 'payouts'])
        expect(markup).toContain(`<b class="service-${service}">${service}</b>`);
      expect(markup).toContain('publish schedule.confirmed');
      expect(markup).toContain('process payout.pending');
    });
  });

  test('the list of traces can be narrowed to slow and failed ones and to a service', async () => {
    const list = (query: string) => textOf(`${linkTo('traces')}?${query}`);
    await eventually(async () => expect(await list('service=payouts')).toContain(`/traces/${confirmTrace()}`));
    expect(await list('view=failed')).toContain('<h1>Traces with a failed span</h1>');
    expect(await list('view=slow')).toContain('ms or more</h1>');
  });

  test.each([
    ['?view=old', 400, 'view must be one of: recent, slow, failed.'],
    ['?service=nobody', 400, 'service must be one of: '],
    ['/12', 400, 'A trace ID has 32 hexadecimal digits.'],
    ['/%', 400, 'A trace ID has 32 hexadecimal digits.'],
    [`/${'0'.repeat(31)}1`, 404, 'The store has no trace'],
    ['/find?id=%3Cscript%3E', 400, 'A trace ID has 32 hexadecimal digits.'],
    ['/a/b', 404, 'There is no such page.'],
    ['/../dashboards/none', 400, 'The dashboards are: events, journey, '],
    ['/../dashboards/journey?minutes=7', 400, 'minutes must be one of: '],
    ['/../dashboards/service?service=nobody', 400, 'service must be one of: '],
  ])('the pages refuse %s with %d', async (path, status, reason) => {
    const answer = await fetch(`${linkTo('traces')}${path}`);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(reason);
  });

  test('Prometheus scrapes every service', async () => {
    const api = new URL('/api/v1/query', linkTo('metrics'));
    api.searchParams.set('query', 'count by (job) (up == 1)');
    await eventually(async () => {
      const { data } = JSON.parse(await textOf(api.href));
      const jobs = data.result.map(({ metric }: { metric: { job: string } }) => metric.job);
      expect(jobs).toEqual(expect.arrayContaining(['gateway', 'scheduling', 'reminders', 'payouts', 'streams']));
    });
  });

  test('a dashboard links the slowest requests to their traces', async () => {
    await eventually(async () => {
      const markup = await textOf(new URL('/dashboards/service?service=gateway', linkTo('traces')).href);
      const [, id] = markup.match(/Slowest traces: <a href="\/traces\/([0-9a-f]{32})"/) ?? [];
      expect(id).toBeDefined();
      expect(await textOf(`${linkTo('traces')}/${id}`)).toContain('class="service-gateway"');
    });
  });

  describe.skipIf(!inBrowser.program)(inBrowser.name, { timeout: 180_000 }, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startBrowser(String(inBrowser.program));
    });
    afterAll(() => browser?.close());

    test.each(views)('the list and the waterfall are accessible and fit the screen at %j', async (view) => {
      const { page, faults } = await browser.open(linkTo('traces'), view);
      expect(await axeViolations(page)).toEqual([]);
      expect((await brokenLayout(page)).overflow).toBe(0);
      await keepPicture(page, `traces-${view.width}-${view.scheme}`);

      await page.getByLabel('Trace ID').fill(confirmTrace());
      await page.getByRole('button', { name: 'Show' }).click();
      await page.getByText('process payout.pending').first().click();
      await page.locator('details[open] dt').first().waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect((await brokenLayout(page)).overflow).toBe(0);
      await keepPicture(page, `trace-${view.width}-${view.scheme}`);
      expect(faults).toEqual([]);
      await page.context().close();
    });

    const pages = ['dashboards/journey', 'dashboards/service?service=scheduling', 'alerts'];
    test.each(pages.flatMap((path) => views.map((view) => ({ path, ...view }))))(
      'the page is accessible and fits the screen: %j',
      async ({ path, ...view }) => {
        const { page, faults } = await browser.open(new URL(`/${path}`, linkTo('traces')).href, view);
        expect(await axeViolations(page)).toEqual([]);
        expect((await brokenLayout(page)).overflow).toBe(0);
        await keepPicture(page, `${path.replace(/\W/g, '-')}-${view.width}-${view.scheme}`);
        expect(faults).toEqual([]);
        await page.context().close();
      },
    );
  });
});
