import { refuseQuery } from '@punctual/chassis';
import { asyncApiDocument } from '@punctual/contracts/asyncapi';
import type { Express, RequestHandler } from 'express';
import { eventsPage } from '../docs/events-page.ts';
import { sendCompressed } from './compress-once.ts';
import { secureDocs } from './security-headers.ts';

/** The paths of the event contract. */
export const eventDocsPaths = ['/asyncapi.json', '/docs/events'];

/** Mounts the contract of the events, for machines and as a page. */
export function serveEventDocs(app: Express): void {
  const document = asyncApiDocument();
  const page = eventsPage(document);
  const send = (type: string, text: string) =>
    sendCompressed(async () => Buffer.from(text), {
      'Content-Type': `${type}; charset=utf-8`,
      'Cache-Control': 'no-cache',
    });
  const refuseAnyQuery: RequestHandler = (request, _response, next) => {
    refuseQuery(request);
    next();
  };
  app.get('/asyncapi.json', refuseAnyQuery, send('application/json', JSON.stringify(document)));
  app.get('/docs/events', secureDocs, send('text/html', page));
}
