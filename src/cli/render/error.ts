import { ConfigError, type ConfigIssue, formatIssue } from '../../errors/config-error.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import { UsageError } from '../usage-error.ts';
import { oneLine } from './text.ts';
import type { Theme } from './theme.ts';
import { count } from './units.ts';

export interface ErrorView {
  readonly theme: Theme;
  /** Makes a path as people would write it here. */
  readonly shorten: (path: string) => string;
  /** Takes secrets out of a server's words. */
  readonly redact: (line: string) => string;
  /** Whether our own mistakes are shown with their stack. */
  readonly isDebug: boolean;
}

/** More of it is in `holdfast status --json`. */
const TAIL_LINES = 12;

/** The error as a person reads it on stderr; the layout of `docs/errors.md`. */
export function renderError(error: unknown, view: ErrorView): string[] {
  const { theme } = view;
  const title = (text: string) => `${theme.bad('error:')} ${text}`;
  const fact = (name: string, text: string) => `  ${theme.dim(name.padEnd(6))}${text}`;
  if (error instanceof ConfigError) {
    const lines = error.issues.map(issue => formatIssue({ ...issue, file: view.shorten(issue.file) }));
    return [...lines, title(`${count(lines.length, 'mistake')} in the configuration, nothing was started`)];
  }
  if (error instanceof UsageError) return [title(error.message), fact('do', error.hint)];
  if (error instanceof HoldfastError) {
    const where = error.server === undefined ? '' : `${error.server}: `;
    const tail = error.stderrTail.slice(-TAIL_LINES).map(line => `    ${theme.dim(oneLine(view.redact(line)))}`);
    return [
      title(`${where}${view.redact(error.message)}`),
      fact('code', error.code),
      fact('do', error.hint),
      ...(error.mayHaveRun === true ? [fact('note', 'the call may have run')] : []),
      ...(tail.length === 0 ? [] : [`  ${theme.dim('its last words:')}`, ...tail]),
    ];
  }
  const isError = error instanceof Error;
  return [
    title(isError ? error.message || error.name : String(error)),
    fact('note', 'this is a bug in Holdfast, please report it; "--log-level debug" shows where it happened'),
    ...(view.isDebug && isError ? (error.stack ?? '').split('\n').slice(1) : []),
  ];
}

/** The body of `{"error": …}` that every command writes with `--json`. */
export interface ErrorBody {
  /** One of the five of `HoldfastError`, or `config`, `usage`, `internal`. */
  readonly category: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly server: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

/** The error for programs. */
export function errorBody(error: unknown, redact: (line: string) => string): ErrorBody {
  if (error instanceof HoldfastError) {
    const { category, code, message, hint, server, details, mayHaveRun, stderrTail, retryable } = error;
    const more = mayHaveRun === undefined ? {} : { mayHaveRun };
    const tail = stderrTail.length === 0 ? {} : { stderrTail: stderrTail.map(redact) };
    return {
      category,
      code,
      message: redact(message),
      hint,
      server: server ?? null,
      details,
      retryable,
      ...more,
      ...tail,
    };
  }
  if (error instanceof ConfigError) {
    const { code, issues } = error;
    const message = `${count(issues.length, 'mistake')} in the configuration`;
    const hint = 'correct what "issues" lists; nothing was started';
    const details = { issues: issues.map(plainIssue) };
    return { category: 'config', code, message, hint, server: null, details };
  }
  if (error instanceof UsageError) {
    const { code, message, hint } = error;
    return { category: 'usage', code, message, hint, server: null, details: {} };
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = 'this is a bug in Holdfast, please report it';
  return { category: 'internal', code: 'INTERNAL', message, hint, server: null, details: {} };
}

function plainIssue({ file, line, column, key, message }: ConfigIssue): ConfigIssue {
  return { file, line, column, key, message };
}
