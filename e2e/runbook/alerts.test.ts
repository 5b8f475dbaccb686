import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { textOf } from '../docs/repository.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [, page = ''] = /^## Alerts\n([\s\S]*?)^## /m.exec(textOf('docs/runbook.md')) ?? [];
const sections = page
  .split(/^### /m)
  .slice(1)
  .map((section) => ({ name: section.slice(0, section.indexOf('\n')), text: section }));
const parts = ['**People feel:**', '**Confirm:**', '**Do:**', '**Over when**'];

type Rules = { groups: { rules: { alert?: string }[] }[] };
const alerts = globSync(`${root}deploy/prometheus/rules/*.yml`)
  .flatMap((file) => (parse(readFileSync(file, 'utf8')) as Rules).groups)
  .flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));

test('each section of an alert names an alert that exists', () => {
  expect(sections.length).toBeGreaterThan(10);
  expect(sections.filter(({ name }) => !alerts.includes(name))).toEqual([]);
});

describe.each(sections)('$name', ({ text }) => {
  test('says what people feel, how to confirm it, what to do and when it is over, in this order', () => {
    const found = [...text.matchAll(/^\*\*[^*]+\*\*/gm)].map(([part]) => part);
    expect(found).toEqual(parts);
    for (const [index, part] of parts.entries()) {
      const end = parts[index + 1];
      const words = text.slice(text.indexOf(part) + part.length, end ? text.indexOf(end) : undefined).trim();
      expect(words.length, part).toBeGreaterThan(15);
    }
  });

  test('confirms by a query', () => {
    const confirm = text.slice(text.indexOf('**Confirm:**'), text.indexOf('**Do:**'));
    expect(confirm).toMatch(/^```promql$/m);
  });
});
