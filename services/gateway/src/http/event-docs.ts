import { asyncApiDocument } from '@punctual/contracts/asyncapi';
import type { Express } from 'express';
import { eventsPage } from '../docs/events-page.ts';
import { secureDocs } from './security-headers.ts';

/** Where the contract of the events is. */
export const eventDocsPaths = ['/asyncapi.json', '/docs/events'];

/** Mounts the contract of the events, which are no part of the REST API: for machines, and as a page. */
export function serveEventDocs(app: Express): void {
  const document = asyncApiDocument();
  const page = eventsPage(document);
  app.get('/asyncapi.json', (_request, response) => response.json(document));
  app.get('/docs/events', secureDocs, (_request, response) => response.type('html').send(page));
}
