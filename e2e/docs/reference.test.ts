import { readFileSync } from 'node:fs';
import {
  Assignment,
  allEvents,
  type Endpoint,
  Erasure,
  endpoints,
  Job,
  Payout,
  PayoutAccount,
  PayoutData,
  PersonErasedData,
  ProblemCode,
  problems,
  Reminder,
  ReminderData,
  RemindersHealth,
  ScheduleData,
  TimelineItem,
} from '@punctual/contracts';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const api = read('api.md');
const events = read('events.md');
const routes: readonly Endpoint[] = Object.values(endpoints);
const nameOf = ({ method, path }: Endpoint) => `${method} ${path}`;

describe('docs/api.md', () => {
  test('describes every route of the contract, and no other', () => {
    const described = [...api.matchAll(/^### `([A-Z]+ \/[^`]*)`$|^\| `(GET \/[^`]*)` \|/gm)].map(
      ([, heading, row]) => heading ?? row ?? '',
    );
    const outsideContract = [
      'GET /asyncapi.json',
      'GET /docs/events',
      'GET /healthz/live',
      'GET /healthz/ready',
      'GET /version',
    ];
    expect(described.toSorted()).toEqual([...routes.map(nameOf), ...outsideContract].toSorted());
  });

  test('lists the problems of each route, and no other', () => {
    const common = new Set(
      codesIn(paragraphs(api).find((text) => text.startsWith('Every route may also return')) ?? ''),
    );
    for (const { headings, text } of routeSections()) {
      const listed = paragraphs(text)
        .filter((paragraph) => /\bProblems\b/.test(paragraph))
        .flatMap((paragraph) => codesIn(paragraph.slice(paragraph.indexOf('Problems'))));
      const possible = routes.filter((route) => headings.includes(nameOf(route))).flatMap((route) => route.problems);
      const own = new Set(possible.filter((code) => !common.has(code)));
      expect([headings, ...new Set(listed)].toSorted()).toEqual([headings, ...own].toSorted());
    }
  });

  test('gives every problem code with its status', () => {
    const rows = [...api.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [code, Number(status)]);
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(Object.entries(problems).map(([code, { status }]) => [code, status])),
    );
  });

  test.each([
    ['job', Job],
    ['assignment', Assignment],
    ['reminder', Reminder],
    ['payout', Payout],
    ['payout account', PayoutAccount],
    ['timeline item', TimelineItem],
    ['erasure', Erasure],
  ] as const)('lists the fields of %s', (name, schema) => {
    const [, fields = ''] =
      new RegExp(`\\b[Aa]n? \\*{0,2}${name}\\*{0,2}:\\s+(?:\`\`\`text)?\`?([^\`]+)\``).exec(api) ?? [];
    expect(fields.trim().split(/\s+/)).toEqual(Object.keys(schema.shape));
  });

  test('lists the fields of the health report', () => {
    for (const field of Object.keys(RemindersHealth.shape)) expect(api).toContain(field);
  });
});

describe('docs/events.md', () => {
  test('has every event in the table of its stream', () => {
    const listed = [...events.matchAll(/^\|[^|]*\| `([a-z]+\.[a-z_]+)`/gm)].map(([, type]) => type);
    expect(listed.toSorted()).toEqual(Object.keys(allEvents).toSorted());
  });

  test.each([
    ['schedule.*', ScheduleData, ['kind', 'nextProviderId']],
    ['reminder.*', ReminderData, []],
    ['payout.*', PayoutData, []],
    ['person.erased', PersonErasedData, []],
  ] as [string, z.ZodObject, string[]][])('lists the fields of %s', (family, schema, extra) => {
    const section = sectionOf(events, `### \`${family}\``);
    const listed = [...section.matchAll(/^\| ((?:`\w+` ?)+)\|/gm)].flatMap(([, cell = '']) => cell.match(/\w+/g) ?? []);
    expect(listed.toSorted()).toEqual([...Object.keys(schema.shape), ...extra].toSorted());
  });
});

/** Sections of routes. Headings that follow each other share one text. */
function routeSections(): { headings: string[]; text: string }[] {
  const parts = api.split(/^(#{2,3} .*)$/m);
  const sections: { headings: string[]; text: string }[] = [];
  let headings: string[] = [];
  for (let at = 1; at < parts.length; at += 2) {
    const route = /^### `([A-Z]+ \/[^`]*)`$/.exec(parts[at] ?? '')?.[1];
    if (route !== undefined) headings.push(route);
    const text = parts[at + 1] ?? '';
    if (text.trim() === '') continue;
    if (headings.length > 0) sections.push({ headings, text });
    headings = [];
  }
  return sections;
}

function sectionOf(text: string, heading: string): string {
  const from = text.indexOf(heading);
  expect(from, heading).toBeGreaterThan(-1);
  return text.slice(from + heading.length).split(/^#/m)[0] ?? '';
}

const paragraphs = (text: string) => text.split(/\n\n+/);
const codesIn = (text: string) =>
  [...text.matchAll(/`([a-z-]+)`/g)].flatMap(([, code]) => ProblemCode.safeParse(code).data ?? []);
