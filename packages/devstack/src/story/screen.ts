import { styleText } from 'node:util';
import type { PassingEvent } from './event-log.ts';
import { describeEvent } from './wording.ts';

/**
 * Prints the story: steps, the events between them, and plain lines. Uses colours only on a
 * terminal.
 */
export type Screen = {
  line(text?: string): void;
  title(text: string): void;
  /**
   * Something that a person does, or that is looked for; the trace id finds it in every service's
   * log.
   */
  step(text: string, traceId?: string): void;
  event(event: PassingEvent): void;
  failure(text: string): void;
};

/** Tells to a stream, standard output as a rule. */
export function createScreen(stream: NodeJS.WriteStream): Screen {
  let steps = 0;
  const paint = (format: Parameters<typeof styleText>[0], text: string) => styleText(format, text, { stream });
  const line = (text = '') => void stream.write(`${text}\n`);
  return {
    line,
    title: (text) => line(`\n${paint('bold', text)}`),
    step: (text, traceId = '') => {
      steps += 1;
      line(
        `${paint('bold', String(steps).padStart(2))}  ${paint('bold', text.padEnd(width.step))} ${paint('dim', traceId)}`.trimEnd(),
      );
    },
    event: (event) => {
      const type = paint(colours[event.source], event.type.padEnd(width.type));
      const trace = event.traceparent?.split('-')[1]?.slice(0, 8) ?? '';
      line(`      ${type} ${describeEvent(event).padEnd(width.event)} ${paint('dim', trace)}`.trimEnd());
    },
    failure: (text) => line(paint('red', text)),
  };
}

const width = { step: 80, type: 19, event: 58 };

const colours = { '/scheduling': 'cyan', '/reminders': 'yellow', '/payouts': 'green' } as const;
