import { fileURLToPath } from 'node:url';
import type { Relay } from '@punctual/chassis';
import type { Express } from 'express';
import { secureDocs } from './security-headers.ts';

const assets = {
  'swagger-ui.css': import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
  'swagger-ui-bundle.js': import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  'favicon-32x32.png': import.meta.resolve('swagger-ui-dist/favicon-32x32.png'),
  'start.js': import.meta.resolve('../docs/start.js'),
};
const page = fileURLToPath(import.meta.resolve('../docs/index.html'));

/** Where the files are that the docs page loads. */
export const docsAssetPaths = Object.keys(assets).map((name) => `/docs/${name}`);

/** Mounts what the docs page loads; all of it comes from here, so the page works without any other host. */
export function serveDocsAssets(app: Express): void {
  for (const [name, url] of Object.entries(assets)) {
    app.get(`/docs/${name}`, (_request, response) => response.sendFile(fileURLToPath(url), { maxAge: '1h' }));
  }
}

/** The page to read the contract and try it. */
export const sendDocsPage: Relay = async (request, response) => {
  secureDocs(request, response, () => response.sendFile(page, { cacheControl: false }));
};
