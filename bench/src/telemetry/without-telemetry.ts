import { registerHooks } from 'node:module';

/** The modules through which a service measures, traces and exports. */
const telemetry =
  /\/packages\/chassis\/src\/(telemetry\/(instruments|register|server-requests|trace-context)|postgres\/observe-statements)\.ts$/;
const { href: nothing } = new URL('no-telemetry.ts', import.meta.url);

// Preloaded into a service, takes telemetry out of its code, with the ids of traces.
registerHooks({
  resolve: (specifier, context, nextResolve) => {
    const found = nextResolve(specifier, context);
    return telemetry.test(found.url) ? { ...found, url: nothing } : found;
  },
});
