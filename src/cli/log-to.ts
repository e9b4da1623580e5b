import type { Manager } from '../manager.ts';
import type { Cli } from './context.ts';
import { plainTheme, themeFor } from './render/theme.ts';

/** Writes the manager's events as logs, to stderr or to `destination`, where somebody asked for a log level. Returns how to end it. */
export async function logTo(
  cli: Cli,
  manager: Pick<Manager, 'onEvent'>,
  redact: (text: string) => string,
  destination: { write(text: string): unknown } = cli.stderr,
): Promise<() => void> {
  const level = cli.options.logLevel;
  if (level === undefined || level === 'silent') return () => undefined;
  const { createLogger, logEvents } = await import('../telemetry/logger.ts');
  const isColoured = themeFor(cli.stderr, cli.env) !== plainTheme;
  const logger = createLogger({ level, json: cli.options.json || !cli.stderr.isTTY, destination, redact, isColoured });
  return logEvents(listener => manager.onEvent(listener), logger);
}
