import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Passthrough } from '@punctual/chassis';
import type { Express } from 'express';
import { sendCompressed } from './compress-once.ts';
import { secureDocs } from './security-headers.ts';

const folder = new URL('../docs/', import.meta.url);
const page = fileURLToPath(new URL('index.html', folder));
const files = ['start.js', 'theme.css', 'introduction.md', 'favicon.svg', 'events.js', 'events.css'];

/** The one file of the package that is used: it contains everything that the package depends on. */
const scalar = fileURLToPath(new URL('browser/standalone.js', import.meta.resolve('@scalar/api-reference')));

/** The paths of the files that the pages load. */
export const docsAssetPaths = ['scalar.js', ...files].map((name) => `/docs/${name}`);

/** Mounts the files of the pages, which load nothing from other hosts. */
export function serveDocsAssets(app: Express): void {
  const headers = { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'public, max-age=3600' };
  app.get(
    '/docs/scalar.js',
    sendCompressed(() => readFile(scalar), headers),
  );
  for (const name of files) {
    const path = fileURLToPath(new URL(name, folder));
    app.get(`/docs/${name}`, (_request, response) => response.sendFile(path, { maxAge: '1h' }));
  }
}

/** Sends the page on which the API can be read and tried. */
export const sendDocsPage: Passthrough = async (request, response) => {
  secureDocs(request, response, () => response.sendFile(page, { cacheControl: false }));
};
