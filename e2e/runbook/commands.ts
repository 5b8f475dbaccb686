import { codeSpans } from '../docs/repository.ts';

/** How a command of the runbook is run. `http` is `METHOD /path`. */
export type CommandKind = 'shell' | 'sql' | 'mongo' | 'http';

export type RunbookCommand = { kind: CommandKind; text: string };

const programs = 'npm|npx|node|nats|nats-server|curl|psql|mongosh|kubectl|docker|helm|mv|rm|ulimit';
const beginnings: readonly [CommandKind, RegExp][] = [
  ['shell', new RegExp(`^(${programs}) `)],
  // Commands of ops, named in a sentence.
  ['shell', /^(dlq|streams|payouts|reminders) (list|show|redrive|drop|apply|drift|upcoming|overdue|explain)\b/],
  ['shell', /^(replay|rebuild-stream|erase-person) -/],
  ['sql', /^(select|show|insert|update|delete|drop|alter|create|vacuum) /i],
  ['mongo', /^db\./],
  ['http', /^(GET|POST|PUT|PATCH|DELETE) [/…]/],
];

/** The languages of code blocks; PromQL is run by `dashboards.test.ts`. */
const blocks: Readonly<Record<string, (code: string) => RunbookCommand[]>> = {
  sh: (code) => shellCommands(code).map((text) => ({ kind: 'shell', text })),
  sql: (code) => sqlStatements(code).map((text) => ({ kind: 'sql', text })),
  promql: () => [],
};

/**
 * Every command and query of a page except PromQL, in its order, each once.
 * @throws Error for a code block of another language, or without one
 */
export function commandsOf(page: string): RunbookCommand[] {
  const all = page.split(/^(```\w*\n[\s\S]*?^```$)/m).flatMap((part) => {
    const [, language, code = ''] = /^```(\w*)\n([\s\S]*)```$/.exec(part) ?? [];
    if (language === undefined) return codeSpans(part).flatMap(commandIn);
    const read = blocks[language];
    if (!read)
      throw new Error(`The language of this code block is none of ${Object.keys(blocks).join(', ')}:\n${code}`);
    return read(code);
  });
  return [...new Map(all.map((command) => [command.text, command])).values()];
}

function commandIn(span: string): RunbookCommand[] {
  const kind = beginnings.find(([, beginning]) => beginning.test(span))?.[0];
  return kind ? [{ kind, text: span }] : [];
}

function shellCommands(code: string): string[] {
  return code
    .replaceAll(/\\\n */g, '')
    .split('\n')
    .map((line) => line.replace(/\s+# .*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function sqlStatements(code: string): string[] {
  return code
    .replaceAll(/^ *--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim().replaceAll(/\s+/g, ' '))
    .filter(Boolean);
}
