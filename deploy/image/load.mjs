/**
 * `node load.mjs SERVICE` loads all code of a service: the build fails when a file is missing, and
 * NODE_COMPILE_CACHE keeps what Node compiled.
 */
const [service] = process.argv.slice(2);
/** @type {Record<string, string[]>} */
const others = {
  ops: ['ops/src/commands.ts'],
  devstack: ['packages/devstack/src/issuer.ts', 'packages/devstack/src/open-id/open-id.ts'],
};
const modules = others[service ?? ''] ?? [`services/${service}/src/app.ts`];
for (const module of modules) await import(`/app/${module}`);
