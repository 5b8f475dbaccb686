import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const run = promisify(execFile);

/** Fails when a module imports one of these packages, as in an image that does not contain them. */
const withoutPackages = (names: RegExp) =>
  `data:text/javascript,${encodeURIComponent(`
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve: (specifier, context, next) => {
        if (${names}.test(specifier)) throw new Error(specifier + ' is not in the image');
        return next(specifier, context);
      },
    });`)}`;

test.each([
  ['ops/src/main.ts', ['--help'], /^@mikro-orm|^mongodb$/],
  ['services/gateway/src/app.ts', [], /^@mikro-orm|^mongodb$|^pg$/],
  ['services/console/src/app.ts', [], /^@mikro-orm|^mongodb$/],
  ['services/reminders/src/app.ts', [], /^@mikro-orm|^pg$/],
])('%s loads only packages that its image contains', async (module, args, missing) => {
  const path = fileURLToPath(new URL(module, root));
  await expect(run(process.execPath, ['--import', withoutPackages(missing), path, ...args])).resolves.toBeDefined();
});
