import type { MigrationSql } from './migrations.ts';

/** A rule on one statement, with dollar-quoted bodies and comments removed, in lower case. */
type Rule = { why: string; refuses: (sql: string, migration: MigrationSql) => boolean };

const creates = (sql: string) => /^create table (?:if not exists )?(\w+)/.exec(sql)?.[1];

/** Whether a statement is about a table that the same migration has created: it is empty. */
function isOnNewTable(sql: string, { statements }: MigrationSql): boolean {
  const created = new Set(statements.map((each) => creates(plain(each))));
  const table = / on (?:only )?(\w+)/.exec(sql)?.[1] ?? /^(?:alter table|insert into) (\w+)/.exec(sql)?.[1];
  return table !== undefined && created.has(table);
}

const inTransaction = (refuses: Rule['refuses']): Rule['refuses'] => {
  return (sql, migration) => !migration.isBackground && !isOnNewTable(sql, migration) && refuses(sql, migration);
};

/** What squawk does not refuse, or not in every form. The names stand in exceptions. */
export const rules: Readonly<Record<string, Rule>> = {
  drop: {
    why: 'The previous release still uses it: drop it in the next release, in the background.',
    refuses: (sql) => /^drop /.test(sql) || /^alter table .*\bdrop\b/.test(sql),
  },
  rename: {
    why: 'The previous release knows the old name: add the new one beside it.',
    refuses: (sql) => /^alter .*\brename\b/.test(sql),
  },
  type: {
    why: 'It rewrites the table, and the previous release reads the old type.',
    refuses: (sql) => /^alter table .*\balter (?:column )?\w+ (?:set data )?type\b/.test(sql),
  },
  rows: {
    why: 'Its row locks last until the commit: change rows in the background, in batches.',
    refuses: inTransaction(
      (sql) => /^(?:update|delete|merge|truncate|with|select)\b/.test(sql) || /^insert .*\bselect\b/.test(sql),
    ),
  },
  index: {
    why: 'It locks writers out while it reads the table: build it concurrently, in the background.',
    refuses: inTransaction((sql) => /^create (?:unique )?index (?!concurrently)/.test(sql)),
  },
  lock: {
    why: 'It locks writers out until the commit.',
    refuses: (sql) => /^lock /.test(sql),
  },
  check: {
    why: 'It reads the table under an exclusive lock: add it `not valid`, and validate it in the background.',
    refuses: inTransaction(
      (sql) =>
        /^alter table .*\badd (?:constraint \w+ )?(?:check|foreign key|exclude|unique|primary key)\b/.test(sql) &&
        !allNotValid(sql),
    ),
  },
  column: {
    why: 'A check, a reference or a stored expression reads or rewrites the table; add the column alone.',
    refuses: inTransaction((sql) =>
      /\badd column [^,]*\b(?:check|references|unique|primary key|stored|serial|identity)\b/.test(sql),
    ),
  },
  required: {
    why: 'The previous release inserts rows without it: add it with a default, or as nullable.',
    refuses: (sql, migration) =>
      !isOnNewTable(sql, migration) &&
      (/\badd column (?:(?!\bdefault\b)[^,])*\bnot null(?![^,]*\bdefault\b)/.test(sql) || /\bset not null\b/.test(sql)),
  },
  disable: {
    why: 'Instances of the previous release write without the trigger.',
    refuses: (sql) => /\bdisable (?:trigger|rule)\b/.test(sql),
  },
  again: {
    why: 'A background statement may run twice: use `if not exists`, `or replace`, or a condition.',
    refuses: (sql, { isBackground }) =>
      isBackground &&
      (/^create (?:unique )?index (?!concurrently if not exists)/.test(sql) ||
        /^create (?:constraint )?(?:trigger|function|table (?!if not)|type)\b/.test(sql) ||
        /\badd column (?!if not)/.test(sql) ||
        /^drop (?!(?:index concurrently|\w+) if exists )/.test(sql)),
  },
};

function allNotValid(sql: string): boolean {
  const added = sql.match(/\badd (?:constraint \w+ )?(?:check|foreign key|exclude|unique|primary key)\b/g) ?? [];
  return (sql.match(/\bnot valid\b/g) ?? []).length === added.length;
}

/**
 * The violations of a migration. A comment above a statement excepts it from a rule and says why:
 * `-- allow drop: the new check takes all that the old one took`.
 */
export function violations(migration: MigrationSql): string[] {
  return migration.statements.flatMap((statement) => {
    const allowed = new Set([...statement.matchAll(/^\s*-- allow (\w+): \S.{19,}$/gm)].map(([, name]) => name));
    const sql = plain(statement);
    return Object.entries(rules)
      .filter(([name, { refuses }]) => !allowed.has(name) && refuses(sql, migration))
      .map(([name, { why }]) => `${migration.name}: ${name}: ${sql.slice(0, 80)}: ${why}`);
  });
}

function plain(statement: string): string {
  return statement
    .replace(/--.*$/gm, '')
    .replace(/\$\$[\s\S]*?\$\$/g, '$$$$')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}
