/** What begins a statement that writes. */
const write = /^(insert|update|delete|merge)\b/i;
/** What begins a statement that reads or writes. */
const data = /^(select|insert|update|delete|with|merge|show|copy|truncate)\b/i;
const target = /\b(?:into|update|from)\s+"?([a-z_][\w.]*)/i;

/**
 * Names a PostgreSQL statement by what it does and to which table: `INSERT` of `assignment`. Several
 * statements in one message are named by the first that writes, or else reads.
 */
export function describeStatement(text: string): { operation: string; table: string | undefined } {
  const statements = text.split(';').map((statement) => statement.trim());
  const statement =
    statements.find((each) => write.test(each)) ?? statements.find((each) => data.test(each)) ?? statements[0] ?? '';
  return { operation: operationOf(statement), table: target.exec(statement)?.[1]?.toLowerCase() };
}

/** The first word of a statement. */
export function operationOf(text: string): string {
  return /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'QUERY';
}
