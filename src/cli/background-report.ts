import { ConfigError, type ConfigIssue } from '../errors/config-error.ts';
import { errorFromWire, type ToldError } from './remote-error.ts';
import { UsageError } from './usage-error.ts';

/** What a manager in the background has told of its start. */
export interface BackgroundReport {
  /** The error that ended it, as it would have been thrown here; null where it has told none. */
  readonly error: Error | null;
  /** Everything else, line by line. */
  readonly notes: readonly string[];
}

/** Reads what a command with `--json` has written to stdout and stderr, which were one file. */
export function readReport(text: string): BackgroundReport {
  let error: Error | null = null;
  const notes: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const told = errorIn(line);
    if (told !== null) error = errorOf(told);
    else if (line !== '') notes.push(line);
  }
  return { error, notes };
}

function errorIn(line: string): ToldError | null {
  if (!line.startsWith('{"error":')) return null;
  try {
    return (JSON.parse(line) as { error: ToldError }).error;
  } catch (error) {
    // Cut off: it is told as it is.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function errorOf(told: ToldError): Error {
  const { category, message, hint, details } = told;
  const issues = (details as { issues?: unknown } | undefined)?.issues;
  if (category === 'config' && Array.isArray(issues)) return new ConfigError(issues as ConfigIssue[]);
  if (category === 'usage') return new UsageError(String(message), String(hint));
  if (category === 'internal') return new Error(String(message));
  return errorFromWire(told);
}
