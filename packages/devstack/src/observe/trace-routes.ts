import { type TraceStore, type TraceView, views } from '@punctual/pages';
import { BadRequest, errorPage, page, type Route } from './answer.ts';
import { traceListPage } from './trace-list-page.ts';
import { tracePage } from './trace-page.ts';

/** The pages about traces. */
export function traceRoutes(store: TraceStore): Route[] {
  return [
    { pattern: /^\/traces$/, answer: async (_parts, query) => page(await list(store, query)) },
    {
      pattern: /^\/traces\/find$/,
      answer: (_parts, query) => ({ status: 303, location: `/traces/${traceId(query.get('id')?.trim() ?? '')}` }),
    },
    {
      pattern: /^\/traces\/([^/]+)$/,
      answer: async ([id = '']) => {
        const trace = await store.get(traceId(id));
        if (trace) return page(tracePage(trace));
        return errorPage(404, 'Trace not found', `The store has no trace ${id}. Spans arrive within a few seconds.`);
      },
    },
  ];
}

async function list(store: TraceStore, query: URLSearchParams): Promise<string> {
  const view = query.get('view') ?? 'recent';
  if (!isView(view)) throw new BadRequest(`view must be one of: ${views.join(', ')}.`);
  const services = await store.services();
  const service = query.get('service') ?? undefined;
  if (service !== undefined && !services.includes(service))
    throw new BadRequest(`service must be one of: ${services.join(', ')}.`);
  return traceListPage({ view, service, services, traces: await store.find(view, service) });
}

function isView(text: string): text is TraceView {
  return views.some((view) => view === text);
}

function traceId(text: string): string {
  if (!/^[0-9a-f]{32}$/i.test(text)) throw new BadRequest('A trace ID has 32 hexadecimal digits.');
  return text.toLowerCase();
}
