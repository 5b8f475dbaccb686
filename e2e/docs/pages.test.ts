import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { codeSpans, files, pages, textOf } from './repository.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = files.filter((file) => /\.(ts|mjs|js|json|ya?ml|conf|go|sql|sh)$|Dockerfile$/.test(file));
const code = sources
  .filter((file) => !/^e2e\/docs\/|\.test\.ts$|package-lock\.json$/.test(file))
  .map((file) => textOf(file))
  .join('\n');

test('every link leads somewhere', () => {
  const dead = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      const [path = '', anchor] = target.split('#');
      return leadsTo(path === '' ? page : join(dirname(page), path), anchor) ? [] : [`${page}: ${target}`];
    }),
  );
  expect(dead).toEqual([]);
});

test('every file that a page names is there', () => {
  // asvs.md explains these at its top.
  const short: Record<string, string> = {
    gw: 'services/gateway/test',
    sch: 'services/scheduling/test',
    pay: 'services/payouts/test',
    chassis: 'packages/chassis',
  };
  const missing = pages.flatMap((page) =>
    codeSpans(textOf(page)).flatMap((span) => {
      if (!/^[\w@./-]+\.(ts|mjs|json|conf|ya?ml|md)$/.test(span) || /^(\.\.?|https?:|@|\/)/.test(span)) return [];
      const [first = '', ...rest] = span.split('/');
      const named = rest.length > 0 && short[first] ? `${short[first]}/${rest.join('/')}` : span;
      const isThere = files.some((file) => file === named || file.endsWith(`/${named}`));
      return isThere || written.has(basename(span)) ? [] : [`${page}: ${span}`];
    }),
  );
  expect(missing).toEqual([]);
});

/** Files that a run writes, and calls that look like files. */
const written = new Set(['stack.json', 'response.json']);

test('every npm script that a page names exists', () => {
  const scriptsOf = (file: string): string[] => Object.keys(JSON.parse(textOf(file)).scripts ?? {});
  const workspaces = files.filter((file) => file.endsWith('/package.json'));
  const missing = pages.flatMap((page) =>
    [...textOf(page).matchAll(/npm run (?:-s )?([\w:-]+)(?: -w (\S+?)(?=[\s`)]))?/g)].flatMap(
      ([said, script = '', workspace]) => {
        const places = workspace
          ? workspaces.filter(
              (file) =>
                dirname(file) === workspace || JSON.parse(textOf(file)).name === workspace || /NAME/.test(workspace),
            )
          : ['package.json'];
        return places.some((file) => scriptsOf(file).includes(script)) ? [] : [`${page}: ${said}`];
      },
    ),
  );
  expect(missing).toEqual([]);
});

test('every setting, state and constant that a page names exists in the code', () => {
  const missing = pages.flatMap((page) =>
    codeSpans(textOf(page))
      .flatMap((span) => span.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b(?!…|<)/g) ?? [])
      .filter((name) => !outside.has(name) && !name.startsWith('OTEL_') && !code.includes(name.replace(/_FILE$/, '')))
      .map((name) => `${page}: ${name}`),
  );
  expect(missing).toEqual([]);
});

/** Names of others. */
const outside = new Set(['CURRENT_TIMESTAMP']);

test('every log line that the runbook quotes is in the code', () => {
  const literals = [...code.matchAll(/'((?:[^'\\\n]|\\.)+)'|"((?:[^"\\\n]|\\.)+)"|`((?:[^`\\]|\\.)+)`/g)].map(
    ([, single, double, template]) => single ?? double ?? template ?? '',
  );
  const lines = codeSpans(textOf('docs/runbook.md')).filter((span) => /^[A-Za-z][a-z]+ [a-zA-Z;,.' …-]+$/.test(span));
  const quoted = lines.filter(
    (span) => span.split(' ').length > 2 && !/^(npm|nats|select|show|alter|update|delete|drop|rm|mv)\b/.test(span),
  );
  expect(quoted.length).toBeGreaterThan(20);
  const patterns = literals.map((literal) => patternOf(literal));
  const missing = quoted.filter((line) => {
    if (ofOthers.has(line)) return false;
    const said = line.replace(/ ?…$/, '');
    return !code.includes(said) && !patterns.some((pattern) => pattern?.test(said));
  });
  expect(missing).toEqual([]);
});

/** Messages of the client of NATS, of OpenSSL and of PostgreSQL. */
const ofOthers = new Set([
  'Permissions Violation for …',
  'unable to …',
  'canceling statement due to statement timeout',
  'Could not start … canceling statement due to lock timeout',
]);

/** Turns a template literal into a pattern; undefined if it could say anything. */
function patternOf(literal: string): RegExp | undefined {
  if (!literal.includes('${') || literal.replace(/\$\{[^}]*\}/g, '').trim().length < 6) return undefined;
  const parts = literal.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`);
}

function leadsTo(path: string, anchor: string | undefined): boolean {
  const target = join(root, normalize(path));
  if (!existsSync(target)) return false;
  if (anchor === undefined || !path.endsWith('.md') || statSync(target).isDirectory()) return true;
  return [...textOf(normalize(path)).matchAll(/^#+ (.+)$/gm)].some(([, heading = '']) => slug(heading) === anchor);
}

/** The anchor of a heading, as GitHub makes it. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}
