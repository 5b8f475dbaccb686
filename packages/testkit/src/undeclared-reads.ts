import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Consumes = z.record(z.string(), z.object({ fields: z.array(z.string()) }));

/**
 * Returns the event fields that `run` reads and the consumer does not declare.
 * @param consumes the consumer's `consumes.json`
 */
export function undeclaredReads<E extends object>(
  { consumes, consumer }: { consumes: URL; consumer: string },
  event: E,
  run: (event: E) => unknown,
): string[] {
  const declared = Consumes.parse(JSON.parse(readFileSync(consumes, 'utf8')))[consumer];
  if (!declared) throw new Error(`${consumer} declares nothing`);
  const read = new Set<string>();
  run(watched(event, '', read));
  // Reading a part reads the whole on the way.
  const ends = [...read].filter((path) => ![...read].some((other) => isBelow(other, path)));
  return ends.filter((path) => !declared.fields.some((field) => path === field || isBelow(path, field)));
}

function isBelow(path: string, whole: string): boolean {
  return path.startsWith(`${whole}.`) || path.startsWith(`${whole}[`);
}

function watched<T extends object>(target: T, path: string, read: Set<string>): T {
  return new Proxy(target, {
    get: (_, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof name === 'symbol' || typeof value === 'function' || (Array.isArray(target) && name === 'length')) {
        return value;
      }
      const part = Array.isArray(target) ? `${path}[]` : path ? `${path}.${name}` : name;
      read.add(part);
      return typeof value === 'object' && value !== null ? watched(value, part, read) : value;
    },
  });
}
