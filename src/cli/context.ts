import { redactSecrets } from '../errors/redact.ts';
import type { LogLevel } from '../telemetry/logger.ts';
import { type Theme, themeFor } from './render/theme.ts';

export type { LogLevel } from '../telemetry/logger.ts';

/** As the logger has them; not taken from there, since it takes its time to load. */
export const LOG_LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** `up` with it is the manager that `up -d` has put into the background. */
export const BACKGROUND_OPTION = '--in-background';

/** The options that every command has, before or after its name. */
export interface GlobalOptions {
  readonly config?: string | undefined;
  readonly stateDir?: string | undefined;
  /** Undefined where nobody asked for logs. */
  readonly logLevel?: LogLevel | undefined;
  readonly json: boolean;
}

/** What a command has of the world around it. */
export interface Cli {
  readonly options: GlobalOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadStream;
  /** For results. */
  readonly stdout: NodeJS.WriteStream;
  /** For everything else. */
  readonly stderr: NodeJS.WriteStream;
  /** Colours of stdout. */
  readonly theme: Theme;
}

/** The world as this process has it. */
export function cliOf(options: GlobalOptions): Cli {
  const { env, stdin, stdout, stderr } = process;
  return { options, env, cwd: process.cwd(), stdin, stdout, stderr, theme: themeFor(stdout, env) };
}

/** Writes a result: lines of text. */
export function print(cli: Pick<Cli, 'stdout'>, lines: readonly string[]): void {
  if (lines.length > 0) cli.stdout.write(`${lines.join('\n')}\n`);
}

/** Writes a result as one line of JSON. */
export function printJson(cli: Pick<Cli, 'stdout'>, value: unknown): void {
  cli.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Writes what is no result. */
export function note(cli: Pick<Cli, 'stderr'>, text: string): void {
  cli.stderr.write(`${text}\n`);
}

/** Columns that a line of a result may take; no limit where nobody looks at it on a terminal. */
export function widthOf(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number {
  return stream.isTTY ? stream.columns || 80 : Number.POSITIVE_INFINITY;
}

/** Takes what looks like a secret out of a text whose configuration is not at hand. */
export const redactUnknown = redactSecrets([]);
