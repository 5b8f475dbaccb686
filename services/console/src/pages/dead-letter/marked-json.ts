import type { Fault } from '@punctual/operations';
import { type Html, html } from '@punctual/pages';
import { z } from 'zod';

type Path = readonly PropertyKey[];

/** JSON for reading, with a mark on each field that has a fault, and a line for each that is missing. */
export function markedJson(json: unknown, faults: readonly Fault[]): Html {
  const messages = new Map(faults.map(({ path, message }) => [path, message]));
  return html`${write(json, [], messages)}`;
}

function write(value: unknown, path: Path, messages: ReadonlyMap<string, string>, end = ''): Html {
  const message = messages.get(z.core.toDotPath([...path]));
  const text = writeInside(value, path, messages);
  if (message === undefined || path.length === 0) return html`${text}${end}`;
  return html`<mark>${text}</mark>${end} <em class="bad">← ${message}</em>`;
}

function writeInside(value: unknown, path: Path, messages: ReadonlyMap<string, string>): Html {
  if (typeof value !== 'object' || value === null) return html`${JSON.stringify(value)}`;
  const indent = '  '.repeat(path.length);
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const fields = entries.map(([name, each], index) => {
    const key = isList ? Number(name) : name;
    const end = index < entries.length - 1 ? ',' : '';
    return html`\n${indent}  ${!isList && `${JSON.stringify(name)}: `}${write(each, [...path, key], messages, end)}`;
  });
  const missing = isList ? [] : missingIn(value, path, messages);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  const lines = [...fields, ...missing.map((line) => html`\n${indent}  ${line}`)];
  return lines.length === 0 ? html`${open}${close}` : html`${open}${lines}\n${indent}${close}`;
}

function missingIn(value: object, path: Path, messages: ReadonlyMap<string, string>): Html[] {
  const start = path.length === 0 ? '' : `${z.core.toDotPath([...path])}.`;
  return [...messages].flatMap(([at, message]) => {
    const name = at.slice(start.length);
    const isMissing = at.startsWith(start) && /^[\w$]+$/.test(name) && !Object.hasOwn(value, name);
    return isMissing ? [html`<mark>${JSON.stringify(name)}: missing</mark> <em class="bad">← ${message}</em>`] : [];
  });
}
