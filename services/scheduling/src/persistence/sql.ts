import type { Statement } from '@punctual/chassis/postgres';

/**
 * Composes a statement of others: `` sql`select ${columns} from job where ${condition}` ``. Values
 * go in with {@link value}, so that they stay parameters.
 */
export function sql(texts: TemplateStringsArray, ...parts: readonly Statement[]): Statement {
  const text = texts.map((each, index) => each + (parts[index]?.[0] ?? '')).join('');
  return [text, parts.flatMap(([, parameters]) => parameters)];
}

export function value(parameter: unknown): Statement {
  return ['?', [parameter]];
}

/** Text without parameters. */
export function text(sqlText: string): Statement {
  return [sqlText, []];
}

/** The condition on a value, if there is one. */
export function given(parameter: unknown, condition: string): Statement[] {
  return parameter === undefined ? [] : [[condition, [parameter]]];
}

/** All of the conditions; true without any. */
export function and(conditions: readonly Statement[]): Statement {
  return conditions.length === 0 ? text('true') : joined(conditions, ' and ');
}

export function unionAll(selects: readonly Statement[]): Statement {
  return joined(selects, ' union all ');
}

function joined(parts: readonly Statement[], separator: string): Statement {
  return [parts.map(([each]) => each).join(separator), parts.flatMap(([, parameters]) => parameters)];
}
