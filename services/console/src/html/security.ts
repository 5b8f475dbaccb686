import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Lets a page load only what the console serves, run no inline script, and send forms only here and,
 * for signing out, to the provider. Pico draws its icons from `data:` URIs. Without a referrer, browsers
 * would not name the origin of a form.
 */
export function securePages(provider: string): RequestHandler[] {
  return [
    helmet.contentSecurityPolicy({
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        connectSrc: ["'self'"],
        formAction: ["'self'", new URL(provider).origin],
        frameAncestors: ["'none'"],
        imgSrc: ["'self'", 'data:'],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
      },
    }),
    helmet.referrerPolicy({ policy: 'same-origin' }),
    (_request, response, next) => {
      response.set('Cache-Control', 'no-store').type('html');
      next();
    },
  ];
}
