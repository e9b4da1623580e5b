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
    return [
      ...lines,
      title(isUnread(error) ? UNREAD : `${mistakes(error)}, ${error.outcome}`),
      fact('do', configHint(error)),
    ];
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
  const told = isError ? error.message || error.name : String(error);
  const refusal = refusalOf(error);
  if (refusal !== null) return [title(told), fact('code', refusal.code), fact('do', refusal.hint)];
  return [
    title(told),
    fact('do', `${BUG}; "--log-level debug" shows where it happened`),
    ...(view.isDebug && isError ? (error.stack ?? '').split('\n').slice(1) : []),
  ];
}

const BUG = 'report it with what you did, for this is a bug in Holdfast';

const UNREAD = 'there is no configuration that can be read';

/** Nobody came as far as its content. */
const isUnread = ({ issues }: ConfigError): boolean => issues.every(({ line }) => line === null);

const mistakes = ({ issues }: ConfigError): string => `${count(issues.length, 'mistake')} in the configuration`;

/** Its places are told with the mistakes. */
function configHint(error: ConfigError): string {
  if (!isUnread(error)) return 'correct what is listed; "holdfast config check" looks again';
  return 'name it with --config, or make one: "holdfast import" takes over what your clients have, "holdfast add" begins with one server';
}

/** What to do where the system refuses a file or folder; null where the fault is ours. */
function refusalOf(error: unknown): { readonly code: string; readonly hint: string } | null {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return null;
  const code = String(error.code);
  const hint = REFUSALS[code];
  return hint === undefined ? null : { code, hint };
}

const RIGHTS = 'give yourself the right to it, or name another place, such as with --state-dir';
const PATH = 'check the path, and make what is missing of it, or name another with --state-dir or --config';
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: RIGHTS,
  EPERM: RIGHTS,
  EROFS: RIGHTS,
  ENOENT: PATH,
  ENOTDIR: PATH,
  EISDIR: PATH,
  EEXIST: PATH,
  ENAMETOOLONG: PATH,
  ENOSPC: 'free space on the disk, or name another place with --state-dir',
  EDQUOT: 'free space within your quota, or name another place with --state-dir',
  EMFILE: 'close other programs, or raise the limit of open files (ulimit -n)',
  ENFILE: 'close other programs: the system has no files left to open',
};

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
    const message = isUnread(error) ? UNREAD : mistakes(error);
    const hint = configHint(error);
    const details = { issues: issues.map(plainIssue) };
    return { category: 'config', code, message, hint, server: null, details };
  }
  if (error instanceof UsageError) {
    const { code, message, hint } = error;
    return { category: 'usage', code, message, hint, server: null, details: {} };
  }
  const message = error instanceof Error ? error.message : String(error);
  const refusal = refusalOf(error);
  if (refusal !== null)
    return { category: 'resource', ...refusal, message: redact(message), server: null, details: {} };
  const hint = BUG;
  return { category: 'internal', code: 'INTERNAL', message, hint, server: null, details: {} };
}

function plainIssue({ file, line, column, key, message }: ConfigIssue): ConfigIssue {
  return { file, line, column, key, message };
}
