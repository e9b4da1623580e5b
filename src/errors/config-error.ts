import { visible } from './visible.ts';

/** One mistake in a configuration, at the place where it stands. */
export interface ConfigIssue {
  readonly file: string;
  /** 1-based; null where it is about the file as a whole, such as one that is not there. */
  readonly line: number | null;
  /** 1-based, in UTF-16 code units; null where the line is. */
  readonly column: number | null;
  /** Path of keys, such as `mcpServers.files.holdfast.restart.retries`; empty for the file as a whole. */
  readonly key: string;
  /** What is wrong and what was expected; lower-case, no full stop. */
  readonly message: string;
}

/** A configuration that cannot be used. It lists every mistake at once; nothing has been started. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
  readonly issues: readonly ConfigIssue[];

  /** What has not been done for its sake. */
  readonly outcome: string;

  constructor(issues: readonly ConfigIssue[], options?: { cause?: unknown; outcome?: string }) {
    super(issues.map(formatIssue).join('\n'), options);
    this.issues = issues;
    this.outcome = options?.outcome ?? 'nothing was started';
  }
}

/** `file:line:column: key: message`, the form that editors and terminals make clickable; nothing of the file steers the terminal. */
export function formatIssue(issue: ConfigIssue): string {
  const { file, line, column, key, message } = issue;
  const place = line === null ? file : `${file}:${line}:${column}`;
  return visible(`${place}: ${key === '' ? '' : `${key}: `}${message}`);
}
