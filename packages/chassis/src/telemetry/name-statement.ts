import type { Span } from '@opentelemetry/api';

/** What begins a statement that writes. */
const write = /^(insert|update|delete|merge)\b/i;
/** What begins a statement that reads or writes. */
const data = /^(select|insert|update|delete|with|merge|show|copy|truncate)\b/i;
const target = /\b(?:into|update|from)\s+"?([a-z_][\w.]*)/i;

/**
 * Names the span of a PostgreSQL query by what it does and to which table, as `INSERT assignment`.
 * Several statements in one message are named by the first that writes, or else reads.
 */
export function nameStatement(span: Span, { query }: { query: { text: string } }): void {
  if (!span.isRecording()) return;
  const { operation, table } = describeStatement(query.text);
  span.updateName(table === undefined ? operation : `${operation} ${table}`);
  span.setAttribute('db.operation.name', operation);
  if (table !== undefined) span.setAttribute('db.collection.name', table);
}

export function describeStatement(text: string): { operation: string; table: string | undefined } {
  const statements = text.split(';').map((statement) => statement.trim());
  const statement =
    statements.find((each) => write.test(each)) ?? statements.find((each) => data.test(each)) ?? statements[0] ?? '';
  const operation = /^\w+/.exec(statement)?.[0]?.toUpperCase() ?? 'QUERY';
  return { operation, table: target.exec(statement)?.[1]?.toLowerCase() };
}
