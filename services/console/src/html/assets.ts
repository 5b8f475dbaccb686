import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import compression from 'compression';
import { Router } from 'express';

const ofPackages = {
  'pico.css': '@picocss/pico/css/pico.classless.min.css',
  'htmx.js': 'htmx.org/dist/htmx.min.js',
};
const own = ['console.css', 'console.js', 'icon.svg'];

/** Read once: they change only with the code. */
const assets = new Map(
  [
    ...Object.entries(ofPackages).map(([name, path]) => [name, new URL(import.meta.resolve(path))] as const),
    ...own.map((name) => [name, new URL(`../assets/${name}`, import.meta.url)] as const),
  ].map(([name, url]) => {
    const body = readFileSync(url);
    return [name, { name, body, url: `/assets/${hash('sha256', body).slice(0, 16)}/${name}` }];
  }),
);

export const assetPath = '/assets/:hash/:name';

/** The path of a file, which changes with its content. */
export function assetUrl(name: string): string {
  const asset = assets.get(name);
  if (!asset) throw new Error(`There is no asset ${name}.`);
  return asset.url;
}

/** Serves the styles and scripts of all pages; browsers keep them. */
export function serveAssets(): Router {
  const router = Router();
  router.use('/assets', compression());
  for (const { name, body, url } of assets.values()) {
    router.get(url, (_request, response) => {
      response.set('Cache-Control', 'public, max-age=31536000, immutable').type(name).send(body);
    });
  }
  return router;
}
