import { type RestDocument, resolve, type Schema } from './document.ts';

type Documents = { readonly released: RestDocument; readonly present: RestDocument };
type Direction = 'request' | 'response';

/** What was accepted in a request and is refused now. */
export const compareRequest = (documents: Documents, was: Schema, is: Schema, at: string): string[] =>
  compare({ documents, direction: 'request', seen: new Set() }, was, is, at);

/** What an answer was and is not any more, for a client that reads it by the released schema. */
export const compareResponse = (documents: Documents, was: Schema, is: Schema, at: string): string[] =>
  compare({ documents, direction: 'response', seen: new Set() }, was, is, at);

type Context = { documents: Documents; direction: Direction; seen: Set<string> };

function compare(context: Context, was: Schema, is: Schema, at: string): string[] {
  // A schema that refers to itself, or that is used again at the same place.
  const key = `${at} ${was.$ref} ${is.$ref}`;
  if (was.$ref && context.seen.has(key)) return [];
  context.seen.add(key);
  const { documents, direction } = context;
  const [before, after] = [resolve(documents.released, was), resolve(documents.present, is)];
  const found: string[] = [];
  if (direction === 'request' && before.nullable && !after.nullable) found.push(`${at} refuses null now`);
  if (direction === 'response' && after.nullable && !before.nullable) found.push(`${at} may be null now`);
  const [old, now] = [before.kinds[0], after.kinds[0]];
  if (!old || !now) return found;
  if (before.kinds.length > 1 || after.kinds.length > 1) {
    const isSame = JSON.stringify(before.kinds.map(outline)) === JSON.stringify(after.kinds.map(outline));
    return isSame ? found : [...found, `${at} has other alternatives`];
  }
  return [...found, ...compareKinds(context, old, now, at)];
}

const outline = ({ type, properties, enum: values }: Schema) => ({
  type,
  values,
  fields: Object.keys(properties ?? {}),
});

function compareKinds(context: Context, old: Schema, now: Schema, at: string): string[] {
  const { direction } = context;
  // A query of one value is a list of one.
  if (at.startsWith('the query') && now.type === 'array' && old.type !== 'array') {
    return compare(context, old, now.items ?? {}, at);
  }
  const isOpened = now.type === undefined && direction === 'request';
  if (old.type !== now.type && old.type !== undefined && !isOpened) {
    return [`${at} was ${old.type} and is ${now.type ?? 'of any type'}`];
  }
  return [
    ...compareValues(direction, old, now, at),
    ...(direction === 'request' ? compareBounds(old, now, at) : []),
    ...compareProperties(context, old, now, at),
    ...(old.items && now.items ? compare(context, old.items, now.items, `${at}[]`) : []),
  ];
}

function compareValues(direction: Direction, old: Schema, now: Schema, at: string): string[] {
  const [before, after] = [valuesOf(old), valuesOf(now)];
  if (direction === 'request') {
    if (!after) return [];
    const refused = before?.filter((value) => !after.includes(value));
    if (!refused) return [`${at} takes only ${after.map(text).join(', ')} now`];
    return refused.map((value) => `${at} refuses ${text(value)} now`);
  }
  if (!before || now['x-extensible-enum'] || old.type === 'boolean') return [];
  if (!after) return [`${at} may be any ${now.type} now`];
  return after.filter((value) => !before.includes(value)).map((value) => `${at} may be ${text(value)} now`);
}

const valuesOf = ({ enum: values, const: only }: Schema) => values ?? (only === undefined ? undefined : [only]);

/** By which a request is judged; what grows tighter, refuses what was accepted. */
const bounds = [
  ['minimum', 'at least'],
  ['minLength', 'at least'],
  ['minItems', 'at least'],
  ['maximum', 'at most'],
  ['maxLength', 'at most'],
  ['maxItems', 'at most'],
] as const;

function compareBounds(old: Schema, now: Schema, at: string): string[] {
  const tighter = bounds.flatMap(([keyword, sense]) => {
    const [before, after] = [old[keyword], now[keyword]];
    if (typeof after !== 'number') return [];
    const isTighter = typeof before !== 'number' || (sense === 'at least' ? after > before : after < before);
    return isTighter ? [`${at} has the ${keyword} ${after} now`] : [];
  });
  // The same pattern, as other engines read it too.
  const hasOther = now.pattern !== undefined && portable(now.pattern) !== portable(old.pattern);
  const isOfOther = now.format !== old.format && now.format !== undefined && now.type === 'string';
  return [
    ...tighter,
    ...(hasOther ? [`${at} has another pattern`] : []),
    ...(isOfOther ? [`${at} has the format ${now.format} now`] : []),
  ];
}

const portable = (pattern = ''): string =>
  pattern.replaceAll('\\uD800-\\uDFFF', '').replaceAll(/\\u00([0-9A-F]{2})/g, '\\x$1');

function compareProperties(context: Context, old: Schema, now: Schema, at: string): string[] {
  const [before, after] = [old.properties, now.properties];
  if (!before) return requiredOf(context, old, now, at);
  if (!after) return [`${at} has no known fields any more`];
  const kept = Object.entries(before).flatMap(([name, field]) => {
    const present = after[name];
    if (!present) {
      const isTaken = context.direction === 'request' && now.additionalProperties !== false;
      return isTaken ? [] : [`${at} lacks ${name}, which was removed or renamed`];
    }
    return compare(context, field, present, `${at}.${name}`.replace(/^the request\./, 'the request: '));
  });
  return [...kept, ...requiredOf(context, old, now, at)];
}

function requiredOf({ direction }: Context, old: Schema, now: Schema, at: string): string[] {
  const [before, after] = [new Set(old.required), new Set(now.required)];
  if (direction === 'request') return [...after.difference(before)].map((name) => `${at} requires ${name} now`);
  const fields = Object.keys(now.properties ?? {});
  const left = [...before.difference(after)].filter((name) => fields.includes(name));
  return left.map((name) => `${at} may lack ${name} now`);
}

const text = (value: unknown): string => JSON.stringify(value);
