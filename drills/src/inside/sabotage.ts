import { registerHooks } from 'node:module';
import { sabotages } from '../sabotage/sabotages.ts';

const sabotage = sabotages.find(({ guard }) => guard === process.env.SABOTAGE);
const replacement = sabotage && 'replace' in sabotage ? sabotage.replace : undefined;

if (replacement) {
  const { file, line, by } = replacement;
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(file)) return loaded;
      const pieces = String(loaded.source).split(line);
      if (pieces.length !== 2)
        throw new Error(`The guard to take out is ${pieces.length - 1} times in ${file}: ${line}`);
      return { ...loaded, source: pieces.join(by) };
    },
  });
}
