import type { LogLevel } from './log-levels.ts';
import type { Logger } from './logger.ts';

export type LevelState = {
  level: LogLevel;
  /** The level of the settings, which returns. */
  configured: LogLevel;
  /** When it returns; null while it holds. */
  until: Temporal.Instant | null;
};

/** The level of a logger and of its children, changeable while the service runs. */
export type LevelControl = {
  read(): LevelState;
  /** Changes the level for a while. The log says who did it. */
  change(to: LogLevel, options: { minutes: number; by: string }): LevelState;
};

/**
 * @param loggers the logger and its children, which have levels of their own
 * @param audit a logger whose level never changes
 */
export function createLevelControl(loggers: () => readonly Logger[], audit: Logger): LevelControl {
  const configured = audit.level as LogLevel;
  let state: LevelState = { level: configured, configured, until: null };
  let returning: NodeJS.Timeout | undefined;

  const set = (level: LogLevel, until: Temporal.Instant | null) => {
    state = { level, configured, until };
    for (const logger of loggers()) logger.level = level;
  };
  return {
    read: () => state,
    change: (to, { minutes, by }) => {
      const until = Temporal.Now.instant().add({ minutes });
      audit.warn({ from: state.level, to, by, until: until.toString({ smallestUnit: 'second' }) }, 'Log level changed');
      clearTimeout(returning);
      set(to, until);
      returning = setTimeout(() => {
        audit.warn({ from: state.level, to: configured }, 'Log level is the configured one again');
        set(configured, null);
      }, minutes * 60_000).unref();
      return state;
    },
  };
}
