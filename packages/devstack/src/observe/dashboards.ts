import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const folder = fileURLToPath(new URL('../../../../deploy/grafana/dashboards/', import.meta.url));

/** The parts of a Grafana dashboard that a page draws. */
const Dashboard = z.object({
  title: z.string(),
  description: z.string(),
  templating: z.object({ list: z.array(z.object({ name: z.string() })) }),
  panels: z.array(
    z.object({
      type: z.string(),
      title: z.string(),
      description: z.string().optional(),
      fieldConfig: z.object({ defaults: z.object({ unit: z.string().optional() }) }).optional(),
      targets: z
        .array(z.object({ expr: z.string(), legendFormat: z.string(), exemplar: z.boolean().default(false) }))
        .default([]),
    }),
  ),
});

export type Panel = z.infer<typeof Dashboard>['panels'][number];
export type Dashboard = { id: string; title: string; description: string; perService: boolean; panels: Panel[] };

/** The dashboards of `deploy/grafana`, as they are now. */
export async function readDashboards(): Promise<Dashboard[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const { templating, ...rest } = Dashboard.parse(JSON.parse(await readFile(folder + file, 'utf8')));
      const perService = templating.list.some(({ name }) => name === 'service');
      return { ...rest, id: basename(file, '.json'), perService };
    }),
  );
}
