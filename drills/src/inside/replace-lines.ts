import { registerHooks } from 'node:module';
import type { Replacement } from '../mutations/replacement.ts';

const replacements: Replacement[] = JSON.parse(process.env.DRILL_REPLACEMENTS ?? '[]');

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    const replacement = replacements.find(({ file }) => url.endsWith(file));
    if (!replacement) return loaded;
    const { file, line, by } = replacement;
    const pieces = String(loaded.source).split(line);
    if (pieces.length !== 2) throw new Error(`Expected once in ${file}, found ${pieces.length - 1} times: ${line}`);
    return { ...loaded, source: pieces.join(by) };
  },
});
