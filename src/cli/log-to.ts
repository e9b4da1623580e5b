import type { Manager } from '../manager.ts';
import type { Cli } from './context.ts';
import { plainTheme, themeFor } from './render/theme.ts';

/**
 * Writes the manager's events as logs to stderr, where somebody asked for a log level. On a terminal `say` writes them: a table may be
 * drawn there, too. Returns how to end it.
 */
export async function logTo(
  cli: Pick<Cli, 'options' | 'env' | 'stderr'>,
  manager: Pick<Manager, 'onEvent'>,
  redact: (text: string) => string,
  say?: (text: string) => void,
): Promise<() => void> {
  const level = cli.options.logLevel;
  if (level === undefined || level === 'silent') return () => undefined;
  const { createLogger, logEvents } = await import('../telemetry/logger.ts');
  const isOurs = say === undefined || !cli.stderr.isTTY;
  const destination = isOurs ? cli.stderr : { write: (text: string) => say(text.trimEnd()) };
  const isColoured = themeFor(cli.stderr, cli.env) !== plainTheme;
  const logger = createLogger({ level, json: cli.options.json || !cli.stderr.isTTY, destination, redact, isColoured });
  return logEvents(listener => manager.onEvent(listener), logger);
}
