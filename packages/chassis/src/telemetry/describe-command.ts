import { trace } from '@opentelemetry/api';
import { isSampled } from './trace-context.ts';

/**
 * A command of MongoDB as JSON with `?` in place of every value, for its span. Empty where there is
 * none: to write the text costs more than the rest of a span.
 */
export function describeCommand(command: Record<string, unknown>): string {
  const cause = trace.getActiveSpan();
  if (!cause || !isSampled(cause)) return '';
  const seen = new WeakSet<object>();
  return JSON.stringify(command, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return '?';
    if (seen.has(value)) return '[Circular]';
    seen.add(value);
    return value;
  });
}
