import type { JsonSchema } from '../events/json-schemas.ts';
import type { EventShape } from './event-shape.ts';

/** Something that a reader of the release, or of its events, does not survive. */
export type BreakingChange = {
  readonly event: string;
  /** `data.window.start`, `data.audience[]`; undefined when it is the event as a whole. */
  readonly field: string | undefined;
  readonly what: string;
  /**
   * Whose schema refuses the other's events. Neither refuses them when an optional field was removed:
   * only readers that use it notice.
   */
  readonly refusedBy: 'released' | 'present' | 'both' | 'neither';
};

/** A schema, and the document in which its references lead somewhere. */
type Node = { readonly schema: JsonSchema; readonly root: JsonSchema };
type Change = Omit<BreakingChange, 'event'>;

/** They tell people something, and change nothing for a reader. */
const annotations = new Set(['$schema', 'title', 'description', 'examples', 'deprecated']);
/** They are compared part by part. */
const structure = new Set(['$defs', '$ref', 'anyOf', 'properties', 'required', 'items']);

/**
 * What breaks between a released event and the present one, in either direction: a reader of the
 * release must read what is published now, and a reader of now must read what was published then,
 * since a stream keeps it. So one thing alone may happen to an event within its major version: it
 * gains an optional field.
 */
export function breakingChanges(released: EventShape, present: EventShape | undefined): BreakingChange[] {
  const event = released.type;
  if (!present)
    return [
      { event, field: undefined, what: 'is not published any more, or has another subject', refusedBy: 'released' },
    ];
  const changes = [...compareField(atRoot(released.schema), atRoot(present.schema), '')];
  if (released.stream !== present.stream) {
    const what = `was kept in the stream ${released.stream} and is in ${present.stream} now`;
    changes.push({ field: undefined, what, refusedBy: 'both' });
  }
  return changes.map((change) => ({ event, ...change }));
}

function* compareField(released: Node, present: Node, field: string): Generator<Change> {
  const [was, is] = [alternatives(released), alternatives(present)];
  if (was.nullable && !is.nullable)
    yield { field, what: 'may not be null any more, and was in events of the release', refusedBy: 'present' };
  if (!was.nullable && is.nullable)
    yield { field, what: 'may be null now, which readers of the release refuse', refusedBy: 'released' };
  const [before, after] = [was.others[0], is.others[0]];
  if (before && after && was.others.length === 1 && is.others.length === 1) {
    yield* compareConstraints(before.schema, after.schema, field);
    yield* compareProperties(before, after, field);
    yield* compareItems(before, after, field);
  } else if (!equal(schemasOf(was.others), schemasOf(is.others))) {
    yield { field, what: 'has other alternatives', refusedBy: 'both' };
  }
}

function* compareConstraints(was: JsonSchema, is: JsonSchema, field: string): Generator<Change> {
  const keywords = new Set([...Object.keys(was), ...Object.keys(is)]).difference(annotations).difference(structure);
  for (const keyword of keywords) {
    if (equal(was[keyword], is[keyword])) continue;
    if (was.enum && is.enum && keyword === 'enum') yield* compareValues(was.enum, is.enum, field);
    else yield { field, what: `${keyword} was ${text(was[keyword])} and is ${text(is[keyword])}`, refusedBy: 'both' };
  }
}

function* compareValues(was: readonly unknown[], is: readonly unknown[], field: string): Generator<Change> {
  const gone = was.filter((value) => !is.includes(value)).map(text);
  const added = is.filter((value) => !was.includes(value)).map(text);
  if (gone.length > 0) {
    yield { field, what: `refuses ${gone.join(', ')}, which events of the release have`, refusedBy: 'present' };
  }
  if (added.length > 0) {
    yield { field, what: `may be ${added.join(', ')}, which readers of the release refuse`, refusedBy: 'released' };
  }
}

function* compareProperties(released: Node, present: Node, parent: string): Generator<Change> {
  const [was, is] = [released.schema.properties ?? {}, present.schema.properties ?? {}];
  const [wasRequired, isRequired] = [new Set(released.schema.required), new Set(present.schema.required)];
  for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const field = parent === '' ? name : `${parent}.${name}`;
    const [before, after] = [was[name], is[name]];
    if (after === undefined) {
      yield { field, what: 'was removed or renamed', refusedBy: wasRequired.has(name) ? 'released' : 'neither' };
    } else if (before === undefined) {
      if (isRequired.has(name))
        yield { field, what: 'is new and required, and events of the release lack it', refusedBy: 'present' };
    } else {
      if (wasRequired.has(name) && !isRequired.has(name)) {
        yield { field, what: 'may be left out now, and readers of the release require it', refusedBy: 'released' };
      }
      if (!wasRequired.has(name) && isRequired.has(name)) {
        yield { field, what: 'is required now, and events of the release may lack it', refusedBy: 'present' };
      }
      yield* compareField(inside(released, before), inside(present, after), field);
    }
  }
}

function* compareItems(released: Node, present: Node, field: string): Generator<Change> {
  const [was, is] = [released.schema.items, present.schema.items];
  if (isSchema(was) && isSchema(is)) {
    yield* compareField(inside(released, was), inside(present, is), `${field}[]`);
  } else if (!equal(was, is)) {
    yield { field: `${field}[]`, what: 'has another kind of items', refusedBy: 'both' };
  }
}

function atRoot(schema: JsonSchema): Node {
  return { schema, root: schema };
}

/** A part of a schema, with its reference resolved. */
function inside({ root }: Node, part: unknown): Node {
  const schema = part as JsonSchema;
  if (schema.$ref === undefined) return { schema, root };
  const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')];
  if (!target) throw new Error(`${schema.$ref} leads nowhere`);
  return inside({ schema, root }, target);
}

/** What a value may be, whichever way the schema says it: `anyOf`, or a list of types. */
function alternatives(node: Node): { nullable: boolean; others: Node[] } {
  const { schema } = node;
  const types: unknown[] = Array.isArray(schema.type) ? schema.type : [];
  const all =
    schema.anyOf?.map((part) => inside(node, part)) ??
    (types.length > 0 ? types.map((type) => inside(node, { ...schema, type })) : [node]);
  const others = all.filter((one) => one.schema.type !== 'null');
  return { nullable: others.length < all.length, others };
}

const schemasOf = (nodes: Node[]) => nodes.map(({ schema }) => schema);
const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && !Array.isArray(value);
const text = (value: unknown): string => (value === undefined ? 'not there' : JSON.stringify(value));
const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
